import { describe, expect, it } from 'vitest'
import { openEngine, pureBaseline, type TradingAlgorithm } from '../../engine/index.js'
import { ensureMarket } from '../../scenarios/market/market-cache.js'
import { profiled } from '../../scenarios/profiled/index.js'
import {
  type MomentumTask,
  momentumReference,
} from '../../scenarios/profiled/momentum-reference.js'
import { crossoverReference } from '../../scenarios/workloads/crossover-reference.js'
import { gridSearchWorkload } from '../../scenarios/workloads/grid-search.js'
import { walkForwardWorkload } from '../../scenarios/workloads/walk-forward.js'
import { temporaryDirectory } from '../fixtures/bench.js'

/**
 * Decisions to hold, seen by a strategy of its own: averages of whole cents, summed as bigints from
 * the portal's frames.
 */
function observer(fast: number, slow: number, seen: { held: number }): TradingAlgorithm {
  const sumOf = (prices: readonly number[]) =>
    prices.reduce((sum, price) => sum + BigInt(Math.round(price * 1e6)), 0n)
  return {
    handleData(context, data) {
      for (const asset of context.assets) {
        if (data.available(asset) < slow) continue
        const prices = [
          ...data.history(asset, 'price', slow, data.frequency).array('price'),
        ] as number[]
        if (Number.isNaN(prices[0])) continue
        if (sumOf(prices.slice(-fast)) * BigInt(slow) > sumOf(prices) * BigInt(fast)) seen.held++
      }
    },
  }
}

/**
 * Places of the assets held, by a strategy of its own: scores written as their definitions read,
 * over the portal's frames.
 */
function ranker(
  { lookback, every, held }: MomentumTask['parameters'],
  seen: { places: number },
): TradingAlgorithm {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  let bar = -1
  return {
    handleData(context, data) {
      bar++
      if (bar % every > 0) return
      const scores: { readonly place: number; readonly score: number }[] = []
      context.assets.forEach((asset, index) => {
        if (data.available(asset) < lookback || !data.canTrade(asset)) return
        const frame = data.history(asset, ['price', 'volume'], lookback, data.frequency)
        const prices = [...frame.array('price')] as number[]
        const volumes = [...frame.array('volume')] as number[]
        const changes = prices.slice(1).map((price, i) => Math.log(price) - Math.log(prices[i]!))
        const deviation = Math.sqrt(mean(changes.map((change) => (change - mean(changes)) ** 2)))
        const momentum = (mean(changes) * Math.sqrt(changes.length)) / deviation
        const recent = changes.slice(-14)
        const up = recent.filter((change) => change > 0).reduce((sum, change) => sum + change, 0)
        const down = recent.filter((change) => change < 0).reduce((sum, change) => sum - change, 0)
        const half = lookback / 2
        const growth = mean(volumes.slice(half)) / mean(volumes.slice(0, half))
        const score = momentum * (0.5 + up / (up + down)) * Math.min(2, Math.max(0.5, growth))
        if (!Number.isNaN(score)) scores.push({ place: index + 1, score })
      })
      scores.sort((a, b) => b.score - a.score)
      for (const { place } of scores.slice(0, Math.max(1, Math.round(held * scores.length))))
        seen.places += place
    },
  }
}

describe('the reference computation', () => {
  it('decides like the strategy, backtest by backtest', async () => {
    const { directory: bundle } = await ensureMarket(
      { assets: 4, sessions: 160 },
      3,
      () => {},
      temporaryDirectory(),
    )
    const tasks = [
      { parameters: { fast: 5, slow: 20 }, range: { start: 40 } },
      { parameters: { fast: 10, slow: 60 }, range: { start: 40 } },
      { parameters: { fast: 3, slow: 15 }, range: { start: 100, end: 130 }, warmUp: 30 },
    ]
    const seen = { held: 0 }
    const engine = openEngine(pureBaseline())
    for (const { parameters, range, warmUp } of tasks) {
      const algorithm = observer(parameters.fast, parameters.slow, seen)
      await engine.backtest({ bundle, algorithm, range, ...(warmUp !== undefined && { warmUp }) })
    }
    engine.close()
    const compute = await crossoverReference(bundle, tasks)
    expect(seen.held).toBeGreaterThan(50)
    expect(compute()).toBe(seen.held)
    expect(compute()).toBe(seen.held)
  })

  it('ranks like the strategy, backtest by backtest', async () => {
    const { directory: bundle } = await ensureMarket(
      { assets: 8, sessions: 160 },
      3,
      () => {},
      temporaryDirectory(),
    )
    const tasks = [
      { parameters: { lookback: 50, every: 5, held: 0.25 }, range: { start: 60 } },
      { parameters: { lookback: 30, every: 1, held: 0.5 }, range: { start: 40, end: 90 } },
    ]
    const seen = { places: 0 }
    const engine = openEngine(pureBaseline())
    for (const { parameters, range } of tasks) {
      await engine.backtest({ bundle, algorithm: ranker(parameters, seen), range })
    }
    engine.close()
    const compute = await momentumReference(bundle, tasks)
    expect(seen.places).toBeGreaterThan(500)
    expect(compute()).toBe(seen.places)
    expect(compute()).toBe(seen.places)
  })

  const complex = profiled.find(({ id }) => id === 'daily-complex')!

  it.each([gridSearchWorkload, walkForwardWorkload, complex])(
    'is there for $id',
    async (workload) => {
      await workload.prepare(workload.scales.smoke as never, 1, () => {})
      const compute = await workload.reference!(workload.scales.smoke as never, 1)
      expect(compute()).toBeGreaterThan(0)
      expect(compute()).toBe(compute())
    },
  )
})
