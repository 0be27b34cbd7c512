import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../../harness/evidence/evidence.js'
import type { RunRecord } from '../../../harness/evidence/run-record.js'
import { toDecisionRecord } from '../../../harness/record/decision-record.js'
import { judgeRecord } from '../../../harness/record/judgement.js'
import { decide } from '../../../harness/verdict/decide.js'
import { simulateEvidence } from './simulated-evidence.js'

const good = simulateEvidence({
  seed: 1,
  pairs: 10,
  improvement: { 'grid-search': 0.4, 'walk-forward': 0.4 },
  noise: 0.02,
})

/** Each seed has an answer of its own: 16 hexadecimal digits. */
const answers = (count: number) =>
  Array.from({ length: count }, (_, index) => (index + 1).toString(16).padStart(16, '0'))
const quiet = { before: 150, between: 1, after: 5, canonical: 1, children: 0 }

/** The evidence with defended runs, changed where a test needs it. */
function defended(
  change: (run: RunRecord, passDigests: string[]) => Partial<RunRecord> = () => ({}),
): Evidence {
  const runs = good.runs.map((run) => {
    if ('error' in run) return run
    const passDigests = answers(run.warmup + run.iterations)
    return { ...run, passDigests, outsideMs: quiet, ...change(run, passDigests) }
  })
  const workloads = good.plan.workloads.map((workload) => ({ ...workload, seedSets: 20 }))
  return { ...good, plan: { ...good.plan, defended: true, workloads }, runs }
}

const isCandidate = ({ arm }: RunRecord) => arm === 'candidate'

describe('a defended evaluation', () => {
  it('accepts a layer whose iterations give the answers of the baseline', () => {
    expect(decide(defended())).toMatchObject({ verdict: 'accepted' })
  })

  it('rejects a run with a sign of tampering, and names its class in record and judgement', () => {
    const [first, ...rest] = good.runs
    const sign = {
      workload: first!.workload,
      pair: 1,
      arm: first!.arm,
      error: 'replaced-clock: …',
      tampered: 'replaced-clock' as const,
      startedAt: first!.startedAt,
    }
    const evidence = { ...good, runs: [sign, ...rest.filter(({ pair }) => pair > 1)] }
    const record = toDecisionRecord(evidence)
    expect(record).toMatchObject({
      verdict: 'rejected',
      reasons: ['tampered'],
      workloads: [],
      tampering: { class: 'replaced-clock', workload: 'grid-search', pair: 1 },
    })
    expect(judgeRecord(record, '/root', { next: [] })).toMatchObject({
      keep: false,
      verdict: 'rejected',
      tampering: { class: 'replaced-clock' },
    })
  })

  it('rejects the answer of another iteration', () => {
    const evidence = defended((run, digests) =>
      isCandidate(run) && run.pair === 4
        ? { digest: `sha256:${'f'.repeat(64)}`, passDigests: digests.with(2, digests[0]!) }
        : {},
    )
    expect(decide(evidence)).toMatchObject({
      verdict: 'rejected',
      reasons: ['not-equivalent', 'tampered'],
      divergence: { found: 'while measuring', at: { pair: '4', iteration: '3' } },
      tampering: { class: 'remembered-answer', arm: 'candidate', pair: 4 },
    })
  })

  it('rejects a wrong answer that is not that of another iteration', () => {
    const evidence = defended((run, digests) =>
      isCandidate(run) && run.pair === 4
        ? { digest: `sha256:${'f'.repeat(64)}`, passDigests: digests.with(2, 'f'.repeat(16)) }
        : {},
    )
    expect(decide(evidence)).toMatchObject({
      verdict: 'rejected',
      reasons: ['not-equivalent'],
      tampering: { class: 'different-when-measured' },
    })
  })

  it('does not accept a layer where a remembered answer would be right', () => {
    const same = defended((_, digests) => ({ passDigests: digests.map(() => digests[0]!) }))
    const { verdict, workloads } = decide(same)
    expect(verdict).toBe('inconclusive')
    expect(workloads.map(({ reasons }) => reasons)).toEqual([
      ['answers-repeat'],
      ['answers-repeat'],
    ])
  })

  it.each([
    ['before', 'work-before-clock'],
    ['between', 'work-after-clock'],
    ['after', 'work-after-clock'],
    ['canonical', 'work-in-canonical'],
    ['children', 'other-process'],
  ] as const)('rejects work that was moved to %s', (place, name) => {
    const evidence = defended((run) =>
      isCandidate(run)
        ? { outsideMs: { ...quiet, [place]: 100_000_000 * (1 + 0.01 * Math.sin(run.pair)) } }
        : {},
    )
    expect(decide(evidence)).toMatchObject({
      verdict: 'rejected',
      reasons: ['tampered'],
      tampering: { class: name, arm: 'candidate' },
    })
  })

  it('does not look for moved work where both arms do it, or the candidate saves nothing', () => {
    const both = defended(() => ({ outsideMs: { ...quiet, canonical: 100_000_000 } }))
    expect(decide(both).verdict).toBe('accepted')
    const slower = defended((run) => ({
      ...(isCandidate(run) && { outsideMs: { ...quiet, canonical: 100_000_000 } }),
      cpuMs: isCandidate(run) ? 900 + run.pair : 800 + run.pair,
      wallMs: isCandidate(run) ? 900 + run.pair : 800 + run.pair,
    }))
    expect(decide(slower).tampering).toBeUndefined()
  })
})
