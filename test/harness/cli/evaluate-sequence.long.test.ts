import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from '../../../harness/cli/cli.js'
import { evaluateCommand } from '../../../harness/cli/evaluate-command.js'
import type { SequenceCommand } from '../../../harness/cli/evaluate-sequence.js'
import {
  type DecisionRecord,
  decisionRecordSchema,
} from '../../../harness/record/decision-record.js'
import { digestRecord } from '../../../harness/record/record-store.js'
import { settledRecord } from '../../../harness/record/supersession.js'
import {
  assay,
  type CommandResult,
  createIo,
  fixture,
  kernelSuite,
  temporaryDirectory,
} from '../../fixtures/bench.js'
import { parseWords } from './parse-words.js'

const root = temporaryDirectory()
const suite = fixture('sequence-suite.mjs')
const WORDS = `evaluate all --workload spin --scale smoke --max-pairs 10 --no-calibration --leave-one-out --suite ${suite} --out ${root}`
const journal = join(root, 'profiling-results', '.sequence.json')

function recordOf(id: string, from = root): DecisionRecord {
  return decisionRecordSchema.parse(
    JSON.parse(readFileSync(join(from, 'decisions', `${id}.json`), 'utf8')),
  )
}

const folders = () =>
  readdirSync(join(root, 'profiling-results')).filter((name) => !name.startsWith('.'))

/** The command, interrupted as by Ctrl-C when a text appears. */
async function interruptedAt(text: string): Promise<CommandResult> {
  const { io, output, interrupt } = createIo({})
  const listening = {
    ...io,
    stderr: (line: string) => {
      io.stderr(line)
      if (output.stderr.endsWith(line) && line.includes(text)) interrupt()
    },
  }
  const code = await runCli(WORDS.split(' '), kernelSuite, listening)
  return { code, ...output }
}

// One story: each step begins where the one before it ended.
describe('a sequence of layers', () => {
  it('interrupted before anything is decided keeps nothing', async () => {
    const { code, stderr } = await interruptedAt('proving equivalence: spin')
    expect(code).toBe(130)
    expect(stderr).toContain(
      'nothing was measured yet; nothing is kept\nassay: interrupted by SIGINT\n',
    )
    expect(folders()).toEqual([])
    expect(existsSync(journal)).toBe(false)
  })

  it('interrupted in its second layer keeps the first, and prints how to continue', async () => {
    const { code, stdout, stderr } = await interruptedAt('pair 4/')
    expect(code).toBe(130)
    expect(stdout).toMatch(/^\nlayer 1 of 7\none-tick · /)
    expect(stdout).toContain(
      '\nlayer 2 of 7\nnothing · nothing turns        baseline: pure · candidate: nothing',
    )
    expect(stderr).toContain(
      `finished layers are kept; continue with: npx assay evaluate all --workload spin --scale smoke --max-pairs 10 --suite ${suite} --leave-one-out --resume --out ${root}\n`,
    )
    expect(folders()).toEqual(['0001-one-tick', '0002-nothing'])
    expect(existsSync(join(root, 'profiling-results', '.lock'))).toBe(false)
  })

  it('is not resumed by another command, nor from a damaged journal', async () => {
    const other = await assay(`${WORDS} --resume --seed 8`)
    expect(other.code).toBe(2)
    expect(other.stderr).toMatch(
      /^assay: cannot resume the sequence: it was begun with a different command; repeat its command: npx assay evaluate all /m,
    )
    const kept = readFileSync(journal, 'utf8')
    writeFileSync(journal, kept.replace('"done"', '"dome"'))
    const damaged = await assay(`${WORDS} --resume`)
    writeFileSync(journal, kept)
    expect(damaged.code).toBe(5)
    expect(damaged.stderr).toMatch(
      /\.sequence\.json was changed or damaged; delete it, and leave out --resume to begin again$/m,
    )
  })

  let ended: CommandResult

  it('continues where it was interrupted: no layer is evaluated twice, and the summary is the last record', async () => {
    const before = readFileSync(
      join(root, 'profiling-results', '0002-nothing', 'runs.jsonl'),
      'utf8',
    )
    ended = await assay(`${WORDS} --resume --json`)
    // The first layer is not equivalent, and that wins over everything else.
    expect(ended.code).toBe(4)
    expect(ended.stderr).toContain('0001-one-tick was finished before: rejected\n')
    expect(folders()).toEqual([
      '0001-one-tick',
      '0002-nothing',
      '0003-gain',
      '0004-more',
      '0005-all-but-gain',
      '0006-all-but-more',
      '0007-all',
    ])
    expect(
      readFileSync(
        join(root, 'profiling-results', '0002-nothing', 'runs.jsonl'),
        'utf8',
      ).startsWith(before),
    ).toBe(true)
    expect(existsSync(journal)).toBe(false)
    expect(recordOf('0007-all')).toEqual(JSON.parse(ended.stdout))
  }, 300_000)

  it('judged each layer against those accepted before it; each record holds the command that repeats it alone', () => {
    expect(recordOf('0001-one-tick')).toMatchObject({
      verdict: 'rejected',
      reasons: ['not-equivalent'],
    })
    const nothing = recordOf('0002-nothing')
    expect(nothing.stacks).toEqual({ baseline: [], incumbent: [], candidate: ['nothing'] })
    expect(nothing.verdict).not.toBe('accepted')
    expect(recordOf('0003-gain')).toMatchObject({
      verdict: 'accepted',
      stacks: { incumbent: [], candidate: ['gain'] },
    })
    const more = recordOf('0004-more')
    expect(more).toMatchObject({
      verdict: 'accepted',
      stacks: { incumbent: ['gain'], candidate: ['gain', 'more'] },
    })
    expect(more.command).toContain(
      'npx assay evaluate more --workload spin --scale smoke --max-pairs 10',
    )
    expect(more.command).toContain('--incumbent gain')
    expect(more.workloads[0]!.improvement!.estimate).toBeGreaterThan(0.4)
    expect(more.cumulative!.improvement).toBeGreaterThan(more.workloads[0]!.improvement!.estimate)
  })

  it('ended at the goal, and recorded what was left out, why, and whether heavy layers are needed', () => {
    const { sequence } = recordOf('0007-all')
    expect(sequence!.stops).toEqual([{ after: 'more', reason: 'goal-met' }])
    expect(
      sequence!.steps.flatMap(({ layer, skipped }) =>
        skipped === undefined ? [] : [[layer, skipped]],
      ),
    ).toEqual([
      ['unreached', 'goal-met'],
      ['unreached.part', 'whole-not-reached'],
      ['heavy', 'heavy-not-needed'],
    ])
    expect(sequence!.heavy).toMatchObject({ warranted: false, layers: ['heavy'] })
    const page = readFileSync(join(root, 'decisions', '0007-all.md'), 'utf8')
    expect(page).toContain('## The sequence')
    expect(page).toMatch(
      /^\| one-tick \| rejected, not equivalent \| — \| — \| — \| \[0001-one-tick\]\(0001-one-tick\.md\) \|$/m,
    )
    expect(page).toContain('- The sequence ended after more: the aspired 75 % are certified.')
    expect(page).toMatch(
      /^- Heavy layers are not needed: the others reach \+\d\d\.\d % \\\[.*, and 75 % are certified\.$/m,
    )
  })

  it('measured the accepted layers again together: 20 pairs, one look, its own seed, next to the optimistic product', () => {
    const summary = recordOf('0007-all')
    expect(summary).toMatchObject({
      layer: 'all',
      verdict: 'accepted',
      criterion: { kind: 'improvement', atLeast: 0.4 },
      stacks: { baseline: [], incumbent: [], candidate: ['gain', 'more'] },
      regime: { looks: [20], fixed: true },
    })
    expect(summary.seed).not.toBe(recordOf('0004-more').seed)
    expect(summary.workloads[0]).toMatchObject({
      id: 'spin',
      role: 'target',
      pairs: 20,
      against: 'baseline',
    })
    const gains = ['0003-gain', '0004-more'].map(
      (id) => recordOf(id).workloads[0]!.improvement!.estimate,
    )
    const product = 1 - gains.reduce((ratio, gain) => ratio * (1 - gain), 1)
    expect(summary.sequence!.product!.improvement).toBeCloseTo(product, 12)
    expect(Math.abs(summary.cumulative!.improvement - product)).toBeLessThan(0.1)
    for (const { record, sha256 } of summary.sequence!.steps)
      if (record !== undefined) expect(sha256).toBe(digestRecord(root, record))
  })

  it('measured what each accepted layer is worth last, in records of their own', () => {
    const { leftOut } = recordOf('0007-all').sequence!
    expect(leftOut!.map(({ layer, record }) => [layer, record])).toEqual([
      ['gain', '0005-all-but-gain'],
      ['more', '0006-all-but-more'],
    ])
    for (const { record, sha256, accepted, last, shift } of leftOut!) {
      expect(sha256).toBe(digestRecord(root, record))
      const { workloads, stacks, regime, seed } = recordOf(record)
      expect(stacks.candidate).toEqual(['gain', 'more'])
      expect(regime).toMatchObject({ looks: [20], fixed: true })
      expect(seed).toBe(recordOf('0007-all').seed)
      expect(last!.improvement).toBeCloseTo(workloads[0]!.improvement!.estimate, 12)
      const ratio = (1 - last!.improvement) / (1 - accepted!.improvement)
      expect(shift!.improvement).toBeCloseTo(1 - ratio, 12)
    }
    expect(recordOf('0005-all-but-gain').stacks.incumbent).toEqual(['more'])
    const page = readFileSync(join(root, 'decisions', '0007-all.md'), 'utf8')
    expect(page).toContain('What each accepted layer is worth last:')
    expect(page).toContain('[0006-all-but-more](0006-all-but-more.md) |')
    expect(ended.stderr).toContain('\nwhat each accepted layer is worth last\n')
  })

  it('is printed in a terminal as on the page, and listed', async () => {
    expect(ended.stderr).toMatch(
      /\nthe sequence\n {2}layer +verdict +additional improvement \[95 %, single look\] +cumulative/,
    )
    expect(ended.stderr).toContain('Accepted, in order: gain, more.\n')
    expect((await assay(`list --out ${root}`)).stdout).toMatch(
      /0007-all +accepted +\w+ \+\d\d\.\d % \[\d\d\.\d – \d\d\.\d %\]/,
    )
  })

  it('is derived again from its own folder alone, and any change of a step is found', async () => {
    expect((await assay(`replay --all --out ${root}`)).code).toBe(0)
    const path = join(root, 'profiling-results', '0007-all', 'sequence.json')
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace('"verdict": "accepted"', '"verdict": "rejected"'))
    const { code, stderr } = await assay(`replay 7 --out ${root}`)
    writeFileSync(path, text)
    expect(code).toBe(5)
    expect(stderr).toContain('sequence.json')
    writeFileSync(path, text.replace(/("leftOut"[\s\S]*?"improvement": 0\.)\d/, '$10'))
    const changed = await assay(`replay 7 --out ${root}`)
    writeFileSync(path, text)
    expect(changed.code).toBe(5)
  })
})

describe('a sequence in which nothing is accepted', () => {
  it('has a summary with that reason, and measures nothing together', async () => {
    const out = temporaryDirectory()
    const hopeless = `--suite ${fixture('hopeless-suite.mjs')} --workload spin --scale smoke --out ${out}`
    const { code, stdout } = await assay(`evaluate all ${hopeless} --require accepted`)
    expect(code).toBe(4)
    expect(stdout).toContain('No layer was accepted, so nothing was measured together.')
    const summary = recordOf('0002-all', out)
    expect(summary).toMatchObject({
      verdict: 'rejected',
      reasons: ['nothing-accepted'],
      workloads: [],
      sequence: { heavy: { warranted: true, layers: [] } },
    })
    const page = readFileSync(join(out, 'decisions', '0002-all.md'), 'utf8')
    expect(page).toContain(
      'Heavy layers are needed: the others have no measured improvement. The suite has none yet.',
    )
    expect(page).not.toMatch(/NaN|undefined/)
    expect((await assay(`replay --all --out ${out}`)).code).toBe(0)

    const again = await assay(`evaluate all ${hopeless} --standing`)
    expect(again.stdout).toContain('one-tick: 0001-one-tick stands: rejected\n')
    expect(recordOf('0003-all', out)).toMatchObject({
      command: expect.stringContaining('--standing'),
      sequence: { steps: [{ record: '0001-one-tick' }] },
    })
    expect(existsSync(join(out, 'decisions', '0004-all.json'))).toBe(false)
  })
})

describe('what evaluate all refuses', () => {
  it.each([
    [
      '--incumbent none',
      '--incumbent: a sequence builds the incumbent from the layers it accepts; leave it out with evaluate all',
    ],
    [
      '--inject 12%',
      '--inject: a control tests the method on one layer; evaluate that layer alone',
    ],
    [
      '--threshold 8%',
      '--threshold: each layer has its own criterion, and all together have the goal of the suite; leave it out with evaluate all',
    ],
    ['--scale huge', 'unknown scale huge'],
    ['--workload guard', 'one-tick has none of its targets among these'],
    ['--resume', 'nothing to resume: no interrupted sequence in'],
  ])('%s: exit 2, one line, nothing written', async (words, message) => {
    const out = temporaryDirectory()
    const { code, stdout, stderr } = await assay(
      `evaluate all --suite ${suite} --out ${out} ${words}`,
    )
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr.trimEnd()).not.toContain('\n')
    expect(
      readdirSync(out, { recursive: true }).filter((name) => String(name).includes('000')),
    ).toEqual([])
  })

  it('a suite without a goal', async () => {
    const { code, stderr } = await assay(`evaluate all --out ${temporaryDirectory()}`)
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^assay: suite kernel has no goal to measure all its layers against; add goal: \{ aspired, minimum \}$/m,
    )
  })

  it('a directory another evaluation works in', async () => {
    const out = temporaryDirectory()
    const { io, interrupt } = createIo()
    const running = runCli(
      ['evaluate', 'busy-hang', '--no-calibration', '--out', out],
      kernelSuite,
      io,
    )
    const second = await assay(`evaluate all --suite ${suite} --out ${out}`)
    interrupt()
    expect(second).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('another evaluation is running in this directory'),
    })
    expect(await running).toBe(130)
  })
})

describe('the record that settles a layer', () => {
  const layer = { id: 'b', workloads: ['spin'], metric: 'cpu' } as const
  const where = { suite: 'kernel', scale: 'smoke', below: ['a'] } as const
  const workloads = [{ id: 'spin', role: 'target', metric: 'cpu' }] as const
  const record = {
    layer: 'b',
    suite: 'kernel',
    scale: 'smoke',
    verdict: 'rejected',
    stacks: { incumbent: ['a'] },
    workloads,
  } as const

  it('is the newest one at the scale, in the metric and against the layers below', () => {
    const newest = { ...record, verdict: 'accepted' } as const
    expect(settledRecord(layer, where, [record, newest])).toBe(newest)
    const others = [
      { ...record, layer: 'c' },
      { ...record, suite: 'other' },
      { ...record, scale: 'standard' },
      { ...record, stacks: { incumbent: [] } },
      { ...record, injected: 0.12 },
      { ...record, workloads: [{ ...workloads[0], metric: 'wall' }] },
      { ...record, workloads: [{ ...workloads[0], role: 'guard' }] },
    ] as const
    for (const other of others) expect(settledRecord(layer, where, [other])).toBeUndefined()
  })

  it('is none if the newest one did not decide, even if an older one did', () => {
    const undecided = { ...record, verdict: 'inconclusive' } as const
    expect(settledRecord(layer, where, [record, undecided])).toBeUndefined()
  })
})

describe('--standing', () => {
  it('is refused with one layer', async () => {
    const out = temporaryDirectory()
    const { code, stderr } = await assay(`evaluate gain --standing --suite ${suite} --out ${out}`)
    expect(code).toBe(2)
    expect(stderr).toBe('assay: --standing: gain is one layer; use it with evaluate all\n')
  })
})

describe('the command of each layer', () => {
  it('is the one that repeats it alone', () => {
    const words = ['all', '--scale', 'smoke', '--no-profile', '--resume', '--standing']
    const command = parseWords(evaluateCommand, words) as SequenceCommand
    expect(command.summary.text).toBe(
      'npx assay evaluate all --scale smoke --no-profile --standing',
    )
    expect(command.layer('b', ['a', 'c']).text).toBe(
      'npx assay evaluate b --scale smoke --no-profile --incumbent a,c',
    )
    expect(command.layer('b', [])).toMatchObject({ incumbent: [], resume: false })
    expect(command.layer('b', []).text).toMatch(/ --incumbent none$/)
    expect(command.layer('a', undefined)).not.toHaveProperty('incumbent')
  })
})
