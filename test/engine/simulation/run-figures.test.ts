import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { ticksToText } from '../../../engine/index.js'
import type { Whole } from '../../../engine/market/whole.js'
import { EquitySeries } from '../../../engine/simulation/equity-series.js'
import { curveMetrics } from '../../../engine/simulation/metrics.js'
import { figuresOfRun } from '../../../engine/simulation/run-figures.js'
import { curveOf } from '../../../engine/simulation/session-returns.js'

/** A size of amounts, and steps from one to the next, often small beside the amount. */
const series = fc
  .record({
    start: fc.bigInt({ min: 1n, max: 10n ** 19n }),
    spread: fc.constantFrom(1n, 10n, 10n ** 6n, 10n ** 18n),
    steps: fc.array(fc.integer({ min: -100, max: 100 }), { maxLength: 60 }),
  })
  .map(({ start, spread, steps }) => {
    let amount = start
    return { start, equity: steps.map((step) => (amount += (BigInt(step) * spread) / 10n)) }
  })

/** As the ledger gives amounts: numbers where they are exact. */
function whole(ticks: bigint): Whole {
  const size = ticks < 0n ? -ticks : ticks
  return size <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(ticks) : ticks
}

describe('the figures of a run', () => {
  test.prop(
    [series, fc.integer({ min: 0, max: 14 }), fc.constantFrom(0, 0.03), fc.constantFrom(52, 252)],
    { numRuns: 3000 },
  )('equal the metrics of its curve to the last bit', (drawn, priceScale, riskFree, year) => {
    const annualisation = { riskFree, periodsPerYear: year }
    const equity = new EquitySeries(drawn.equity.length)
    for (const ticks of drawn.equity) equity.push(whole(ticks))
    const journal = { equity, events: [] }
    const startingCash = whole(drawn.start)
    const figures = figuresOfRun({ annualisation, journal, priceScale, startingCash })
    const curve = curveOf(
      ticksToText(startingCash, priceScale),
      drawn.equity.map((ticks) => ticksToText(whole(ticks), priceScale)),
    )
    const { annualReturn, sharpe, totalReturn, maxDrawdown } = curveMetrics(curve, annualisation)
    expect({ ...figures }).toStrictEqual({
      annualReturn,
      sharpe,
      totalReturn,
      maxDrawdown,
      fills: 0,
      closedTrades: 0,
    })
  })
})
