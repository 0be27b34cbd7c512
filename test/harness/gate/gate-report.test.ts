import { describe, expect, it } from 'vitest'
import { gateMarkdown } from '../../../harness/gate/gate-markdown.js'
import { type GateReport, gateReportSchema } from '../../../harness/gate/gate-report.js'
import { gateText } from '../../../harness/gate/gate-text.js'

type Case = GateReport['cases'][number]

const round: Case['rounds'][number] = {
  seed: 7,
  outcome: 'rejected',
  reasons: ['certified-regression'],
  pairs: 10,
  baseMs: 10,
  headMs: 12,
  slowdown: 0.2,
  ci95: [0.19, 0.21],
  noise: { class: 'GREEN', effectiveSd: 0.012 },
  certifiable: { passes: 0.08, fails: 0.12 },
  looks: [
    {
      pairs: 10,
      m: Math.log(1.2),
      se: 0.004,
      seUsed: 0.004,
      df: 7,
      pNominal: 0.03,
      critical: 2.2,
      lower: Math.log(1.18),
      upper: Math.log(1.23),
      outcome: 'rejected',
    },
  ],
  warnings: [{ code: 'outliers', hint: 'one run took twice as long' }],
  journal: 'cases/pure/runs.jsonl',
}

const failed: Case = {
  name: 'grid-search',
  workload: 'grid-search',
  stack: [],
  content: '100 backtests',
  verdict: 'fail',
  reasons: ['certified-regression'],
  rounds: [round, { ...round, seed: 8 }],
  countedWork: {
    equal: 3,
    different: [
      { name: 'bundle.opens', base: 2, head: 3 },
      { name: 'bundle.old', base: 1 },
    ],
    unsteady: ['luck'],
  },
  profile: {
    folder: 'cases/pure/grid-search',
    grown: [
      { name: 'mark', place: 'engine/ledger.ts:107', baseMs: 1, headMs: 3 },
      { name: '(native)', baseMs: 1, headMs: 2 },
    ],
  },
}

/** A case whose first round was not confirmed; nothing was measured in its second round. */
const undecided: Case = {
  ...failed,
  verdict: 'inconclusive',
  reasons: ['not-confirmed', 'too-noisy'],
  rounds: [
    { ...round, warnings: [] },
    {
      seed: 8,
      outcome: 'inconclusive',
      reasons: ['too-noisy'],
      pairs: 0,
      looks: [],
      warnings: [],
      journal: 'cases/pure-confirmation/runs.jsonl',
    },
  ],
  countedWork: { equal: 4, different: [], unsteady: [] },
}
delete (undecided as { profile?: unknown }).profile

const divergence = {
  workload: 'grid-search',
  seed: 7,
  arm: 'candidate' as const,
  at: { session: '2014-03-04' },
  field: 'price',
  baseline: '100',
  candidate: '101',
}

function report(change: Partial<GateReport>): GateReport {
  return gateReportSchema.parse({
    schema: 'assay/gate@1',
    madeAt: '2026-11-20T10:00:00.000Z',
    command: 'npx assay gate',
    packageVersion: '0',
    base: { ref: 'main', commit: 'a'.repeat(40) },
    head: { commit: 'b'.repeat(40) },
    verdict: 'fail',
    exitCode: 1,
    rule: { limit: 0.1, looks: [10, 20, 30], alpha: 0.05, metric: 'cpu', scale: 'smoke', seed: 7 },
    environment: {
      platform: 'linux x64',
      kernel: '6.1',
      cpuModel: 'Xeon',
      cpuCount: 2,
      memoryBytes: 2 ** 33,
      node: '20.20.2',
      v8: '11.3',
      nodeFlags: [],
      fallbacks: [],
    },
    equivalence: { kind: 'equal', digests: 6, seeds: [7, 8, 9] },
    cases: [failed],
    notes: [],
    durationMs: 61_000,
    ...change,
  })
}

describe('the report of a gate', () => {
  it('explains a failure: both rounds, the reason, the grown functions, the counters', () => {
    const text = gateText(report({}), 'out/gate')
    expect(text).toContain(
      'verdict       fail: 1 of 1 cases are slower by 10 % or more, in two rounds, in 1m01s',
    )
    expect(text).toMatch(/^ {2}measured again +10\.00 ms → 12\.00 ms +\+20\.0 % .* fail$/m)
    expect(text).toContain(
      'fail          grid-search: in both rounds, certified at least 10 % slower',
    )
    expect(text).toContain('warning       grid-search: outliers: one run took twice as long')
    expect(text).toContain(
      'grew          grid-search: mark (engine/ledger.ts:107) 1.000 ms → 3.000 ms',
    )
    expect(text).toContain('grew          grid-search: (native) 1.000 ms → 2.000 ms')
    expect(text).toContain('counted       grid-search: bundle.old 1 → not counted')
    expect(text).toContain('flame graph   out/gate/cases/pure/grid-search/difference.svg')
    expect(text).toContain('counted       3 counters equal, 2 different')
    const markdown = gateMarkdown(report({}))
    expect(markdown).toContain('| grid-search | bundle.old | 1 | not counted |')
    expect(markdown).toContain('Not compared, because they vary from run to run: luck.')
    expect(markdown).toContain('- grew: mark (engine/ledger.ts:107) 1.000 ms → 3.000 ms per pass')
  })

  it('shows the bounds of the look that decided, not the interval of a single look', () => {
    expect(gateText(report({}), 'out/gate')).toContain('+20.0 %  [18.0, 23.0]')
    expect(gateMarkdown(report({}))).toContain('| +20.0 % [18.0 – 23.0 %] |')
    const unlooked = report({ cases: [{ ...failed, rounds: [{ ...round, looks: [] }] }] })
    expect(gateText(unlooked, 'out/gate')).not.toMatch(/\+20\.0 % +\[/)
  })

  it('gives a warning of both rounds once, and one of the second round too', () => {
    const again = { ...round.warnings[0]!, hint: 'another run took twice as long' }
    const second = {
      ...round,
      warnings: [again, { code: 'position-effect' as const, hint: 'order matters' }],
    }
    const twice = report({ cases: [{ ...failed, rounds: [round, second] }] })
    for (const text of [gateText(twice, 'out/gate'), gateMarkdown(twice)])
      expect(text.match(/warning .*/g)?.map((line) => line.replace(/^.*?: (?=\S+: )/, ''))).toEqual(
        [
          expect.stringMatching(/outliers: one run took twice as long$/),
          expect.stringMatching(/position-effect: order matters$/),
        ],
      )
  })

  it('names the lines that run more often, and that they decided', () => {
    const added = report({
      rule: { ...report({}).rule, strictWork: 0 },
      cases: [
        {
          ...failed,
          reasons: ['added-work'],
          rounds: [{ ...round, outcome: 'accepted' }],
          executions: {
            kind: 'exact',
            processes: 3,
            against: 'baseline',
            before: 5_000_000,
            after: 5_001_000,
            changed: 2,
            lines: [
              {
                name: 'mark',
                file: 'engine/ledger.ts',
                line: 44,
                lineBefore: 42,
                before: 0,
                after: 1_000,
              },
              { name: 'old', file: 'engine/ledger.ts', lineBefore: 9, before: 7, after: 0 },
            ],
            onlyAfter: {
              functions: 1,
              most: [{ name: 'extra', file: 'engine/ledger.ts', line: 50, calls: 1_000 }],
            },
          },
        },
      ],
    })
    const text = gateText(added, 'out/gate')
    expect(text).toContain('verdict       fail: 1 of 1 cases execute more than the base, in 1m01s')
    expect(text).toContain(
      'fail          grid-search: head executes more than base, by more than --strict-work allows',
    )
    for (const line of [
      '5,000,000 → 5,001,000 executions (+0.020 %) from base to head; 2 lines changed, the same counts in 3 processes of each',
      'engine/ledger.ts line 44 (before: 42) (mark) ran 0 → 1,000 times',
      'engine/ledger.ts line 9 (removed) (old) ran 7 → 0 times',
      '1 function runs only in head: extra (engine/ledger.ts:50) 1,000 times',
    ])
      expect(text).toContain(`executed      grid-search: ${line}`)
    expect(gateMarkdown(added)).toContain('- executed: engine/ledger.ts line 44')
  })

  it('names the place where executions differ between processes, and does not pass', () => {
    const off = report({
      verdict: 'inconclusive',
      exitCode: 3,
      rule: { ...report({}).rule, strictWork: 0.001 },
      cases: [
        {
          ...undecided,
          reasons: ['work-not-exact'],
          executions: {
            kind: 'off',
            processes: 3,
            reason: 'unsteady',
            place: {
              arm: 'candidate',
              name: 'wait',
              file: 'engine/clock.ts',
              line: 8,
              runs: [40, 41],
              differing: 3,
              cause: 'clock',
            },
          },
        },
      ],
    })
    const text = gateText(off, 'out/gate')
    expect(text).toContain(
      'executions are not compared: two processes of the same arm count differently: in head, engine/clock.ts line 8 (wait) ran 40 and 41 times, the first of 3 lines that differ; probably because the code there reads a clock',
    )
    expect(text).toContain('executions cannot be compared exactly, so --strict-work does not pass')
    const passed = {
      ...off,
      verdict: 'pass' as const,
      cases: [{ ...undecided, verdict: 'pass' as const }],
    }
    expect(gateText(passed, 'out')).toContain('and execute at most 0.1 % more than the base')
  })

  it('says that an unconfirmed failure is undecided, and that this does not pass', () => {
    const unclear = report({ verdict: 'inconclusive', exitCode: 3, cases: [undecided] })
    const text = gateText(unclear, 'out/gate')
    expect(text).toContain('inconclusive: 1 of 1 cases are undecided, which does not pass')
    expect(text).toContain(
      'inconclusive  grid-search: the first round failed and the second did not',
    )
    const markdown = gateMarkdown(unclear)
    expect(markdown).toContain('| ↳ measured again | – | – | 0 | – | – |  |')
    expect(markdown).toContain('Counted work: 4 counters, all equal.')
    expect(markdown).toContain('Exit code 3.')
  })

  it('locates a difference of results', () => {
    const different = report({
      verdict: 'not-equivalent',
      exitCode: 4,
      cases: [],
      equivalence: { kind: 'different', divergence, stack: [] },
    })
    const where = 'grid-search, seed 7, session 2014-03-04: price is 100 in base and 101 in head'
    expect(gateText(different, 'out/gate')).toContain(`different     ${where}`)
    expect(gateText(different, 'out/gate')).toContain(
      "no verdict    not equivalent: head's results differ from the base's",
    )
    expect(gateMarkdown(different)).toContain('Results: **different**, so nothing was measured.')
  })

  it('names a run of base that gave another result', () => {
    const unsteady = { ...divergence, arm: 'baseline' as const }
    const equivalence = { kind: 'different' as const, divergence: unsteady, stack: [] }
    expect(
      gateText(report({ verdict: 'not-equivalent', cases: [], equivalence }), 'out/gate'),
    ).toContain('price is 100 in base and 101 in a run of base')
  })

  it('repeats why differences were announced', () => {
    const equivalence = {
      kind: 'different' as const,
      divergence,
      stack: [],
      changed: 'rounds half to even',
    }
    const passed = report({
      verdict: 'pass',
      exitCode: 0,
      equivalence,
      cases: [{ ...undecided, verdict: 'pass', reasons: ['certified-no-regression'] }],
    })
    expect(gateText(passed, 'out/gate')).toContain(
      'pass: 1 of 1 cases are less than 10 % slower (results differ, as announced)',
    )
    expect(gateMarkdown(passed)).toContain(
      'Results: **different**, announced: rounds half to even.',
    )
  })

  it('gives the problem of versions that cannot be compared, and no commits if there are none', () => {
    const {
      base: _base,
      head: _head,
      equivalence: _none,
      ...rest
    } = report({
      verdict: 'not-comparable',
      exitCode: 5,
      cases: [],
      problem: 'base aaaaaaaa does not build',
      notes: ['both versions compile to the same code'],
    })
    expect(gateText(rest, 'out/gate')).toBe(
      [
        'note          both versions compile to the same code',
        'no verdict    not comparable: no case was decided, which does not pass, in 1m01s',
        '',
      ].join('\n'),
    )
    const markdown = gateMarkdown(rest)
    expect(markdown).toContain('**Not comparable:** base aaaaaaaa does not build')
    expect(markdown).toContain('- both versions compile to the same code')
    expect(markdown).not.toContain('merge-base with')
  })
})
