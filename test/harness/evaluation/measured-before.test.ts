import { describe, expect, it } from 'vitest'
import { intervalFor, measuredBefore } from '../../../harness/evaluation/profile-evidence.js'
import type { EvaluationPlan } from '../../../harness/evidence/evidence.js'
import type { JournalLine } from '../../../harness/evidence/run-record.js'

const workload = {
  id: 'spin',
  title: 'spin',
  content: 'turns',
  role: 'target' as const,
  warmup: 3,
  iterations: 5,
}
const plan = { arms: ['baseline', 'candidate'] } as unknown as EvaluationPlan

function line(pair: number, arm: JournalLine['arm'], cpuMs: number, change = {}): JournalLine {
  const run = { workload: 'spin', pair, arm, cpuMs, wallMs: cpuMs, startedAt: '', ...change }
  return run as unknown as JournalLine
}

describe('what is known of the arms before they are profiled', () => {
  it('is the length of the measured runs, and the mean CPU over the pairs that count', () => {
    const runs = [
      line(1, 'baseline', 100),
      line(1, 'candidate', 60),
      line(2, 'baseline', 120),
      line(2, 'candidate', 80),
      line(3, 'baseline', 900, { voided: 'foreign-load' }),
      line(3, 'candidate', 900),
    ]
    expect(measuredBefore(plan, runs, { ...workload, design: 'lock-step' })).toEqual({
      design: 'lock-step',
      length: { warmup: 3, iterations: 5 },
      cpuMs: { baseline: 110, candidate: 70 },
      processCpuMs: { baseline: [100, 120], candidate: [60, 80] },
    })
  })

  it('is of adjacent runs in plans that do not name a design', () => {
    const pair = [line(1, 'baseline', 100), line(1, 'candidate', 60)]
    expect(measuredBefore(plan, pair, workload)?.design).toBe('adjacent')
  })

  it('is nothing if no pair counts, or nothing was planned to be measured', () => {
    expect(measuredBefore(plan, [line(1, 'baseline', 100)], workload)).toBeUndefined()
    const { warmup: _, iterations: __, ...unmeasured } = workload
    const pair = [line(1, 'baseline', 100), line(1, 'candidate', 60)]
    expect(measuredBefore(plan, pair, unmeasured)).toBeUndefined()
  })
})

describe('the time between two samples', () => {
  const of = (iterations: number, candidate: number) =>
    intervalFor({
      design: 'adjacent',
      length: { warmup: 1, iterations },
      cpuMs: { baseline: 1000, candidate },
      processCpuMs: {},
    })

  it('gives 2,000 samples of the fastest arm in one process, within bounds', () => {
    expect(of(10, 50)).toBe(250)
    expect(of(2, 1)).toBe(100)
    expect(of(10, 1000)).toBe(500)
    expect(intervalFor(undefined)).toBe(500)
  })
})
