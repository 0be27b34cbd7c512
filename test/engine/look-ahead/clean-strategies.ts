import {
  atr,
  type BacktestSpec,
  type CommissionModel,
  type Context,
  ema,
  type FillPolicy,
  type IndicatorHandle,
  lowest,
  type OpenBundle,
  ownIndicator,
  type Portal,
  rsi,
  type SlippageModel,
  type StrategyMaker,
  sma,
  stdev,
  type TradingAlgorithm,
  windowAverage,
} from '../../../engine/index.js'
import { rankedMomentum } from '../../../scenarios/strategies/ranked-momentum.js'
import { smaCrossover } from '../../../scenarios/strategies/sma-crossover.js'
import { type Draw, drawFrom } from './drawn-market.js'

/** A strategy that uses only the past, and the rules of its backtest. */
export interface Clean {
  readonly family: string
  readonly make: StrategyMaker
  readonly rules: Omit<BacktestSpec, 'bundle' | 'algorithm'>
}

const array = { returnType: 'array' } as const

/** What an asset's last closes are; undefined if there are too few, or it has no price yet. */
function lastCloses(data: Portal, asset: string, bars: number): number[] | undefined {
  if (data.available(asset) < bars) return undefined
  const closes = Array.from(data.history(asset, 'price', bars, data.frequency, array))
  return closes.some(Number.isNaN) ? undefined : closes
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, one) => sum + one, 0) / values.length
const cents = (price: number) => Math.max(0.01, Math.round(price * 100) / 100)

const crossover: Family = (draw) => {
  const fast = 2 + draw(8)
  const slow = fast + 1 + draw(20)
  const shares = 1 + draw(50)
  const returnType = draw(2) === 0 ? 'array' : 'dataframe'
  return () => smaCrossover({ fast, slow, shares, returnType })
}

const ranking: Family = (draw) => {
  const [lookback, every] = [30 + draw(15), 1 + draw(9)]
  return () => rankedMomentum({ lookback, every, held: 0.5, returnType: 'array' })
}

/** Equal parts of what can be traded, or of all assets, bought after a rise. */
const momentum: Family = (draw) => {
  const [bars, ofAll] = [2 + draw(20), draw(2) === 0]
  return () => ({
    handleData(context, data) {
      const traded = context.assets.filter((asset) => data.canTrade(asset))
      for (const asset of traded) {
        const closes = lastCloses(data, asset, bars)
        if (closes === undefined) continue
        const rises = closes[bars - 1]! > closes[0]!
        const part = 0.9 / (ofAll ? context.assets : traded).length
        context.orderTargetPercent(asset, rises ? part : 0)
      }
    },
  })
}

/** Sells far above a mean and buys far below it, short too. */
const meanReversion: Family = (draw) => {
  const [bars, width, size] = [5 + draw(20), 0.5 + draw(20) / 10, 1 + draw(30)]
  return () => ({
    handleData(context, data) {
      for (const asset of context.assets) {
        const closes = lastCloses(data, asset, bars)
        if (closes === undefined) continue
        const spread = Math.sqrt(mean(closes.map((close) => (close - mean(closes)) ** 2)))
        const score = (closes[bars - 1]! - mean(closes)) / (spread || 1)
        if (score > width) context.orderTarget(asset, -size)
        else if (score < -width) context.orderTarget(asset, size)
        else if (Math.abs(score) < 0.2) context.orderTarget(asset, 0)
      }
    },
  })
}

/** Limit and stop orders around the last close, cancelled before the next session opens. */
const waitingOrders: Family = (draw) => {
  const [below, above, patience] = [draw(300) / 1e4, draw(300) / 1e4, 1 + draw(4)]
  return () => {
    let sessions = 0
    return {
      beforeTradingStart(context) {
        if (sessions++ % patience === 0)
          for (const order of context.openOrders()) context.cancel(order)
      },
      handleData(context, data) {
        for (const asset of context.assets) {
          if (!data.canTrade(asset) || data.isStale(asset)) continue
          if (context.openOrders(asset).length > 3) continue
          const close = data.current(asset, 'close')
          context.order(asset, 3, { limit: cents(close * (1 - below)) })
          context.order(asset, 2, { stop: cents(close * (1 + above)) })
          const held = context.portfolio.position(asset)
          if (held > 0) context.order(asset, -held, { stop: cents(close * (1 - 2 * below)) })
        }
      },
    }
  }
}

/** Breaks of a channel, from a data frame of several fields. */
const channel: Family = (draw) => {
  const bars = 4 + draw(25)
  return () => ({
    handleData(context, data) {
      for (const asset of context.assets) {
        if (data.available(asset) < bars) continue
        const frame = data.history(asset, ['high', 'low', 'price'], bars, data.frequency)
        const column = (name: string) => Array.from(frame.column(name) as Float64Array)
        const price = column('price')[bars - 1]!
        if (Number.isNaN(price)) continue
        const earlier = (name: string) =>
          column(name)
            .slice(0, -1)
            .filter((value) => !Number.isNaN(value))
        if (price > Math.max(...earlier('high'))) context.orderValue(asset, 5000)
        if (price < Math.min(...earlier('low'))) context.orderTarget(asset, 0)
      }
    },
  })
}

/** Acts before sessions open, when their splits and dividends already apply. */
const early: Family = (draw) => {
  const [bars, size] = [2 + draw(10), 1 + draw(20)]
  return () => ({
    beforeTradingStart(context, data) {
      for (const asset of context.assets) {
        const closes = lastCloses(data, asset, bars)
        if (closes !== undefined)
          context.orderTarget(asset, closes[bars - 1]! < mean(closes) ? size : 0)
      }
    },
    handleData() {},
  })
}

/** Draws its orders from a seed of its own. */
const chance: Family = (draw) => {
  const seed = draw(1_000_000)
  return () => {
    const own = drawFrom(seed)
    return {
      handleData(context, data) {
        for (const asset of context.assets) {
          const roll = own(9)
          if (!data.canTrade(asset)) continue
          if (roll === 0) context.order(asset, own(21) - 10)
          if (roll === 1) context.orderTarget(asset, own(100) / 4)
          if (roll === 2) context.orderTargetPercent(asset, own(80) / 100)
        }
      },
    }
  }
}

/** Dense closes of the data of a run, NaN without a bar. */
async function closesOf(data: OpenBundle, asset: string): Promise<number[]> {
  const table = await data.table()
  const closes: number[] = Array(data.calendar.length).fill(Number.NaN)
  for (let row = 0; row < table.rows; row++)
    if (table.asset[row] === asset)
      closes[table.session[row]!] = table.ticks.close[row]! / 10 ** data.manifest.scales.price
  return closes
}

/** Indicators computed beforehand, each from bars up to its own. */
const beforehand: Family = (draw) => {
  const [length, decay, kind] = [2 + draw(15), 0.05 + draw(50) / 100, draw(4)]
  return async (data) => {
    const signals = new Map<string, readonly number[]>()
    for (const { id } of data.manifest.assets) {
      const closes = filledForward(await closesOf(data, id))
      signals.set(id, PAST[kind]!(closes, length, decay))
    }
    return trader((context, portal, asset) => {
      const signal = signals.get(asset)![context.session]!
      return signal < portal.current(asset, 'price') ? 7 : 0
    })
  }
}

type Past = (closes: readonly number[], length: number, decay: number) => readonly number[]

const PAST: readonly Past[] = [
  (closes, length) => closes.map((_, i) => mean(closes.slice(Math.max(0, i + 1 - length), i + 1))),
  (closes, _length, decay) => {
    let value = Number.NaN
    return closes.map((close) => {
      value = Number.isNaN(value) ? close : value + decay * (close - value)
      return value
    })
  },
  // The highest so far.
  (closes) => closes.map((_, i) => Math.max(...closes.slice(0, i + 1).filter((c) => c > 0))),
  // The close of the last complete week, from the session after it on.
  (closes) => closes.map((_, i) => closes[Math.floor((i + 1) / 5) * 5 - 1] ?? Number.NaN),
]

function filledForward(closes: number[]): number[] {
  for (let i = 1; i < closes.length; i++) if (Number.isNaN(closes[i])) closes[i] = closes[i - 1]!
  return closes
}

function trader(
  target: (context: Context, portal: Portal, asset: string) => number,
): TradingAlgorithm {
  return {
    handleData(context, portal) {
      for (const asset of context.assets)
        if (portal.canTrade(asset)) context.orderTarget(asset, target(context, portal, asset))
    },
  }
}

/** A class with private state; spends a part of the cash, and overwrites what it is given. */
const spender: Family = (draw) => {
  const [part, bars] = [0.05 + draw(30) / 100, 3 + draw(12)]
  class Spender implements TradingAlgorithm {
    #held = new Set<string>()
    handleData(context: Context, data: Portal): void {
      for (const asset of data.assets) this.#trade(context, data, asset)
    }
    #trade(context: Context, data: Portal, asset: string): void {
      if (!data.canTrade(asset) || data.available(asset) < bars) return
      const window = data.history(asset, 'price', bars, data.frequency, array) as Float64Array
      const rises = window[bars - 1]! > window[bars - 2]!
      window.sort().fill(1)
      if (rises && !this.#held.has(asset)) {
        context.orderValue(asset, context.portfolio.cash.times(part).toNumber())
        this.#held.add(asset)
      } else if (!rises && this.#held.delete(asset)) context.orderTarget(asset, 0)
    }
  }
  return () => new Spender()
}

/** Averages of the engine over a whole window, of all fields of all listed assets at once. */
const block: Family = (draw) => {
  const bars = 6 + draw(12)
  return () => ({
    handleData(context, data) {
      const ready = context.assets.filter((asset) => data.available(asset) >= bars)
      if (ready.length === 0) return
      const windows = data.history(ready, ['price', 'volume'], bars, data.frequency, array)
      for (const asset of ready) {
        const prices = windows.column(asset, 'price')
        if (Number.isNaN(prices[0])) continue
        const above = prices[bars - 1]! > windowAverage(prices, context.ticksPerUnit)
        context.orderTarget(
          asset,
          above ? Math.round(windows.column(asset, 'volume')[0]! / 100) : 0,
        )
      }
    },
  })
}

/** Indicators of the engine, declared for each asset, and one of its own. */
const declared: Family = (draw) => {
  const bars = 2 + draw(20)
  const middle = ownIndicator({
    name: 'middle',
    fields: ['high', 'low'],
    bars,
    compute: ({ high, low }) => (Math.max(...high) + Math.min(...low)) / 2,
  })
  const choice = [sma(bars), ema(bars), lowest(bars), rsi(bars), stdev(bars), atr(bars), middle]
  const indicator = choice[draw(choice.length)]!
  return () => {
    const handles = new Map<string, IndicatorHandle>()
    return {
      initialize(context) {
        for (const asset of context.assets) handles.set(asset, context.indicator(asset, indicator))
      },
      handleData(context) {
        for (const [asset, handle] of handles) {
          const change = handle.value - handle.previous(1)
          if (change > 0) context.orderTarget(asset, 1 + (Math.round(handle.value) % 9))
          if (change < 0) context.orderTarget(asset, 0)
        }
      },
    }
  }
}

type Family = (draw: Draw) => StrategyMaker

const FAMILIES: Readonly<Record<string, Family>> = {
  crossover,
  ranking,
  momentum,
  'mean reversion': meanReversion,
  'waiting orders': waitingOrders,
  channel,
  early,
  chance,
  beforehand,
  spender,
  block,
  declared,
}

const SLIPPAGES: readonly SlippageModel[] = [
  { kind: 'none' },
  { kind: 'fixed', basisPoints: 5 },
  { kind: 'volume-share', limit: 0.02, impact: 0.1 },
]
const COMMISSIONS: readonly CommissionModel[] = [
  { kind: 'none' },
  { kind: 'per-share', cost: '0.005' },
  { kind: 'per-trade', cost: '1' },
]

/** The strategy of a seed: the families in turn, with parameters and rules at random. */
export function cleanStrategy(seed: number): Clean {
  const draw = drawFrom(seed * 7919)
  const [family, of] = Object.entries(FAMILIES)[seed % Object.keys(FAMILIES).length]!
  const start = draw(3) === 0 ? draw(30) : 0
  return {
    family,
    make: of(draw),
    rules: {
      ...(draw(3) === 0 && { range: { start, end: 50 + draw(20) } }),
      ...(start > 0 && draw(2) === 0 && { warmUp: 0 }),
      fill: (draw(2) === 0 ? 'next-open' : 'next-close') satisfies FillPolicy,
      dividendPolicy: draw(2) === 0 ? 'prior-close' : 'ex-close',
      slippage: SLIPPAGES[draw(SLIPPAGES.length)]!,
      commission: COMMISSIONS[draw(COMMISSIONS.length)]!,
      cash: 100_000,
    },
  }
}
