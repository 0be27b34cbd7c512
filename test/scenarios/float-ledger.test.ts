import { describe, expect, it } from 'vitest'
import {
  enable,
  Money,
  memoryBundle,
  openEngine,
  pureBaseline,
  type TradingAlgorithm,
} from '../../engine/index.js'
import { rational } from '../../engine/market/rational.js'
import { tickLedger } from '../../engine/simulation/tick-ledger.js'
import { seededRandom } from '../../harness/statistics/random.js'
import { decimalOverhead } from '../../scenarios/layers/decimal-overhead.js'
import { marketContent } from '../../scenarios/market/market-content.js'
import { floatLedger } from '../../scenarios/workloads/float-ledger.js'
import { ledgerMarksWorkload, ledgerOf } from '../../scenarios/workloads/ledger-marks.js'

const ASSETS = ['A', 'B', 'C']
const SCALE = 6

describe('the ledger of floats', () => {
  it('agrees with the tick ledger on whole shares at whole cents', () => {
    const random = seededRandom(11)
    const below = (limit: number) => Math.floor(random() * limit)
    const cents = () => (100 + below(50_000)) * 10_000
    const ratios = [rational(2n, 1n), rational(3n, 1n), rational(1n, 5n)]
    const ledgers = [tickLedger, floatLedger].map((make) => make(1e12, SCALE, ASSETS))
    for (let step = 0; step < 5000; step++) {
      const asset = below(ASSETS.length)
      const [kind, shares, price] = [random(), below(200) - 100, cents()]
      const ratio = ratios[below(ratios.length)]!
      const perShare = new Money(below(200)).div(100)
      const seen = ledgers.map((ledger) => {
        const change =
          kind < 0.6
            ? ledger.fill(asset, shares, price, 5000)
            : kind < 0.8
              ? ledger.split(asset % 2, ratio)
              : ledger.dividend(asset, perShare)
        // The third asset keeps its last price, and is never split.
        ledger.mark({ ticks: (one) => (one === 2 ? Number.NaN : price + one * 10_000) })
        const { cash, equity, invested } = ledger
        const held = ASSETS.map((_, one) => [ledger.shares(one), ledger.position(one)])
        // A rounded change of nothing can be −0 in floats.
        return { change: Number(change) + 0, cash, equity, invested, held }
      })
      expect(seen[1]).toEqual(seen[0])
      // Positions that splits have made large are closed.
      if (Math.abs(ledgers[0]!.position(asset)) > 1e6)
        for (const ledger of ledgers) ledger.fill(asset, -ledger.position(asset), price, 0)
    }
  })

  it('is not exact beyond 2^53 ticks, where the tick ledger is', () => {
    const [exact, float] = [tickLedger, floatLedger].map((make) => {
      const ledger = make(2n ** 53n + 1n, SCALE, ASSETS)
      return BigInt(ledger.cash)
    })
    expect(exact).toBe(9_007_199_254_740_993n)
    expect(float).toBe(9_007_199_254_740_992n)
  })

  it('holds fractions of shares', () => {
    const ledger = floatLedger(1e9, SCALE, ASSETS)
    ledger.fill(0, 150_000_000n, 2_000_000, 0)
    expect(ledger.position(0)).toBe(1.5)
    expect(ledger.shares(0)).toBe(150_000_000n)
    expect(ledger.lastPrice(0)).toBe(2_000_000)
    expect(ledger.cash).toBe(1e9 - 3_000_000)
  })
})

describe('a ledger of a suite', () => {
  const holds: TradingAlgorithm = {
    handleData(context) {
      context.orderTarget(context.assets[0]!, 3)
    },
  }

  it('replaces the one of the configuration', async () => {
    const bundle = memoryBundle(marketContent({ assets: 2, sessions: 40 }, 5))
    const spec = { bundle, algorithm: holds, cash: '9007199254.740993' }
    const result = async (options: Parameters<typeof openEngine>[1]) =>
      openEngine(pureBaseline(), options).backtest(spec)
    const [exact, float] = [await result({}), await result({ ledger: floatLedger })]
    expect(float.fills).toEqual(exact.fills)
    expect(exact.finalCash).toMatch(/3$/)
    expect(float.finalCash).not.toBe(exact.finalCash)
  })

  it('does not hide a wrong fill from the comparison of the workload', async () => {
    const { canonical, diverge, prepare, run, scales } = ledgerMarksWorkload
    await prepare(scales.smoke, 1, () => undefined)
    const { output } = await run(pureBaseline(), scales.smoke, 1)
    const wrong = structuredClone(output)
    const { result } = wrong.trials.find((trial) => trial.result.fills.length > 2)!
    const [, , third] = result.fills
    Object.assign(third!, { shares: third!.shares + 1 })
    expect(canonical(wrong)).not.toBe(canonical(output))
    expect(diverge(output, wrong)).toMatchObject({ at: { fill: 'number 3' }, field: 'shares' })
  })

  it('is chosen by decimal-overhead alone', () => {
    expect(ledgerOf(pureBaseline())).toBe(floatLedger)
    expect(ledgerOf(enable(pureBaseline(), { tickLedger: true }))).toBe(floatLedger)
    expect(ledgerOf(decimalOverhead.apply(pureBaseline()))).toBe(tickLedger)
  })
})
