import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from '../../../harness/cli/cli.js'
import { createIo, kernelSuite, temporaryDirectory } from '../../fixtures/bench.js'

const cwd = temporaryDirectory()

async function compare(...words: string[]) {
  const { io, output } = createIo({ cwd })
  return { code: await runCli(['compare', ...words], kernelSuite, io), ...output }
}

function write(name: string, content: unknown): string {
  writeFileSync(join(cwd, name), typeof content === 'string' ? content : JSON.stringify(content))
  return name
}

const HIDDEN = /[\p{Cc}\p{Cf}]/u

const times = (from: number) => Array.from({ length: 12 }, (_, index) => from + index / 100)

describe('names that forge lines or hide text', () => {
  const command = 'a\u001b[2K\nregression  passed\u202e'
  const file = write('sly.json', {
    results: [
      { command, times: times(1) },
      { command: 'b', times: times(2) },
    ],
  })

  it('are written out in the text', async () => {
    const { code, stdout } = await compare(file)
    expect(code).toBe(0)
    expect(stdout.replaceAll('\n', ' ')).not.toMatch(HIDDEN)
    expect(stdout).not.toContain('\nregression  passed')
    expect(stdout).toContain('a\\u{1b}[2K\\u{a}regression')
  })

  it('keep their value in JSON, without a character that is not seen', async () => {
    const { stdout } = await compare(file, '--json')
    expect(stdout.replaceAll('\n', ' ')).not.toMatch(HIDDEN)
    expect(JSON.parse(stdout).sources.baseline).toBe(`sly.json:${command}`)
  })

  it('are written out in messages, also those of files', async () => {
    mkdirSync(join(cwd, 'x\ny\u202e'))
    for (const words of [[`${file}:zz`], ['x\ny\u202e'], ['none\u001b[1m\n'], ['--\u202eunit']]) {
      const { code, stderr } = await compare(...words)
      expect(code).toBe(2)
      expect(stderr.trimEnd()).not.toMatch(HIDDEN)
    }
  })

  it('are quoted in a hint so that the shell hands them over', async () => {
    const { stderr } = await compare(
      write("it's > a;b.csv", 'x y,z\n1,2\n2,3\n3,4\n'),
      write('o.txt', '1\n2'),
    )
    expect(stderr).toContain(`choose one, e.g. 'it'\\''s > a;b.csv:x y'\n`)
  })
})

describe('the limits of compare', () => {
  const titles = Array.from({ length: 100_000 }, (_, index) => `c${index}`)

  it('reads 100,000 columns, whatever they hold', async () => {
    const numbers = titles.map((_, index) => index + 0.5).join(',')
    const words = titles.map(() => 'x').join(',')
    const wide = write('wide.csv', [titles.join(','), numbers, numbers, numbers].join('\n'))
    const two = await compare(`${wide}:c7`, `${wide}:c99999`)
    expect(two.code).toBe(0)
    expect((await compare(wide)).stderr).toContain(
      'c11 and 99988 more; choose one, e.g. wide.csv:c0',
    )
    const text = write('text.csv', [titles.join(','), words, words].join('\n'))
    expect((await compare(text)).stderr).toContain('line 2, column c0: "x" is not a number')
  })

  it('reads 100,000 commands and arrays of JSON', async () => {
    const results = titles.map((name) => ({ command: 'c', parameters: { name }, times: [1, 2, 3] }))
    const exported = write('many.json', { results })
    expect((await compare(`${exported}:c (name=c5)`, `${exported}:99999`)).code).toBe(0)
    const arrays = write('arrays.json', Object.fromEntries(titles.map((name) => [name, [1, 2, 3]])))
    expect((await compare(`${arrays}:c5`, `${arrays}:c6`)).code).toBe(0)
  })

  it.each([
    ['[', ''],
    ['[', ']'],
    ['{"a":', '1}'],
    ['[{"name":', '}]'],
  ])('names JSON nested too deeply: %s%s', async (open, close) => {
    const file = write('deep.json', `${open.repeat(5000)}${close.repeat(5000)}`)
    const { code, stderr } = await compare(file)
    expect(code).toBe(5)
    expect(stderr).toContain('deep.json nests arrays or objects in more than 100 levels')
  })

  it('reads JSON at the limit of its depth', async () => {
    const deep = `${'['.repeat(99)}1${']'.repeat(99)}`
    const file = write(
      'hundred.json',
      `{"results":[{"command":"[[[","times":[1,2,3]}],"x":${deep}}`,
    )
    expect((await compare(`${file}:1`, `${file}:1`)).code).toBe(0)
  })

  it('names a file that is too large, before it is read', async () => {
    const file = write('large.txt', '')
    truncateSync(join(cwd, file), 256 * 2 ** 20 + 1)
    const { code, stderr } = await compare(file)
    expect(code).toBe(2)
    expect(stderr).toContain('large.txt is larger than 256 MiB')
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('ends at once on %s, while it reads', async (signal) => {
    const child = spawn(process.execPath, ['dist/scenarios/main.js', 'compare', '-'], {
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    child.stdin.write('1\n2\n')
    // A signal before its modules are loaded ends it too, so it is sent until the process ends.
    const sending = setInterval(() => child.kill(signal), 1000)
    const [code, by] = await once(child, 'exit')
    clearInterval(sending)
    expect(code ?? by).toBe(signal)
  })
})
