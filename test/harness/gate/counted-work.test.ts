import { describe, expect, it } from 'vitest'
import type { Arm } from '../../../harness/contract.js'
import type { RunRecord } from '../../../harness/evidence/run-record.js'
import { compareCountedWork } from '../../../harness/gate/counted-work.js'

function run(
  arm: Arm,
  pair: number,
  counters: Record<string, number>,
  amount = 252_000,
): RunRecord {
  return {
    workload: 'grid-search',
    pair,
    position: arm === 'baseline' ? 'first' : 'second',
    arm,
    cpuMs: 10,
    wallMs: 10,
    coldWallMs: 20,
    samplesMs: [10],
    warmup: 3,
    warmupMs: 40,
    iterations: 1,
    heapBytes: 1,
    gcMs: 0,
    gcCount: 0,
    digest: `sha256:${'0'.repeat(64)}`,
    counters,
    work: { unit: 'bars', amount },
    startedAt: '2026-11-20T10:00:00.000Z',
  }
}

const compare = (
  base: readonly Record<string, number>[],
  head: readonly Record<string, number>[],
) =>
  compareCountedWork(
    [
      ...base.map((counters, pair) => run('baseline', pair + 1, counters)),
      ...head.map((counters, pair) => run('candidate', pair + 1, counters)),
    ],
    'grid-search',
  )

describe('counted work', () => {
  it('is compared exactly: one additional open is a difference', () => {
    expect(
      compare(
        [{ 'bundle.opens': 100, 'history.hits': 7 }],
        [{ 'bundle.opens': 101, 'history.hits': 7 }],
      ),
    ).toEqual({
      equal: 2,
      different: [{ name: 'bundle.opens', base: 100, head: 101 }],
      unsteady: [],
    })
  })

  it('has an absent value, not zero, for a version that lacks the counter', () => {
    expect(compare([{ old: 0 }], [{ fresh: 3 }]).different).toEqual([
      { name: 'fresh', head: 3 },
      { name: 'old', base: 0 },
    ])
  })

  it('names counters that vary, have a fraction or are missing in a run, and does not compare them', () => {
    const { unsteady, different } = compare(
      [
        { waits: 1, share: 0.5, some: 1 },
        { waits: 2, share: 0.5 },
      ],
      [{ waits: 1, share: 0.5, some: 1 }],
    )
    expect({ unsteady, different }).toEqual({ unsteady: ['share', 'some', 'waits'], different: [] })
  })

  it('leaves out failed runs and other workloads', () => {
    const lines = [
      run('baseline', 1, { opens: 1 }),
      { ...run('baseline', 2, { opens: 9 }), workload: 'walk-forward' },
      {
        workload: 'grid-search',
        pair: 3,
        arm: 'candidate' as const,
        error: 'crashed',
        startedAt: '2026-11-20T10:00:00.000Z',
      },
      run('candidate', 4, { opens: 1 }),
    ]
    expect(compareCountedWork(lines, 'grid-search')).toEqual({
      equal: 2,
      different: [],
      unsteady: [],
    })
  })
})
