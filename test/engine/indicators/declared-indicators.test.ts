import { describe, expect, it } from 'vitest'
import {
  digest,
  enable,
  openEngine,
  pureBaseline,
  type TradingAlgorithm,
} from '../../../engine/index.js'
import { type IndicatorCase, indicatorCase, withHandles, withHistory } from './indicator-cases.js'

const CASES = 1000

/** Runs a case, and returns its digest and every reading. */
async function run(
  drawn: IndicatorCase,
  strategy: (drawn: IndicatorCase, seen: number[]) => TradingAlgorithm,
  engine = openEngine(enable(pureBaseline(), { preGroupedBars: true })),
) {
  const seen: number[] = []
  const result = await engine.backtest({ ...drawn.spec, algorithm: strategy(drawn, seen) })
  return { digest: digest(result), fills: result.fills.length, seen }
}

describe('declared indicators', () => {
  it(`are what history and arithmetic give, in ${CASES} drawn backtests`, async () => {
    let fills = 0
    let values = 0
    for (let seed = 0; seed < CASES; seed++) {
      const drawn = indicatorCase(seed)
      const expected = await run(drawn, withHistory)
      expect(await run(drawn, withHandles), `seed ${seed}`).toEqual(expected)
      fills += expected.fills
      values += expected.seen.filter((value) => !Number.isNaN(value)).length
    }
    expect(fills).toBeGreaterThan(10 * CASES)
    expect(values).toBeGreaterThan(100 * CASES)
  }, 120_000)
})
