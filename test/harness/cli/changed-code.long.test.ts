import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../../../harness/cli/cli.js'
import { createIo, kernelSuite, temporaryDirectory } from '../../fixtures/bench.js'
import { writeSmallSuite } from '../../fixtures/small-suites.js'

/** A suite that works in a module of its own, in a new evidence root. */
function project() {
  const root = temporaryDirectory()
  const dependency = join(root, 'work.mjs')
  const work = (turns: string) =>
    writeFileSync(
      dependency,
      `export function work(turns, seed) {
        let sum = seed
        for (let turn = 0; turn < ${turns}; turn++) sum = (sum * 31 + 7) % 1000003
        return { result: seed * 2, spare: sum < 0 }
      }\n`,
    )
  work('turns')
  const suite = writeSmallSuite(
    root,
    '{ workload: { run: async (s, scale, seed) => ({ output: work(s.turns, seed) }) } }',
    "import { work } from './work.mjs'",
  )
  return { root, work, suite, dependency }
}

/** Evaluates; `onRun` is called before the n-th measured run. */
async function evaluate(
  { root, suite }: ReturnType<typeof project>,
  onRun: (run: number, interrupt: () => void) => void = () => {},
  words: readonly string[] = [],
) {
  let calls = -4
  const { io, output, interrupt } = createIo({
    // The calibration, the lock, the mark of the host and the plan take the time once each, then
    // every run does.
    now: () => {
      calls++
      if (calls > 0) onRun(calls, () => interrupt())
      return new Date()
    },
  })
  const code = await runCli(
    [
      'evaluate',
      'less',
      '--no-calibration',
      // One run after the other, so that each takes the time once.
      '--design',
      'adjacent',
      '--scale',
      'smoke',
      '--suite',
      suite,
      '--out',
      root,
      ...words,
    ],
    kernelSuite,
    io,
  )
  return { code, ...output }
}

const interruptedAfter = (runs: number) => (run: number, interrupt: () => void) => {
  if (run > runs) interrupt()
}

const records = (root: string) =>
  readdirSync(join(root, 'decisions')).filter((name) => /^\d/.test(name))

describe('code that changes while it is measured', () => {
  it('ends the evaluation with the name of the file, and leaves no record', async () => {
    const one = project()
    const { code, stderr } = await evaluate(one, (run) => {
      if (run === 7) one.work('turns / 2')
    })
    expect(stderr).toMatch(/work\.mjs was changed \(\w{8}… → \w{8}…\), so the runs would be of/)
    expect(code).toBe(5)
    expect(records(one.root)).toEqual([])
  })

  it('is noticed at the end also where it changed after the last run', async () => {
    const one = project()
    const { code, stderr } = await evaluate(one, (run) => {
      if (run === 20) setTimeout(() => one.work('turns / 2'), 60)
    })
    expect(stderr).toMatch(/work\.mjs was changed/)
    expect(code).toBe(5)
    expect(records(one.root)).toEqual([])
  })

  it('keeps an evaluation from being continued, until it is restored', async () => {
    const one = project()
    expect((await evaluate(one, interruptedAfter(6))).code).toBe(130)
    one.work('turns / 2')
    const changed = await evaluate(one, undefined, ['--resume'])
    expect(changed.stderr).toMatch(/assay: .*work\.mjs was changed .*restore it and continue with/)
    expect(changed.code).toBe(5)
    one.work('turns')
    const restored = await evaluate(one, undefined, ['--resume'])
    expect(restored.code).toBe(0)
    expect(records(one.root)).toEqual(['0001-less.json', '0001-less.md'])
    const { io, output } = createIo()
    expect(await runCli(['replay', '--all', '--out', one.root], kernelSuite, io)).toBe(0)
    expect(output.stdout).toMatch(/reproduced from [56] evidence files/)
  })
})

describe('an interrupted journal that was tampered with', () => {
  const one = project()
  beforeAll(() => evaluate(one, interruptedAfter(6)))

  /** A copy of the interrupted evaluation. */
  function copied() {
    const root = temporaryDirectory()
    cpSync(join(one.root, 'profiling-results'), join(root, 'profiling-results'), {
      recursive: true,
    })
    return { ...one, root, folder: join(root, 'profiling-results', '0001-less') }
  }

  it.each<[string, (lines: string[]) => string[]]>([
    ['a pair is dropped', (lines) => lines.filter((line) => !line.includes('"pair":2,'))],
    ['times are halved', (lines) => lines.map((line) => line.replace(/"cpuMs":\d/, '"cpuMs":0'))],
    [
      'a start is set to 1999',
      ([first, ...rest]) => [first!.replace(/"startedAt":"\d{4}/, '"startedAt":"1999'), ...rest],
    ],
    ['a pair is copied', (lines) => [...lines, ...lines.slice(-2)]],
  ])('is not continued where %s', async (_, tamper) => {
    const copy = copied()
    const journal = join(copy.folder, 'runs.jsonl')
    const lines = readFileSync(journal, 'utf8').trim().split('\n')
    expect(lines).toHaveLength(6)
    writeFileSync(journal, `${tamper(lines).join('\n')}\n`)
    const { code, stderr } = await evaluate(copy, undefined, ['--resume'])
    expect(stderr).toMatch(/runs\.jsonl .*was changed: line \d does not follow (line \d|the plan)/)
    expect(code).toBe(5)
    const { io, output } = createIo()
    expect(await runCli(['check', '--out', copy.root], kernelSuite, io)).toBe(5)
    expect(output.stdout).toMatch(/runs\.jsonl .*was changed: line \d does not follow/)
    expect(records(copy.root)).toEqual([])
  })

  it('is not continued without the modules its runs were made with', async () => {
    const copy = copied()
    rmSync(join(copy.folder, 'modules.json'))
    const { code, stderr } = await evaluate(copy, undefined, ['--resume'])
    expect(stderr).toMatch(/modules\.json is missing, so the code of its runs is unknown; restore/)
    expect(code).toBe(5)
    expect(records(copy.root)).toEqual([])
  })

  it('may end in the middle of a line, as an interruption leaves it', async () => {
    const copy = copied()
    const journal = join(copy.folder, 'runs.jsonl')
    writeFileSync(journal, readFileSync(journal, 'utf8').slice(0, -20))
    const { io, output } = createIo()
    await runCli(['check', '--out', copy.root], kernelSuite, io)
    expect(output.stdout).not.toContain('runs.jsonl')
  })

  it('is not continued under an older plan, whose journals prove less', async () => {
    const copy = copied()
    const plan = join(copy.folder, 'plan.json')
    writeFileSync(plan, readFileSync(plan, 'utf8').replace('plan@3', 'plan@2'))
    const { code, stderr } = await evaluate(copy, undefined, ['--resume'])
    expect(stderr).toMatch(/cannot resume 0001-less: an older version of assay began it/)
    expect(code).toBe(2)
  })
})
