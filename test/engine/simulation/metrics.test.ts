import { describe, expect, it } from 'vitest'
import { metricsOf } from '../../../engine/simulation/metrics.js'

describe('metrics', () => {
  it('follow their definitions on a curve computed by hand', () => {
    // Session returns +10 %, −10 %, +10 %: mean 1/30, sd (ddof 1) √(0.04/3), downside √(0.01/3).
    const metrics = metricsOf(100, [110, 99, 108.9], 2, 1, 4)
    const year = Math.sqrt(252)
    expect(metrics.totalReturn).toBeCloseTo(0.089, 12)
    expect(metrics.annualReturn).toBeCloseTo(1.089 ** 84 - 1, 8)
    expect(metrics.volatility).toBeCloseTo(Math.sqrt(0.04 / 3) * year, 12)
    expect(metrics.sharpe).toBeCloseTo((1 / 30 / Math.sqrt(0.04 / 3)) * year, 12)
    expect(metrics.sortino).toBeCloseTo((1 / 30 / Math.sqrt(0.01 / 3)) * year, 12)
    expect(metrics.maxDrawdown).toBeCloseTo(0.1, 12)
    expect([metrics.exposure, metrics.winRate]).toEqual([2 / 3, 0.25])
  })

  it('are absent where they have no meaning, never NaN', () => {
    expect(metricsOf(100, [], 0, 0, 0)).toEqual({ totalReturn: 0, maxDrawdown: 0, exposure: 0 })
    expect(metricsOf(100, [100], 0, 0, 0)).toEqual({
      totalReturn: 0,
      annualReturn: 0,
      maxDrawdown: 0,
      exposure: 0,
    })
    expect(metricsOf(100, [100, 100, 100], 0, 0, 0)).toEqual({
      totalReturn: 0,
      annualReturn: 0,
      volatility: 0,
      maxDrawdown: 0,
      exposure: 0,
    })
    expect(metricsOf(100, [50, -10, -20], 3, 0, 1)).toEqual({
      totalReturn: -1.2,
      maxDrawdown: 1.2,
      exposure: 1,
      winRate: 0,
    })
  })

  it('have no volatility, Sharpe or Sortino ratio where the last equity, and only it, is not above zero', () => {
    for (const last of [0, -10]) {
      const metrics = metricsOf(100, [110, 99, last], 3, 0, 1)
      expect(Object.keys(metrics)).toEqual(['totalReturn', 'maxDrawdown', 'exposure', 'winRate'])
    }
    expect(metricsOf(100, [110, 99, 1], 3, 0, 1)).toHaveProperty('sharpe')
  })

  it('measure a fall from the starting cash too', () => {
    expect(metricsOf(100, [80, 90], 2, 0, 0).maxDrawdown).toBeCloseTo(0.2, 12)
  })
})
