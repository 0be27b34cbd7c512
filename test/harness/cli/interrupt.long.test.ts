import { spawn } from 'node:child_process'
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { planSchema } from '../../../harness/evidence/evidence.js'
import { fixture, temporaryDirectory } from '../../fixtures/bench.js'

const root = temporaryDirectory()
const folder = join(root, 'profiling-results', '0001-faster')
const journal = join(folder, 'runs.jsonl')
const WORDS = [
  'evaluate',
  'faster',
  '--no-calibration',
  '--workload',
  'spin',
  '--scale',
  'smoke',
  '--out',
  root,
]

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * The command line as a process of its own; `onStderr` sees all of stderr so far and may send a
 * signal.
 */
function launch(
  words: readonly string[],
  onStderr: (text: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [fixture('kernel-main.mjs'), ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const output = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => {
      output.stdout += chunk
    })
    child.stderr.on('data', (chunk: Buffer) => {
      output.stderr += chunk
      onStderr(output.stderr, (signal) => void child.kill(signal))
    })
    child.on('close', (code) => resolve({ code, ...output }))
  })
}

/** Sends a signal once, when a text appears. */
function signalAt(text: string, signal: NodeJS.Signals) {
  let sent = false
  return (stderr: string, kill: (signal: NodeJS.Signals) => void) => {
    if (sent || !stderr.includes(text)) return
    sent = true
    kill(signal)
  }
}

// One story: each step begins where the one before it ended.
describe('an interrupted evaluation', () => {
  it('before the first plan leaves nothing behind', async () => {
    const { code, stderr } = await launch(WORDS, signalAt('proving equivalence', 'SIGTERM'))
    expect(code).toBe(143)
    expect(stderr).toContain(
      'nothing was measured yet; nothing is kept\nassay: interrupted by SIGTERM\n',
    )
    expect(readdirSync(join(root, 'profiling-results'))).toEqual([])
  })

  it('by Ctrl-C in the middle keeps its finished runs, says how to continue, and frees the directory', async () => {
    const { code, stderr } = await launch(WORDS, signalAt('pair 4/', 'SIGINT'))
    expect(code).toBe(130)
    expect(stderr).toContain(
      `continue with: npx assay evaluate faster --workload spin --scale smoke --resume --out ${root}\n`,
    )
    expect(readdirSync(join(root, 'profiling-results'))).toEqual(['0001-faster'])
    expect(readFileSync(journal, 'utf8').trim().split('\n').length).toBeGreaterThanOrEqual(6)
    expect(readFileSync(join(root, 'decisions', 'README.md'), 'utf8')).toContain('0001-faster')
  })

  it('is not resumed with another plan: the difference is named and nothing is touched', async () => {
    const before = readFileSync(journal, 'utf8')
    const { code, stderr } = await launch([
      ...WORDS,
      '--resume',
      '--seed',
      '8',
      '--threshold',
      '7%',
    ])
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^assay: cannot resume 0001-faster: it was begun with a different criterion \(--threshold\), --seed; repeat its command: npx assay evaluate faster /m,
    )
    expect(readFileSync(journal, 'utf8')).toBe(before)
  })

  it('is not resumed with other code', async () => {
    const path = join(folder, 'plan.json')
    const original = readFileSync(path, 'utf8')
    const plan = planSchema.parse(JSON.parse(original))
    writeFileSync(
      path,
      JSON.stringify({
        ...plan,
        dist: `sha256:${'0'.repeat(64)}`,
        git: { commit: '0'.repeat(40), dirty: false },
      }),
    )
    const { code, stderr } = await launch([...WORDS, '--resume'])
    writeFileSync(path, original)
    expect(code).toBe(2)
    expect(stderr).toMatch(/begun with a different compiled code \(dist hash\), commit \(0{40} → /)
  })

  it('is continued to its decision, without the torn line and without repeating a pair number', async () => {
    const kept = readFileSync(journal, 'utf8')
    appendFileSync(journal, '{"workload":"spin","pair":9')
    const { code, stdout } = await launch([...WORDS, '--resume'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^accepted .*0001-faster\.md/m)
    const runs = readFileSync(journal, 'utf8')
    expect(runs.startsWith(kept)).toBe(true)
    const seen = runs
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { pair: number; arm: string })
    expect(new Set(seen.map(({ pair, arm }) => `${pair} ${arm}`)).size).toBe(seen.length)
    expect(readdirSync(join(root, 'profiling-results'))).toEqual(['0001-faster'])
    expect((await launch(['replay', '--all', '--out', root])).code).toBe(0)
  })
})

describe('a reader that closes the pipe', () => {
  it('does not make it fail', async () => {
    const child = spawn('sh', [
      '-c',
      `"${process.execPath}" "${fixture('kernel-main.mjs')}" list --out "${root}" | head -n 1`,
    ])
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})
