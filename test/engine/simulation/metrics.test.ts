import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { Exact } from '../../../engine/market/exact.js'
import { type Annualisation, metricsOf } from '../../../engine/simulation/metrics.js'
import { curveOf } from '../../../engine/simulation/session-returns.js'

function figuresOf(
  startingCash: number | string,
  equity: readonly (number | string)[],
  ...counts: [number, number, number, Annualisation?]
) {
  return metricsOf(curveOf(startingCash, equity), ...counts)
}

describe('metrics', () => {
  it('follow their definitions on a curve computed by hand', () => {
    // Session returns +10 %, −10 %, +10 %: mean 1/30, sd (ddof 1) √(0.04/3), downside √(0.01/3).
    const metrics = figuresOf(100, [110, 99, 108.9], 2, 1, 4)
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
    expect(figuresOf(100, [], 0, 0, 0)).toEqual({ totalReturn: 0, maxDrawdown: 0, exposure: 0 })
    expect(figuresOf(100, [100], 0, 0, 0)).toEqual({
      totalReturn: 0,
      annualReturn: 0,
      maxDrawdown: 0,
      exposure: 0,
    })
    expect(figuresOf(100, [100, 100, 100], 0, 0, 0)).toEqual({
      totalReturn: 0,
      annualReturn: 0,
      volatility: 0,
      maxDrawdown: 0,
      exposure: 0,
    })
    expect(figuresOf(100, [50, -10, -20], 3, 0, 1)).toEqual({
      totalReturn: -1.2,
      maxDrawdown: 1.2,
      exposure: 1,
      winRate: 0,
    })
  })

  it('have no volatility, Sharpe or Sortino ratio where the last equity, and only it, is not above zero', () => {
    for (const last of [0, -10]) {
      const metrics = figuresOf(100, [110, 99, last], 3, 0, 1)
      expect(Object.keys(metrics)).toEqual(['totalReturn', 'maxDrawdown', 'exposure', 'winRate'])
    }
    expect(figuresOf(100, [110, 99, 1], 3, 0, 1)).toHaveProperty('sharpe')
  })

  it('measure a fall from the starting cash too', () => {
    expect(figuresOf(100, [80, 90], 2, 0, 0).maxDrawdown).toBeCloseTo(0.2, 12)
  })

  it('have no ratio where every session returns exactly the same', () => {
    const grown = (equity: readonly (number | string)[]) => figuresOf(100, equity, 4, 0, 0)
    for (const curve of [
      [110, 121, 133.1, 146.41],
      [90, 81, 72.9, 65.61],
      [101, 102.01, 103.0301, 104.060401],
      ['100.1', '100.2001', '100.3003001', '100.4006004001'],
    ]) {
      expect(grown(curve)).not.toHaveProperty('sharpe')
      expect(grown(curve).volatility).toBe(0)
    }
    expect(grown([110, 121, 133.1, 146.41])).not.toHaveProperty('sortino')
    // Growth by a million and more a session: the rounding of doubles grows with it.
    expect(grown(['123456789', '152415787501905.21'])).toHaveProperty('volatility', 0)
    expect(figuresOf(1, ['1234567.89', '1524157875019.0521'], 2, 0, 0)).not.toHaveProperty('sharpe')
    // Every return is −10 %, and so is their root mean square.
    expect(grown([90, 81, 72.9, 65.61]).sortino).toBeCloseTo(-Math.sqrt(252), 9)
  })

  test.prop([fc.integer({ min: 2, max: 12 }), fc.integer({ min: 1, max: 30 })], { numRuns: 1000 })(
    'have none for any constant growth, in numbers or text',
    (sessions, percent) => {
      const factor = new Exact(percent).div(100).plus(1)
      const curve = Array.from({ length: sessions }, (_, i) => factor.pow(i + 1).times(100))
      const metrics = figuresOf(
        100,
        curve.map((value) => value.toFixed()),
        sessions,
        0,
        0,
      )
      expect([metrics.sharpe, metrics.sortino, metrics.volatility]).toEqual([
        undefined,
        undefined,
        0,
      ])
    },
  )

  it('have a ratio where the variance is tiny and real, as exact as any other', () => {
    // Gains and losses of one tick of 10^-4 on 10^12: doubles lose a third of their digits.
    const large = ['1000000000000.0001', '1000000000000.0003', '1000000000000.0002']
    const metrics = figuresOf('1000000000000', large, 3, 0, 0)
    // Returns of 1, 2 and −1 parts in 10^16.
    const year = Math.sqrt(252)
    expect(metrics.sharpe).toBeCloseTo((2 / 3 / Math.sqrt(7 / 3)) * year, 9)
    expect(metrics.sortino).toBeCloseTo((2 / 3 / Math.sqrt(1 / 3)) * year, 9)
    expect(metrics.volatility! * 1e16).toBeCloseTo(Math.sqrt(7 / 3) * year, 9)
  })

  it('count as many sessions per year as they are given', () => {
    const curve = [110, 99, 108.9]
    const year = figuresOf(100, curve, 2, 1, 4)
    const crypto = figuresOf(100, curve, 2, 1, 4, { periodsPerYear: 365, riskFree: 0 })
    expect(crypto.annualReturn).toBeCloseTo(1.089 ** (365 / 3) - 1, 4)
    for (const figure of ['volatility', 'sharpe', 'sortino'] as const)
      expect(crypto[figure]! / year[figure]!).toBeCloseTo(Math.sqrt(365 / 252), 12)
  })

  it('subtract a risk-free rate, compounded per session', () => {
    const annualisation = { periodsPerYear: 252, riskFree: 0.05 }
    const metrics = figuresOf(100, [110, 99, 108.9], 2, 1, 4, annualisation)
    const rate = 1.05 ** (1 / 252) - 1
    const year = Math.sqrt(252)
    expect(metrics.sharpe).toBeCloseTo(((1 / 30 - rate) / Math.sqrt(0.04 / 3)) * year, 12)
    expect(metrics.sortino).toBeCloseTo(
      ((1 / 30 - rate) / ((0.1 + rate) / Math.sqrt(3))) * year,
      12,
    )
    expect(metrics.volatility).toBe(figuresOf(100, [110, 99, 108.9], 2, 1, 4).volatility)
    // Cash that earns nothing falls short of the rate by the same amount each session.
    const idle = figuresOf(100, [100, 100, 100], 0, 0, 0, annualisation)
    expect([idle.sharpe, idle.volatility]).toEqual([undefined, 0])
    expect(idle.sortino).toBeCloseTo(-year, 9)
  })

  it('have no Sortino ratio where every session returns the risk-free rate', () => {
    const annualisation = { periodsPerYear: 3, riskFree: 1.1 ** 3 - 1 }
    const metrics = figuresOf(100, [110, 121, 133.1, 146.41], 4, 0, 0, annualisation)
    expect([metrics.sharpe, metrics.sortino]).toEqual([undefined, undefined])
  })

  it('have no annual return where equity was ever zero or less, since nothing grows from there', () => {
    const recovered = figuresOf(100, [50, -10, 120], 3, 0, 1)
    expect(Object.keys(recovered)).toEqual(['totalReturn', 'maxDrawdown', 'exposure', 'winRate'])
  })
})
