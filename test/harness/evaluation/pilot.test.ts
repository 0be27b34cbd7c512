import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { chooseRunLength, injectedMs } from '../../../harness/evaluation/pilot.js'

const ms = fc.double({ min: 1e-6, max: 1e5, noNaN: true })
const time = fc.record({ metricMs: ms, wallMs: ms })

describe('chooseRunLength', () => {
  it.each([
    // iteration of the fastest arm, wall time of the slowest, W, K
    [0.33, 0.83, 3, 200],
    [1, 2, 3, 100],
    [30, 45, 3, 4],
    [99, 400, 3, 2],
    [99, 2000, 3, 1],
    [299.9, 300, 3, 1],
    [300, 400, 1, 1],
    [5000, 6000, 1, 1],
    [5001, 6000, 0, 1],
    [1, 60, 3, 50],
  ])('%d ms against %d ms: W = %d, K = %d', (fastMs, slowMs, warmup, iterations) => {
    const times = [
      { metricMs: slowMs, wallMs: slowMs },
      { metricMs: fastMs, wallMs: fastMs },
    ]
    expect(chooseRunLength(times)).toEqual({ warmup, iterations })
  })

  test.prop([fc.array(time, { minLength: 2, maxLength: 3 })], { numRuns: 1000 })(
    'stays within 1 … 200, and exceeds 3 s for the slowest arm only where one iteration does',
    (times) => {
      const { warmup, iterations } = chooseRunLength(times)
      const slowest = Math.max(...times.map(({ wallMs }) => wallMs))
      expect(iterations >= 1 && iterations <= 200).toBe(true)
      expect([0, 1, 3]).toContain(warmup)
      if (iterations > 1) expect(iterations * slowest).toBeLessThanOrEqual(3000 * (1 + 1e-12))
    },
  )
})

describe('injectedMs', () => {
  test.prop([fc.double({ min: 0.001, max: 0.9, noNaN: true }), ms], { numRuns: 1000 })(
    'makes an equal candidate look exactly that much faster, or that much slower',
    (improvement, baseMs) => {
      const slowed = baseMs + injectedMs(improvement, baseMs)
      expect((slowed - baseMs) / slowed).toBeCloseTo(improvement, 9)
      const candidate = baseMs + injectedMs(-improvement, baseMs)
      expect((baseMs - candidate) / baseMs).toBeCloseTo(-improvement, 9)
    },
  )
})
