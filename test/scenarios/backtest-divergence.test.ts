import { beforeAll, describe, expect, it } from 'vitest'
import { type BacktestResult, memoryBundle, openEngine, pureBaseline } from '../../engine/index.js'
import { marketContent } from '../../scenarios/market/market-content.js'
import { smaCrossover } from '../../scenarios/strategies/sma-crossover.js'
import { firstDivergence, parametersText } from '../../scenarios/workloads/backtest-divergence.js'

let result: BacktestResult

beforeAll(async () => {
  const bundle = memoryBundle(marketContent({ assets: 3, sessions: 200 }, 5))
  const algorithm = smaCrossover({ fast: 5, slow: 20, shares: 10, returnType: 'array' })
  result = await openEngine(pureBaseline()).backtest({ bundle, algorithm })
})

const label = parametersText({ fast: 5, slow: 20 })
const diverge = (changed: Partial<BacktestResult>) =>
  firstDivergence([{ label, result }], [{ label, result: { ...result, ...changed } }])

describe('the first divergence of two searches', () => {
  it('is undefined where they agree', () => {
    expect(diverge({})).toBeUndefined()
  })

  it('is the fill that differs by one tick: backtest, session, asset, field and both values', () => {
    const fills = result.fills.map((fill, i) =>
      i === 3
        ? { ...fill, price: `${fill.price}000001`.replace(/^(\d+)000001$/, '$1.000001') }
        : fill,
    )
    expect(diverge({ fills })).toEqual({
      at: {
        backtest: 'fast=5 slow=20',
        fill: 'number 4',
        session: result.fills[3]!.date,
        asset: result.fills[3]!.asset,
      },
      field: 'price',
      baseline: result.fills[3]!.price,
      candidate: fills[3]!.price,
    })
  })

  it('is the fill that is missing', () => {
    const found = diverge({ fills: result.fills.slice(0, -1) })
    expect(found).toMatchObject({
      at: { session: result.fills.at(-1)!.date },
      field: 'fills',
      candidate: 'none',
    })
  })

  it('is the session whose equity differs where all trades agree', () => {
    const equity = result.equityCurve.equity.map((value, i) => (i === 77 ? '1' : value))
    const found = diverge({ equityCurve: { ...result.equityCurve, equity } })
    expect(found).toMatchObject({
      at: { session: result.equityCurve.dates[77] },
      field: 'equity',
      candidate: '1',
    })
  })

  it('is a metric where money agrees too', () => {
    const found = diverge({ metrics: { ...result.metrics, maxDrawdown: 0.5 } })
    expect(found).toMatchObject({ field: 'maxDrawdown', candidate: '0.5' })
  })

  it('is the backtest itself where one search ran a different one', () => {
    const found = firstDivergence([{ label, result }], [{ label: 'fast=6 slow=20', result }])
    expect(found).toEqual({
      at: { backtest: 'number 1' },
      field: 'backtest',
      baseline: label,
      candidate: 'fast=6 slow=20',
    })
    expect(firstDivergence([{ label, result }], [])?.candidate).toBe('none')
  })
})
