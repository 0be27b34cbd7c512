import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from '../../../harness/cli/cli.js'
import { createIo, kernelSuite, temporaryDirectory } from '../../fixtures/bench.js'
import { packedProject } from '../../fixtures/packed-project.js'

/** The commands of docs/search.md, run in an empty folder with the packed package. */
const { root } = packedProject()
const page = readFileSync('docs/search.md', 'utf8')

function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, block]) => block!,
  )
}

function type(line: string, cwd = root) {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], { cwd, encoding: 'utf8' })
  return { code: status, stdout, stderr }
}

async function initIn(folder: string, ...words: string[]) {
  const { io, output } = createIo({ cwd: folder })
  return { code: await runCli(['init', ...words], kernelSuite, io), ...output }
}

describe('docs/search.md', () => {
  const commands = blocks('sh').flatMap((block) => block.trim().split('\n'))

  it.sequential.each(commands)(
    '%s',
    (command) => {
      const isSearch = command.startsWith('npx assay search ') && !command.includes('--help')
      // The commands of the page run with fewer trials here.
      const { code, stderr } = type(
        isSearch ? command.replace(/( +#.*)?$/, ' --trials 12$1') : command,
      )
      expect(code, stderr).toBe(0)
    },
    120_000,
  )

  it('leads to a page in two commands', () => {
    expect(blocks('sh')[0]!.trim().split('\n')).toHaveLength(2)
    expect(readdirSync(join(root, 'assay-search-mine')).sort()).toEqual([
      'journal.jsonl',
      'search.html',
      'search.json',
      'trials.parquet',
    ])
  })

  it('shows code that runs', () => {
    writeFileSync(join(root, 'from-code.mjs'), blocks('js')[0]!)
    const { code, stdout, stderr } = type('node from-code.mjs')
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/^\{ fast: \d+, slow: \d+ \} [\d.]+ \{/)
  }, 120_000)
})

describe('assay init --strategy', () => {
  it('writes a module and prices, and replaces nothing', async () => {
    const folder = temporaryDirectory()
    writeFileSync(join(folder, 'sp500.csv'), 'my own')
    writeFileSync(join(folder, 'tsconfig.json'), '{}')
    const { code, stdout } = await initIn(folder, '--strategy')
    expect(code).toBe(0)
    expect(stdout).toContain('written: mine.search.ts\n')
    expect(stdout).toContain('npx assay search mine.search.ts')
    expect(readFileSync(join(folder, 'sp500.csv'), 'utf8')).toBe('my own')
    const before = readFileSync(join(folder, 'mine.search.ts'), 'utf8')
    const again = await initIn(folder, '--strategy')
    expect([again.code, again.stderr]).toEqual([
      2,
      'assay: mine.search.ts exists and is not replaced; give another name: npx assay init --strategy other-mine.search.ts\n',
    ])
    expect(readFileSync(join(folder, 'mine.search.ts'), 'utf8')).toBe(before)
  })

  it('writes JavaScript without types under another ending, and names the file in its text', async () => {
    const folder = temporaryDirectory()
    expect((await initIn(folder, '--strategy', 'trend.search.mjs')).code).toBe(0)
    const text = readFileSync(join(folder, 'trend.search.mjs'), 'utf8')
    expect(text).not.toMatch(/SearchModule|satisfies|mine\.search/)
    expect(text).toContain('npx assay search trend.search.mjs')
    expect(text).toContain('assay-search-trend/')
  })

  it('writes TypeScript that the compiler accepts', () => {
    const folder = temporaryDirectory()
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    expect(type('npx assay init --strategy mine.search.ts', folder).code).toBe(0)
    const types = `--types node --typeRoots ${resolve('node_modules/@types')}`
    const flags = `--noEmit --strict --skipLibCheck --module nodenext --target es2023 ${types}`
    const compiled = type(
      `node ${resolve('node_modules/typescript/bin/tsc')} ${flags} mine.search.ts`,
      folder,
    )
    expect(compiled).toEqual({ code: 0, stdout: '', stderr: '' })
  }, 120_000)

  it.each(['../mine.search.ts', 'mine', 'a b.ts', 'mine.py'])('refuses %s', async (name) => {
    const folder = temporaryDirectory()
    const { code, stderr } = await initIn(folder, '--strategy', name)
    expect(code).toBe(2)
    expect(stderr).toContain('give a file in this folder, such as mine.search.ts')
    expect(existsSync(join(folder, 'sp500.csv'))).toBe(false)
  })
})

describe('TypeScript that Node does not load, without jiti', () => {
  it('is refused with the remedy', () => {
    rmSync(join(root, 'node_modules', 'assay', 'node_modules', 'jiti'))
    writeFileSync(join(root, 'enum.search.ts'), 'enum Days { one = 1 }\nexport default Days')
    const { code, stderr } = type('npx assay search enum.search.ts')
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^assay: search module .*enum\.search\.ts is TypeScript, which Node [\d.]+ cannot load by itself, and the package jiti is not installed; install jiti, use Node 22\.18 or newer, or compile it/,
    )
  })
})
