import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { memoryBundle } from '../../engine/index.js'
import { foldStack } from '../../harness/measurement/stack.js'
import { intradayMarket } from '../../scenarios/market/intraday.js'
import { marketContent, marketName } from '../../scenarios/market/market-content.js'
import { resampleMarket } from '../../scenarios/market/resample.js'
import { readSp500 } from '../../scenarios/market/sp500.js'
import { profiled } from '../../scenarios/profiled/index.js'
import { suite } from '../../scenarios/suite.js'

describe('an intraday market', () => {
  const series = readSp500()

  test.prop(
    [
      fc.nat({ max: 2 ** 31 }),
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom('1h' as const, '1m' as const),
    ],
    {
      numRuns: 200,
    },
  )('holds bars that add up to the sessions of the daily one', (seed, sessions, frequency) => {
    const daily = resampleMarket(series, { assets: 1, sessions }, seed)
    const fine = intradayMarket(daily, frequency, seed)
    const bars = fine.dates.length / daily.dates.length
    const [days, own] = [daily.assets[0]!, fine.assets[0]!]
    for (let day = 0; day < days.session.length; day++) {
      const part = <T extends Float64Array | Int32Array>(column: T) => [
        ...column.subarray(day * bars, (day + 1) * bars),
      ]
      expect(part(own.open)[0]).toBe(days.open[day])
      expect(part(own.close).at(-1)).toBe(days.close[day])
      expect(Math.max(...part(own.high))).toBe(days.high[day])
      expect(Math.min(...part(own.low))).toBe(days.low[day])
      expect(part(own.volume).reduce((sum, volume) => sum + volume, 0)).toBe(days.volume[day])
      expect(part(own.session)).toEqual(
        Array.from({ length: bars }, (_, bar) => days.session[day]! * bars + bar),
      )
    }
  })

  it('makes a sound bundle whose notes name what is invented', () => {
    const size = { assets: 3, sessions: 40, frequency: '1h' as const }
    const { manifest, calendar } = memoryBundle(marketContent(size, 7))
    expect(manifest).toMatchObject({
      frequency: '1h',
      provenance: { synthetic: true, notes: expect.stringContaining('invented') },
    })
    expect([calendar.length, calendar.days]).toEqual([280, 40])
    expect(marketName(size, 7)).not.toBe(marketName({ assets: 3, sessions: 40 }, 7))
  })
})

describe('the profiled scenarios', () => {
  it('cover bar frequencies, strategies, numbers of assets and many starts', () => {
    expect(profiled.map(({ id }) => id)).toEqual([
      'daily-simple',
      'daily-complex',
      'hourly-simple',
      'hourly-complex',
      'minute-simple',
      'minute-complex',
      'assets-50',
      'assets-100',
      'assets-500',
      'batch-start',
    ])
    expect(profiled.at(-1)!.scales.standard.backtests).toBeGreaterThan(100)
  })

  // Every one but the largest: its six hundred assets take longer than a test should.
  it.each(profiled.filter(({ id }) => id !== 'assets-500'))(
    '$id trades, and gives the same under layer1',
    async (workload) => {
      const scale = workload.scales.smoke
      await workload.prepare(scale, 7, () => {})
      const plain = await workload.run(suite.baseline(), scale, 7)
      const cached = await workload.run(foldStack(suite, ['layer1']), scale, 7)
      expect(workload.canonical(cached.output)).toBe(workload.canonical(plain.output))
      expect(workload.diverge(plain.output, cached.output)).toBeUndefined()
      expect(
        plain.output.some(
          ({ orders }: { readonly orders: readonly unknown[] }) => orders.length > 0,
        ),
      ).toBe(true)
    },
  )
})
