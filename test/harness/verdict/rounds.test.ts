import { describe, expect, it } from 'vitest'
import { InvalidEvidenceError } from '../../../harness/errors.js'
import type { JournalLine, RunRecord } from '../../../harness/evidence/run-record.js'
import { failedPairs, roundsOf, voidedPairs } from '../../../harness/verdict/rounds.js'
import { planWith, simulateRuns } from './simulated-evidence.js'

const plan = planWith()
const runs = simulateRuns({ seed: 1, pairs: 4, improvement: {}, noise: 0.02 }, plan)
const ofPair = (pair: number, change: (run: RunRecord) => JournalLine): JournalLine[] =>
  runs.map((run) =>
    run.workload === 'grid-search' && run.pair === pair && run.arm === 'candidate'
      ? change(run)
      : run,
  )
const pairs = (lines: readonly JournalLine[]) =>
  roundsOf(lines, plan, 'grid-search').map(({ pair }) => pair)

describe('the rounds that count', () => {
  it('come in order of pair number, for any order of the journal, with the run of every arm', () => {
    const rounds = roundsOf([...runs].reverse(), plan, 'grid-search')
    expect(rounds.map(({ pair }) => pair)).toEqual([1, 2, 3, 4])
    for (const { pair, runs: byArm } of rounds) {
      expect([byArm.baseline!.pair, byArm.candidate!.pair]).toEqual([pair, pair])
      expect([byArm.baseline!.arm, byArm.candidate!.arm]).toEqual(['baseline', 'candidate'])
    }
  })

  it('leave out a pair with a voided line', () => {
    const voided = ofPair(2, (run) => ({ ...run, voided: 'steal 7 %' }))
    expect(pairs(voided)).toEqual([1, 3, 4])
    expect([
      voidedPairs(voided, 'grid-search'),
      voidedPairs(voided, 'walk-forward'),
      failedPairs(voided, 'grid-search'),
    ]).toEqual([1, 0, 0])
  })

  it('leave out a pair with an error line', () => {
    const failed = ofPair(3, ({ workload, pair, arm, startedAt }) => ({
      workload,
      pair,
      arm,
      startedAt,
      error: 'exit code 1',
    }))
    expect(pairs(failed)).toEqual([1, 2, 4])
    expect([failedPairs(failed, 'grid-search'), voidedPairs(failed, 'grid-search')]).toEqual([1, 0])
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    'leave out a pair with a time of %d ms, as an error',
    (ms) => {
      const cpu = ofPair(1, (run) => ({ ...run, cpuMs: ms }))
      const wall = ofPair(1, (run) => ({ ...run, wallMs: ms }))
      expect([pairs(cpu), pairs(wall), failedPairs(cpu, 'grid-search')]).toEqual([
        [2, 3, 4],
        [2, 3, 4],
        1,
      ])
    },
  )

  it('leave out a pair that lacks an arm', () => {
    expect(pairs(runs.filter(({ pair, arm }) => pair !== 4 || arm !== 'baseline'))).toEqual([
      1, 2, 3,
    ])
  })

  it('are refused where a run was recorded twice or its arm is not in the plan', () => {
    expect(() => pairs([...runs, runs[0]!])).toThrow(InvalidEvidenceError)
    expect(() => pairs([...runs, { ...runs[0]!, arm: 'incumbent' }])).toThrow(
      'an arm that is not in the plan',
    )
  })
})
