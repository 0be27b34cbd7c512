import { describe, expect, it } from 'vitest'
import type { RunRecord } from '../../../harness/evidence/run-record.js'
import { realisedImprovement } from '../../../harness/verdict/injected-size.js'
import type { Round } from '../../../harness/verdict/rounds.js'
import { roundsFrom } from './simulated-evidence.js'

/** Rounds whose runs of one arm hold a kernel of known time. */
function rounds(
  arm: 'baseline' | 'candidate',
  times: readonly [cpuMs: number, injectedMs: number][],
) {
  return roundsFrom(
    times.map(() => 100),
    times.map(() => 100),
  ).map(
    (round, index): Round => ({
      ...round,
      runs: {
        ...round.runs,
        [arm]: {
          ...(round.runs[arm] as RunRecord),
          cpuMs: times[index]![0],
          injectedMs: times[index]![1],
        },
      },
    }),
  )
}

describe('the realised size of an injected effect', () => {
  it('is the share of the kernel in the arm that the candidate is compared with', () => {
    expect(
      realisedImprovement(
        rounds('baseline', [
          [100, 8],
          [200, 20],
        ]),
        'baseline',
      ),
    ).toBeCloseTo(0.09)
  })

  it('is negative if the candidate has the kernel: the share of its time without', () => {
    expect(realisedImprovement(rounds('candidate', [[112, 12]]), 'candidate')).toBeCloseTo(-0.12)
  })

  it('is unknown if a run did not time its kernel, and without rounds', () => {
    expect(realisedImprovement(roundsFrom([100, 100], [90, 90]), 'baseline')).toBeUndefined()
    expect(realisedImprovement([], 'baseline')).toBeUndefined()
  })
})
