import { describe, expect, it } from 'vitest'
import { correlationWarning } from '../../../harness/record/correlation-warning.js'
import { exceedsChance, lag1 } from '../../../harness/statistics/autocorrelation.js'
import { randomFrom } from '../verdict/simulated-evidence.js'

const workload = { lag1: 0.56, pairs: 10, warnings: [] }

describe('a lag-1 correlation', () => {
  it.each([10, 20, 40])(
    'of %i independent values exceeds chance in at most 1 %% of samples, and nearly so often',
    (n) => {
      const random = randomFrom(n)
      const trials = 20_000
      let exceeded = 0
      for (let trial = 0; trial < trials; trial += 1)
        if (exceedsChance(lag1(Array.from({ length: n }, () => random.normal()))!, n)) exceeded += 1
      expect(exceeded / trials).toBeLessThanOrEqual(0.0115)
      expect(exceeded / trials).toBeGreaterThan(0.006)
    },
  )

  it('of 0.56 over ten pairs is warned of, although the bounds are not widened for it', () => {
    expect(correlationWarning(workload)).toMatchObject({ code: 'autocorrelated' })
    expect(correlationWarning(workload)!.hint).toContain('lag 1: 0.56')
    expect(correlationWarning({ ...workload, lag1: 0.29 })).toBeUndefined()
    expect(correlationWarning({ ...workload, lag1: -0.6 })).toBeUndefined()
    expect(correlationWarning({ ...workload, pairs: 9 })).toBeUndefined()
  })

  it('is warned of once', () => {
    const stored = [{ code: 'autocorrelated' as const, hint: 'widened' }]
    expect(correlationWarning({ ...workload, warnings: stored })).toBeUndefined()
  })
})
