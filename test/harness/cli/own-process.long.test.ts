import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { importSuite } from '../../../harness/measurement/load-suite.js'
import { compiledModule } from '../../../harness/system/package-root.js'
import { temporaryDirectory } from '../../fixtures/bench.js'
import { writeSmallSuite } from '../../fixtures/small-suites.js'

const MAIN = fileURLToPath(
  compiledModule(new URL('../../../scenarios/main.ts', import.meta.url).href),
)

/** The binary with a suite that does something when it is imported. */
function run(
  command: readonly string[],
  before: string,
  parts = '{}',
  onStderr: (text: string, child: ChildProcess) => void = () => {},
): Promise<{ code: number | null; stdout: string; stderr: string; root: string }> {
  const root = temporaryDirectory()
  const suite = writeSmallSuite(root, parts, before)
  const child = spawn(process.execPath, [MAIN, ...command, '--suite', suite, '--out', root], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk
    onStderr(output.stderr, child)
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, root, ...output })))
}

const EVALUATE = [
  'evaluate',
  'less',
  '--no-calibration',
  '--scale',
  'smoke',
  '--require',
  'accepted',
]

describe('success is earned', () => {
  it.each([
    [
      'ends the process',
      'process.exit(0)',
      /ended before its command, with exit code 0; .*--suite /,
    ],
    [
      'ends the process past its handlers',
      'process.reallyExit(0)',
      /ended before its command, with exit code 0; .*--suite /,
    ],
    [
      'ends the process later',
      'setTimeout(() => process.exit(0), 300)',
      /ended before its command, with exit code 0/,
    ],
    [
      'throws later',
      "setTimeout(() => { throw new Error('too late') }, 100)",
      /^assay: stopped by an error that was thrown outside of the command: too late; mend/m,
    ],
    [
      'rejects and does not handle it',
      "Promise.reject(new Error('left alone'))",
      /^assay: stopped by an error that was thrown outside of the command: left alone; mend/m,
    ],
  ])('not where a suite %s: exit 70 and the reason', async (_, before, message) => {
    const { code, stderr } = await run(EVALUATE, before)
    expect(stderr).toMatch(message)
    expect(code).toBe(70)
  })

  it.each([
    ['ends the process with another code', "process.on('exit', () => process.exit(0))"],
    ['sets another code', "process.on('exit', () => { process.exitCode = 0 })"],
  ])('not where a handler of the suite %s at the end', async (_, before) => {
    const { code, stdout } = await run(['list'], before)
    expect(stdout).toContain('fewer turns')
    expect(code).toBe(0)
    expect((await run(['evaluate', 'absent'], before)).code).toBe(2)
  })

  it('not where the import of a suite never ends: exit 2 after a deadline, or at a signal', async () => {
    const path = writeSmallSuite(temporaryDirectory(), '{}', 'await new Promise(() => {})')
    await expect(importSuite(path, '--suite x', { deadlineMs: 50 })).rejects.toThrow(
      /^--suite x: its import did not end within 0\.05 s, e\.g\. because of an await that never/,
    )
    const signal = AbortSignal.timeout(20)
    await expect(importSuite(path, '--suite x', { signal })).rejects.toThrow(/timeout/)
  })
})

describe('the import of a suite that computes without an end', () => {
  it('is ended with the process and a message, though no timer and no handler can run', async () => {
    const path = writeSmallSuite(temporaryDirectory(), '{}', 'for (;;) {}')
    const loader = compiledModule(
      new URL('../../../harness/measurement/load-suite.ts', import.meta.url).href,
    )
    const script = `
      process.on('SIGTERM', () => {})
      const { importSuite } = await import(${JSON.stringify(loader)})
      await importSuite(${JSON.stringify(path)}, '--suite x', { deadlineMs: 100 })`
    const { signal, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', script],
      { encoding: 'utf8', timeout: 60_000, killSignal: 'SIGTERM' },
    )
    expect(signal).toBe('SIGKILL')
    expect(stderr).toMatch(/^assay: --suite x: its import computes without an end, so this process/)
  })
})

describe('a suite that leaves something open', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('does not survive the first %s', async (signal) => {
    let isSent = false
    const { code, stderr } = await run(
      EVALUATE,
      'setInterval(() => {}, 1000)',
      '{}',
      (text, child) => {
        if (isSent || !text.includes('proving equivalence')) return
        isSent = true
        child.kill(signal)
      },
    )
    expect(stderr).toContain(`assay: interrupted by ${signal}`)
    expect(code).toBe(signal === 'SIGTERM' ? 143 : 130)
  })

  it.each([
    ['a timer', 'setInterval(() => {}, 1000)', /left open a timer \(setInterval or setTimeout\)/],
    [
      'a worker thread',
      "import { Worker } from 'node:worker_threads'; new Worker('setInterval(() => {}, 1000)', { eval: true })",
      /left open a worker thread/,
    ],
    [
      'a server',
      "import { createServer } from 'node:http'; createServer().listen(0)",
      /left open a server/,
    ],
  ])('is named, and the command ends all the same: %s', async (_, before, message) => {
    const { code, stdout, stderr } = await run(['list'], before)
    expect(stdout).toContain('fewer turns')
    expect(stderr).toMatch(message)
    expect(code).toBe(0)
  })
})

describe("yarn Plug'n'Play", () => {
  it('is refused by name, before anything is measured or written', () => {
    const loader = 'data:text/javascript,process.versions.pnp="3"'
    const cwd = temporaryDirectory()
    const { status, stderr } = spawnSync(process.execPath, ['--import', loader, MAIN, 'init'], {
      cwd,
      encoding: 'utf8',
    })
    expect(status).toBe(2)
    expect(stderr).toMatch(/^assay: yarn Plug'n'Play is not supported, .*nodeLinker: node-modules/)
    expect(readdirSync(cwd)).toEqual([])
  })
})

describe('a suite that logs', () => {
  it('logs to stderr, by whatever way, and stdout holds the JSON alone', async () => {
    const { code, stdout, stderr } = await run(
      [...EVALUATE, '--json'],
      `import { writeSync } from 'node:fs'
       import fs from 'node:fs'
       console.log('by console')
       process.stdout.write('by stream\\n')
       writeSync(1, 'by name\\n')
       fs.writeSync(1, 'by file\\n')`,
    )
    expect(JSON.parse(stdout)).toMatchObject({ layer: 'less' })
    for (const way of ['console', 'stream', 'name', 'file']) expect(stderr).toContain(`by ${way}`)
    expect([0, 1]).toContain(code)
  })
})
