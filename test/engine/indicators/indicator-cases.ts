import {
  type Adjustment,
  type AssetBars,
  atr,
  type BacktestSpec,
  type BundleContent,
  type Context,
  type DividendPolicy,
  ema,
  type Field,
  highest,
  type Indicator,
  lowest,
  Money,
  memoryBundle,
  ownIndicator,
  type Portal,
  rollingSum,
  rsi,
  sma,
  stdev,
  type TradingAlgorithm,
} from '../../../engine/index.js'
import { isoDays } from '../../support.js'
import { byHand, sumByHand } from './by-hand.js'

type Draw = (bound: number) => number

/** Whole numbers from 0 below a bound, from a seed (mulberry32). */
function drawFrom(seed: number): Draw {
  let state = seed | 0
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * bound)
  }
}

/** A backtest drawn from a seed: data, range, and the indicators of each asset. */
export interface IndicatorCase {
  readonly content: BundleContent
  readonly spec: Omit<BacktestSpec, 'algorithm'>
  readonly declared: readonly { readonly asset: string; readonly indicator: Indicator }[]
}

/** The case of a seed: the same on every machine. */
export function indicatorCase(seed: number): IndicatorCase {
  const draw = drawFrom(seed)
  const pick = <T>(values: readonly T[]): T => values[draw(values.length)]!
  const sessions = 12 + draw(30)
  const names = ['A', 'B', 'C'].slice(0, 1 + draw(3))
  const own = names.length > 1 && draw(3) === 0
  const bars = names.map((name) => drawBars(name, sessions, own && draw(2) === 0, draw))
  const content: BundleContent = {
    name: 'indicators',
    frequency: '1d',
    scales: { price: pick([2, 4, 6]), volume: pick([0, 2]), adjustment: 9 },
    sessions: isoDays(sessions),
    bars,
    adjustments: bars.flatMap(({ asset }) => drawEvents(asset, sessions, draw)),
    provenance: { source: `seed ${seed}`, synthetic: true },
  }
  // Every asset trades in the range: it starts before session 4, and ends after half of them.
  const start = 2 + draw(Math.floor(sessions / 2) - 3)
  const end = start + 3 + draw(sessions - start - 3)
  const dividendPolicy: DividendPolicy = pick(['prior-close', 'ex-close'])
  return {
    content,
    spec: {
      bundle: memoryBundle(content),
      range: { start, end: Math.min(end, sessions) },
      ...(draw(2) === 0 && { warmUp: draw(start + 1) }),
      dividendPolicy,
    },
    declared: bars.flatMap(({ asset }) =>
      Array.from({ length: 1 + draw(4) }, () => ({ asset, indicator: drawIndicator(draw) })),
    ),
  }
}

function drawBars(asset: string, sessions: number, own: boolean, draw: Draw): AssetBars {
  const first = draw(4)
  const last = sessions - 1 - (draw(4) === 0 ? draw(6) : 0)
  const halted = [0, 12, 5][draw(3)]!
  const session: number[] = []
  for (let i = first; i <= last; i++)
    if (i === first || i === last || halted === 0 || draw(halted) > 0) session.push(i)
  let price = 500_000 + draw(5_000_000)
  const rows = session.map(() => {
    price = Math.max(400_000, price + draw(40_001) - 20_000)
    const four = [price, ...Array.from({ length: 3 }, () => price + draw(9001) - 4500)]
    four.sort((a, b) => a - b)
    return draw(2) === 0 ? [four[1]!, four[2]!, ...four] : [four[2]!, four[1]!, ...four]
  })
  const column = (k: number) => Float64Array.from(rows, (row) => row[k]!)
  return {
    asset,
    session: Int32Array.from(session),
    open: column(0),
    close: column(1),
    low: column(2),
    high: column(5),
    volume: Float64Array.from(rows, () => draw(20_000)),
    ...(own && { ownCalendar: true as const }),
  }
}

function drawEvents(asset: string, sessions: number, draw: Draw): readonly Adjustment[] {
  const events = new Map<string, Adjustment>()
  for (let count = draw(3) === 0 ? 0 : draw(5); count > 0; count--) {
    const session = draw(sessions)
    const kind = draw(2) === 0 ? 'split' : 'dividend'
    const value = new Money(kind === 'split' ? [2, 3, 0.5, 1.25][draw(4)]! : (1 + draw(9)) / 1000)
    events.set(`${kind} ${session}`, { asset, session, kind, value })
  }
  return [...events.values()]
}

const FIELDS: readonly Field[] = ['price', 'price', 'close', 'open', 'high', 'volume']

const weighted = (
  { close, volume }: Record<'close' | 'volume', Float64Array>,
  [k]: readonly number[],
) => close.reduce((sum, value, i) => sum + value * (volume[i]! + k!), 0)

const spread = ({ price }: Record<'price', Float64Array>) => price.at(-1)! - price.sort()[0]!

function drawIndicator(draw: Draw): Indicator {
  const n = 1 + draw(draw(2) === 0 ? 4 : 12)
  const field = FIELDS[draw(FIELDS.length)]!
  const drawn: readonly (() => Indicator)[] = [
    () => sma(n, field),
    () => rollingSum(n, field),
    () => ema(n, field, 1 + draw(3 * n)),
    () => highest(n, field),
    () => lowest(n, field),
    () => rsi(n, field),
    () => atr(n),
    () => stdev(n, field),
    () => {
      const parameters = [draw(3)]
      const fields = ['close', 'volume'] as const
      return ownIndicator({ name: 'weighted', bars: n, fields, parameters, compute: weighted })
    },
    () => ownIndicator({ name: 'spread', bars: n, fields: ['price'], compute: spread }),
  ]
  return drawn[draw(drawn.length)]!()
}

/** Takes what a strategy reads of an indicator: its value now and before, and its sum. */
type Look = (asset: string, indicator: Indicator, data: Portal) => readonly number[]

const BARS_AGO = [0, 1, 2, 5]

const hasSum = ({ kind }: Indicator) => kind === 'sma' || kind === 'rolling-sum'

/**
 * Trades on the readings of its indicators, before the open and at every bar, and records them.
 *
 * @param seen  gets every reading
 */
function trading(
  { declared }: IndicatorCase,
  seen: number[],
  lookIn: (context: Context) => Look,
): TradingAlgorithm {
  let look: Look
  const decide = (context: Context, data: Portal) => {
    for (const [i, { asset, indicator }] of declared.entries()) {
      const readings = look(asset, indicator, data)
      seen.push(...readings)
      // Orders take most of the time, and a few distinguish two results as well as many.
      if ((context.session + i) % 4 > 0) continue
      const now = readings[0]! * 1000
      const before = readings[1]! * 999
      if (data.canTrade(asset) && now > before)
        context.orderTarget(asset, Math.trunc((now + i) % 17))
      else if (data.canTrade(asset) && now < before) context.orderTarget(asset, 0)
    }
  }
  return {
    initialize(context) {
      look = lookIn(context)
    },
    beforeTradingStart: decide,
    handleData: decide,
  }
}

/** The strategy of a case with declared indicators. */
export function withHandles(drawn: IndicatorCase, seen: number[]): TradingAlgorithm {
  return trading(drawn, seen, (context) => {
    const handles = drawn.declared.map(({ asset, indicator }) =>
      context.indicator(asset, indicator),
    )
    return (asset, indicator) => {
      const at = drawn.declared.findIndex(
        (one) => one.asset === asset && one.indicator === indicator,
      )
      const handle = handles[at]!
      return [
        ...BARS_AGO.map((barsAgo) => (barsAgo === 0 ? handle.value : handle.previous(barsAgo))),
        handle.previous(0),
        ...(hasSum(indicator) ? [handle.sum] : []),
        Number(handle.ready),
      ]
    }
  })
}

/** The same strategy with history and arithmetic. */
export function withHistory(drawn: IndicatorCase, seen: number[]): TradingAlgorithm {
  const { price, volume } = drawn.content.scales
  const powers = [10 ** price, 10 ** volume] as const
  return trading(drawn, seen, () => (asset, indicator, data) => [
    ...[...BARS_AGO, 0].map((barsAgo) => byHand(indicator, { data, asset, barsAgo, powers })),
    ...(hasSum(indicator) ? [sumByHand(indicator, { data, asset, barsAgo: 0, powers })] : []),
    Number(data.available(asset) >= indicator.bars),
  ])
}
