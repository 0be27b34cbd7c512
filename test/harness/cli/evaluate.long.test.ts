import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type DecisionRecord,
  decisionRecordSchema,
} from '../../../harness/record/decision-record.js'
import {
  assay,
  type CommandResult,
  kernelSuite,
  temporaryDirectory,
  undisturbed,
} from '../../fixtures/bench.js'
import {
  EVALUATED_WORDS,
  evaluatedFaster,
  evaluatedSlower,
  unfinishedAs,
} from '../../fixtures/evaluated.js'

const QUICK = '--workload spin --scale smoke'
let first: CommandResult
let evaluated: string

beforeAll(async () => {
  const { root, ...output } = await evaluatedFaster()
  first = output
  evaluated = root
}, 240_000)

/** A copy of the root with the record of `faster` in it. */
function copy(): string {
  const root = temporaryDirectory()
  cpSync(evaluated, root, { recursive: true })
  return root
}

function recordOf(root: string, id: string): DecisionRecord {
  return decisionRecordSchema.parse(
    JSON.parse(readFileSync(join(root, 'decisions', `${id}.json`), 'utf8')),
  )
}

const files = (root: string) => readdirSync(root, { recursive: true }).sort()

describe('an optimization that is much faster', () => {
  it('is accepted, with its record on stdout and everything else on stderr', () => {
    expect(first.code).toBe(0)
    const record = decisionRecordSchema.parse(JSON.parse(first.stdout))
    expect(record).toMatchObject({
      id: '0001-faster',
      verdict: 'accepted',
      equivalence: { kind: 'equal', digests: 6 },
    })
    expect(record.workloads[0]).toMatchObject({
      id: 'spin',
      iterations: expect.any(Number),
      warmup: 3,
      verdict: 'accepted',
    })
    expect(first.stdout).toBe(
      readFileSync(join(evaluated, 'decisions', '0001-faster.json'), 'utf8'),
    )
    expect(first.stderr).toContain(
      'faster · faster turns        baseline: pure · candidate: faster · seed 20251022\n',
    )
    expect(first.stderr).toContain('equivalence   spin 1 spin × 3 seeds identical\n')
    expect(first.stderr).toMatch(
      /^spin .* → .* faster {2}\[.*, .*\] {3}sure of ≥ .* % faster, 95 % over all looks \(needs ≥ 5 % faster\) {3}\d+ pairs .* turns\/s {3}accepted$/m,
    )
    expect(first.stderr).toMatch(/^overhead \d+\.\d % of the measuring phase$/m)
    expect(first.stderr).toMatch(
      /^accepted .*0001-faster\.md · .*0001-faster\.html · replay with: npm run replay -- 0001 --out /m,
    )
  })

  it('was measured in adjacent pairs, one line per process, in the order of the schedule', () => {
    const lines = readFileSync(
      join(evaluated, 'profiling-results', '0001-faster', 'runs.jsonl'),
      'utf8',
    )
      .trim()
      .split('\n')
    const runs = lines.map(
      (line) =>
        JSON.parse(line) as {
          pair: number
          arm: string
          position: string
          samplesMs: number[]
          iterations: number
        },
    )
    expect(runs.length).toBeGreaterThanOrEqual(20)
    for (const [index, run] of runs.entries()) {
      expect(run).toMatchObject({
        pair: Math.floor(index / 2) + 1,
        position: index % 2 === 0 ? 'first' : 'second',
      })
      expect(run.samplesMs).toHaveLength(run.iterations)
    }
    for (const block of [0, 1]) {
      const starts = runs
        .slice(8 * block, 8 * block + 8)
        .filter(({ position }) => position === 'first')
      expect(starts.filter(({ arm }) => arm === 'baseline')).toHaveLength(2)
    }
  })

  it('leaves record, markdown, index and evidence behind, and no lock or temporary file', () => {
    // Where the peaks of memory happened to be undecided there is a probe, too.
    const probe = 'profiling-results/0001-faster/memory-probe.jsonl'
    expect(files(evaluated).filter((file) => file !== probe)).toEqual(
      [
        'decisions',
        'decisions/0001-faster.json',
        'decisions/0001-faster.md',
        'decisions/README.md',
        'reports',
        'reports/0001-faster.html',
        'reports/0001-faster.svg',
        'reports/index.html',
        'profiling-results',
        'profiling-results/0001-faster',
        'profiling-results/0001-faster/environment.json',
        'profiling-results/0001-faster/equivalence.json',
        'profiling-results/0001-faster/modules.json',
        'profiling-results/0001-faster/plan.json',
        'profiling-results/0001-faster/runs.jsonl',
      ].sort(),
    )
  })

  it('is listed, and becomes the incumbent of the next layer, which is judged against it', async () => {
    const { root, ...slower } = await evaluatedSlower()
    expect(slower.code).toBe(0)
    expect(slower.stdout).toContain(
      'baseline: pure · incumbent: faster · candidate: faster + slower',
    )
    expect(slower.stdout).toMatch(/^spin .* slower {2}\[.*rejected \(/m)
    const record = recordOf(root, '0002-slower')
    expect(record).toMatchObject({
      verdict: 'rejected',
      stacks: { incumbent: ['faster'], candidate: ['faster', 'slower'] },
    })
    expect(record.workloads[0]?.against).toBe('incumbent')
    // Slower than the incumbent, and still faster than the pure baseline.
    expect(record.workloads[0]?.improvement?.estimate).toBeLessThan(0)
    expect(record.cumulative?.improvement).toBeGreaterThan(0.2)
    const { stdout } = await assay(`list --out ${root}`)
    expect(stdout).toMatch(/0001-faster +accepted/)
    expect(stdout).toMatch(/0002-slower +rejected/)
    expect((await assay(`replay --all --out ${root}`)).code).toBe(0)
  })
})

describe('a layer that changes a result', () => {
  it('is rejected before any timing, with exit 4, and the message names where', async () => {
    const root = temporaryDirectory()
    const { code, stderr, stdout } = await assay(
      `evaluate one-tick ${QUICK} --out ${root} --require accepted`,
    )
    expect(code).toBe(4)
    expect(stderr).toMatch(
      /^assay: not equivalent: spin, seed 20251022, backtest only, session 2014-03-01: price is -?\d+ in baseline and -?\d+ in candidate$/m,
    )
    expect(stdout).toMatch(/^rejected .*0001-one-tick\.md/m)
    const record = recordOf(root, '0001-one-tick')
    expect(record).toMatchObject({
      verdict: 'rejected',
      reasons: ['not-equivalent'],
      workloads: [],
      equivalence: { kind: 'different' },
    })
    expect(
      readFileSync(join(root, 'profiling-results', '0001-one-tick', 'runs.jsonl'), 'utf8'),
    ).toBe('')
    expect((await assay(`replay 1 --out ${root}`)).code).toBe(0)
  })

  it('is rejected where it only goes wrong while it is measured', async () => {
    const root = temporaryDirectory()
    const { code, stderr } = await assay(`evaluate wrong-when-warm ${QUICK} --out ${root}`)
    expect(code).toBe(4)
    expect(stderr).toMatch(
      /not equivalent: spin, seed 20251022, pair 1: digest is sha256:\w+ in baseline and sha256:\w+ in candidate/,
    )
    expect((await assay(`replay 0001-wrong-when-warm --out ${root}`)).code).toBe(0)
  })

  it('is distinguished from one whose result differs from run to run', async () => {
    const root = temporaryDirectory()
    const { code, stderr } = await assay(`evaluate unstable ${QUICK} --out ${root}`)
    expect(code).toBe(4)
    expect(stderr).toMatch(/digest \(the candidate gives another output each time\) is/)
  })
})

describe('runs that fail', () => {
  it.each(['crash', 'throws', 'garbage', 'self-kill'])(
    '%s: end the evaluation with exit 5 and leave nothing behind',
    async (layer) => {
      const root = temporaryDirectory()
      const { code, stderr } = await assay(`evaluate ${layer} ${QUICK} --out ${root}`)
      expect(code).toBe(5)
      expect(stderr).toMatch(
        /^assay: verifying the candidate of spin with seed 20251022 failed: .*; nothing was measured$/m,
      )
      expect(files(root)).toEqual(['decisions', 'profiling-results', 'reports'])
    },
  )

  it('a hang is ended by --timeout', async () => {
    const { code, stderr } = await assay(
      `evaluate hang ${QUICK} --timeout 0.5 --out ${temporaryDirectory()}`,
    )
    expect(code).toBe(5)
    expect(stderr).toContain('timed out after 0.5 s')
  })

  it('wrong input that is found while preparing is exit 2', async () => {
    const env = {
      ...process.env,
      KERNEL_UNPREPARED: 'ASSAY_CACHE_DIR /ro is read-only and empty; name another',
    }
    const { code, stderr } = await assay(`evaluate faster ${QUICK} --out ${temporaryDirectory()}`, {
      env,
    })
    expect(code).toBe(2)
    expect(stderr).toMatch(/^assay: ASSAY_CACHE_DIR \/ro is read-only and empty; name another$/m)
  })

  it('one crash is written down and its pair is made again under a new number', async () => {
    const root = await afterEightPairs()
    const { code, stderr } = await crashAt('1', root)
    expect(code).toBe(0)
    expect(stderr).toContain('spin pair 9 candidate failed: exited with code 3\n')
    const record = recordOf(root, '0001-crash-sometimes')
    expect(record.workloads[0]).toMatchObject({ failedPairs: 1, verdict: 'accepted' })
    expect(record.workloads[0]?.pairs).toBeGreaterThanOrEqual(10)
    const journal = readFileSync(join(root, 'profiling-results', record.id, 'runs.jsonl'), 'utf8')
      .trim()
      .split('\n')
    const last = JSON.parse(journal.at(-1) ?? '') as { pair: number }
    const { pairs = 0, voidedPairs = 0 } = record.workloads[0] ?? {}
    expect(last.pair).toBe(pairs + voidedPairs + 1)
  })

  it('a second crash of the same arm ends it with exit 5 and no record', async () => {
    const root = await afterEightPairs()
    const { code, stderr } = await crashAt('1,2', root)
    expect(code).toBe(5)
    expect(stderr).toMatch(
      /^assay: spin failed 2 times, last the candidate in pair 10: exited with code 3; 0001-crash-sometimes ends without a verdict/m,
    )
    expect(readdirSync(join(root, 'decisions'))).toEqual([])
    expect((await assay(`list --out ${root}`)).stdout).toMatch(
      /unfinished\n {2}0001-crash-sometimes/,
    )
    const resumed = await crashAt('', root)
    expect(resumed.code).toBe(5)
    expect(resumed.stderr).toContain('ends without a verdict')
  })
})

/** A layer that computes what `faster` computes, with eight pairs of it. */
async function afterEightPairs(): Promise<string> {
  const layer = kernelSuite.layers.find(({ id }) => id === 'crash-sometimes')!
  return unfinishedAs(layer, await evaluatedFaster(), '0001-faster', 8)
}

/** Continues it; the candidate's processes with these numbers, from 1, crash. */
function crashAt(numbers: string, root: string): Promise<CommandResult> {
  const env = { ...process.env, KERNEL_STATE: root, KERNEL_CRASH_AT: numbers }
  const words = `evaluate crash-sometimes ${EVALUATED_WORDS} --resume --out ${root}`
  return assay(words, { env })
}

describe('controls', () => {
  it('an injected effect is measured, and its record is marked as a control that decides nothing about the layer', async () => {
    let root = ''
    const { code, stdout } = await undisturbed(() => {
      root = temporaryDirectory()
      return assay(`evaluate identity ${QUICK} --inject 60% --out ${root} --require accepted`)
    })
    expect(code).toBe(0)
    expect(stdout).toContain('injected: 60.0 % by work in baseline')
    const record = recordOf(root, '0001-identity')
    expect(record).toMatchObject({
      verdict: 'accepted',
      injected: { improvement: 0.6, arm: 'baseline' },
      supersedes: null,
    })
    expect(Math.abs((record.workloads[0]?.improvement?.estimate ?? 0) - 0.6)).toBeLessThan(0.2)
    expect(record.warnings.map(({ code }) => code)).toContain('injected-effect')
    expect((await assay(`list --out ${root}`)).stdout).toContain(
      '0001-identity  accepted (control with an injected effect)',
    )
  })
})

describe('replay', () => {
  it('derives the very same bytes', async () => {
    const { code, stdout } = await assay(`replay --all --out ${evaluated}`)
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^0001-faster {2}accepted {2}reproduced from [56] evidence files; the report matches\n$/,
    )
  })

  it.each([
    'profiling-results/0001-faster/runs.jsonl',
    'profiling-results/0001-faster/plan.json',
    'profiling-results/0001-faster/equivalence.json',
    'profiling-results/0001-faster/environment.json',
    'decisions/0001-faster.json',
    'decisions/0001-faster.md',
    'decisions/README.md',
  ])('finds one changed digit in %s', async (path) => {
    const root = copy()
    const text = readFileSync(join(root, path), 'utf8')
    const at = text.search(/[1-8](?=[^\d]*$)/)
    writeFileSync(join(root, path), `${text.slice(0, at)}9${text.slice(at + 1)}`)
    const { code, stderr } = await assay(`replay --all --out ${root}`)
    expect(code).toBe(5)
    expect(stderr).toContain(path)
  })

  it('finds a file that is missing, and one that was added', async () => {
    const missing = copy()
    rmSync(join(missing, 'decisions', '0001-faster.md'))
    expect(await assay(`replay 0001 --out ${missing}`)).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/0001-faster\.md .*it is missing/),
    })
    const added = copy()
    writeFileSync(join(added, 'profiling-results', '0001-faster', 'notes.txt'), 'x')
    expect(await assay(`replay 0001 --out ${added}`)).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/notes\.txt is not part of the record/),
    })
    const gone = copy()
    rmSync(join(gone, 'profiling-results'), { recursive: true })
    expect(await assay(`replay 0001 --out ${gone}`)).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/0001-faster is missing/),
    })
  })

  it('refuses what is not a record', async () => {
    expect(await assay(`replay 7 --out ${evaluated}`)).toMatchObject({
      code: 2,
      stderr: 'assay: unknown record 7; known: 0001-faster\n',
    })
    expect(await assay(`replay 0001-fastr --out ${evaluated}`)).toMatchObject({
      stderr: expect.stringMatching(/did you mean 0001-faster\?/),
    })
    expect(await assay(`replay --all --out ${temporaryDirectory()}`)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no records in/),
    })
    expect((await assay(`replay --out ${evaluated}`)).code).toBe(2)
    expect((await assay(`replay 1 --all --out ${evaluated}`)).code).toBe(2)
  })
})

describe('records under another name, or none at all', () => {
  it('are not records: a renamed one is reported and never skipped', async () => {
    const root = copy()
    const rename = (from: string, to: string) => renameSync(join(root, from), join(root, to))
    rename('decisions/0001-faster.json', 'decisions/0005-faster.json')
    rename('decisions/0001-faster.md', 'decisions/0005-faster.md')
    rename('profiling-results/0001-faster', 'profiling-results/0005-faster')
    for (const which of ['0005', '--all']) {
      const { code, stdout, stderr } = await assay(`replay ${which} --out ${root}`)
      expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
      expect(stderr).toContain('0005-faster.json holds the record 0001-faster')
    }
  })

  it('are named by list, which shows the others', async () => {
    const root = copy()
    writeFileSync(join(root, 'decisions', '0004-x.json'), '{')
    const { code, stdout } = await assay(`list --out ${root}`)
    expect(code).toBe(0)
    expect(stdout).toMatch(/0001-faster +accepted/)
    expect(stdout).toMatch(
      /0004-x +damaged +.*0004-x\.json is not a decision record; restore it, or delete it with its markdown/,
    )
    expect((await assay(`replay --all --out ${root}`)).code).toBe(5)
  })
})
