import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import {
  type Adjustment,
  type AssetBars,
  type BundleContent,
  type Context,
  DEFAULT_SCALES,
  Money,
  type Portal,
  type TradingAlgorithm,
} from '../engine/index.js'
import { parseDecimal } from '../engine/market/money.js'
import { coarserAssets } from '../engine/portal/bar-spacing.js'
import {
  smaCrossover as crossover,
  type SmaCrossover,
} from '../scenarios/strategies/sma-crossover.js'

/** The shipped SMA crossover with ten shares and frames by default. */
export function smaCrossover(
  parameters: Pick<SmaCrossover, 'fast' | 'slow'> & Partial<SmaCrossover>,
): TradingAlgorithm {
  return crossover({ shares: 10, returnType: 'dataframe', ...parameters })
}

/** A strategy from one function. */
export function eachBar(handleData: (context: Context, data: Portal) => void): TradingAlgorithm {
  return { handleData }
}

/** One trade of the oracle: bar index, signed shares, price in ticks. */
export interface OracleFill {
  readonly bar: number
  readonly shares: bigint
  readonly price: bigint
}

/**
 * The same crossover in plain bigint arithmetic over whole columns, sharing no code with the
 * engine: fills at the next open, 10 shares, an open position at the last close.
 *
 * @returns fills and final equity in ticks
 */
export function exactCrossover(
  opens: readonly bigint[],
  closes: readonly bigint[],
  fast: number,
  slow: number,
  cashTicks: bigint,
): { readonly fills: readonly OracleFill[]; readonly equity: bigint; readonly ties: number } {
  const fills: OracleFill[] = []
  let held = 0n
  let cash = cashTicks
  let ties = 0
  for (let bar = slow - 1; bar < closes.length - 1; bar++) {
    const fastSum = closes.slice(bar + 1 - fast, bar + 1).reduce((sum, close) => sum + close, 0n)
    const slowSum = closes.slice(bar + 1 - slow, bar + 1).reduce((sum, close) => sum + close, 0n)
    const difference = fastSum * BigInt(slow) - slowSum * BigInt(fast)
    if (difference === 0n) ties++
    const target = difference > 0n ? 10n : difference < 0n ? 0n : held
    if (target === held) continue
    const price = opens[bar + 1]!
    fills.push({ bar: bar + 1, shares: target - held, price })
    cash -= (target - held) * price
    held = target
  }
  return { fills, equity: cash + held * closes.at(-1)!, ties }
}

/**
 * S&P 500 daily, 2000-01-03 … 2020-04-17, as committed with the market; `count` sessions from the
 * start.
 */
export function sp500Content(count = 5105): BundleContent {
  const packed = readFileSync(
    new URL('../scenarios/market/data/sp500-2000.csv.gz', import.meta.url),
  )
  const [header, ...lines] = gunzipSync(packed).toString('utf8').trim().split('\n')
  const names = header!.split(',')
  const rows = lines.slice(0, count).map((line) => line.split(','))
  const column = (name: string, scale: number) =>
    Float64Array.from(rows, (row) => parseDecimal(row[names.indexOf(name)]!.trim(), scale))
  return {
    name: 'sp500',
    frequency: '1d',
    scales: DEFAULT_SCALES,
    sessions: rows.map((row) => row[0]!),
    bars: [
      {
        asset: 'SP500',
        session: Int32Array.from(rows.keys()),
        open: column('open', 6),
        high: column('high', 6),
        low: column('low', 6),
        close: column('close', 6),
        volume: column('volume', 4),
      },
    ],
    adjustments: [],
    provenance: { source: 'npm vega-datasets 3.2.1', license: 'BSD-3-Clause', synthetic: false },
  }
}

/** A small market for properties: prices in cents on a scale of 4, gaps, splits and dividends. */
export interface MarketShape {
  readonly sessions: number
  readonly assets: readonly {
    readonly id: string
    readonly first: number
    readonly last: number
    readonly closes: readonly number[]
    readonly gaps: readonly boolean[]
  }[]
  readonly events: readonly {
    readonly asset: number
    readonly session: number
    readonly kind: 'split' | 'dividend'
    readonly size: number
  }[]
}

export function marketShape(limits: {
  readonly sessions: number
  readonly assets: number
}): fc.Arbitrary<MarketShape> {
  const shapes = fc.integer({ min: 3, max: limits.sessions }).chain((sessions) =>
    fc.record({
      sessions: fc.constant(sessions),
      assets: fc
        .array(
          fc.record({
            first: fc.nat({ max: sessions - 1 }),
            life: fc.integer({ min: 1, max: sessions }),
            closes: fc.array(fc.integer({ min: 500, max: 20_000 }), {
              minLength: sessions,
              maxLength: sessions,
            }),
            gaps: fc.array(
              fc.nat({ max: 5 }).map((roll) => roll === 0),
              { minLength: sessions, maxLength: sessions },
            ),
          }),
          { minLength: 1, maxLength: limits.assets },
        )
        .map((drawn) =>
          drawn.map(({ first, life, closes, gaps }, i) => ({
            id: `A${String(i).padStart(2, '0')}`,
            first,
            last: Math.min(sessions - 1, first + life),
            closes,
            gaps,
          })),
        ),
      events: fc.uniqueArray(
        fc.record({
          asset: fc.nat({ max: limits.assets - 1 }),
          session: fc.nat({ max: sessions - 1 }),
          kind: fc.constantFrom('split' as const, 'dividend' as const),
          size: fc.integer({ min: 2, max: 7 }),
        }),
        { selector: ({ asset, session, kind }) => `${asset}|${session}|${kind}`, maxLength: 5 },
      ),
    }),
  )
  return shapes.filter(
    ({ assets }) =>
      !mixesSpacings(assets.map((asset) => ({ asset: asset.id, session: tradedSessions(asset) }))),
  )
}

/**
 * Whether daily bars are refused by backtests, because gaps make one asset look coarser than
 * another.
 */
export function mixesSpacings(
  bars: readonly { readonly asset: string; readonly session: ArrayLike<number> }[],
): boolean {
  const assets = bars.map(({ asset, session }) => ({
    asset,
    times: Array.from(session, (day) => day * DAY_MS),
  }))
  return coarserAssets(assets).some(({ certain }) => certain)
}

const DAY_MS = 86_400_000

export function isoDays(count: number, start = Date.UTC(2014, 0, 1)): readonly string[] {
  return Array.from({ length: count }, (_, i) =>
    new Date(start + i * DAY_MS).toISOString().slice(0, 10),
  )
}

type DrawnAsset = MarketShape['assets'][number]

/** The sessions in which a drawn asset has a bar. */
function tradedSessions({ first, last, gaps }: DrawnAsset): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i).filter(
    (session) => session === first || session === last || gaps[session] === false,
  )
}

/**
 * The content of a drawn market. The first and last bar of an asset always trade; a split by n is
 * n:1, a dividend n cents.
 */
export function contentOf(shape: MarketShape, name = 'drawn'): BundleContent {
  const bars = shape.assets.map((asset) => {
    const traded = tradedSessions(asset)
    return assetBars(
      asset.id,
      traded,
      traded.map((session) => asset.closes[session]! * 100),
    )
  })
  const adjustments = shape.events
    .filter(({ asset }) => asset < shape.assets.length)
    .map(({ asset, session, kind, size }): Adjustment => {
      return {
        asset: shape.assets[asset]!.id,
        session,
        kind,
        value: new Money(kind === 'split' ? size : size / 100),
      }
    })
  return {
    name,
    frequency: '1d',
    scales: { price: 4, volume: 0, adjustment: 6 },
    sessions: isoDays(shape.sessions),
    bars,
    adjustments,
    provenance: { source: 'drawn', synthetic: true },
  }
}

/** Bars around given closes, in ticks: opens at the close before, one tick of range beyond both. */
export function assetBars(
  asset: string,
  sessions: readonly number[],
  closes: readonly number[],
  volume = 1000,
): AssetBars {
  const opens = closes.map((close, i) => closes[i - 1] ?? close)
  return {
    asset,
    session: Int32Array.from(sessions),
    open: Float64Array.from(opens),
    high: Float64Array.from(closes, (close, i) => Math.max(close, opens[i]!) + 1),
    low: Float64Array.from(closes, (close, i) => Math.min(close, opens[i]!) - 1),
    close: Float64Array.from(closes),
    volume: new Float64Array(closes.length).fill(volume),
  }
}

/** A daily bundle's content of one asset from closes in units. */
export function simpleContent(
  closes: readonly number[],
  adjustments: readonly Adjustment[] = [],
): BundleContent {
  return {
    name: 'simple',
    frequency: '1d',
    scales: { price: 2, volume: 0, adjustment: 6 },
    sessions: isoDays(closes.length),
    bars: [
      assetBars(
        'A',
        closes.map((_, i) => i),
        closes.map((close) => Math.round(close * 100)),
      ),
    ],
    adjustments,
    provenance: { source: 'written by hand', synthetic: true },
  }
}
