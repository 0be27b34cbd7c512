import { join } from 'node:path'
import {
  type AssetBars,
  type BundleContent,
  DEFAULT_SCALES,
  ingestCsv,
} from '../../engine/index.js'
import { packageRoot } from '../../harness/system/package-root.js'
import { formatCount } from '../../harness/text/format.js'
import { intradayMarket } from '../market/intraday.js'
import { type ResampledAsset, type ResampledMarket, resampleMarket } from '../market/resample.js'
import { readSp500, type SessionShape } from '../market/sp500.js'

/** The data of a task, and what they are. */
export interface SpeedSeries {
  /** `sp500-2148`: names the bundle too. */
  readonly id: string
  /** `2,148 daily bars` */
  readonly title: string
  /** Where the bars come from, in a sentence. */
  readonly data: string
  readonly assets: number
  /** Bars of each asset. */
  readonly bars: number
  /** Makes the bars: every asset trades at every bar, without splits and dividends. */
  content(): Promise<BundleContent>
}

const SOURCE = 'npm vega-datasets 3.2.1, data/sp500-2000.csv'
const LICENCE = 'BSD-3-Clause'
const BARS_OF_DAY = 7
const DAYS = 6433
const SEED = 20_261_128
const YEAR = 252
const ASSETS = 10
/** Real sessions between the first ones of two assets. */
const APART = 450
const TICKS_PER_CENT = 10 ** (DEFAULT_SCALES.price - 2)
const UNITS_PER_SHARE = 10 ** DEFAULT_SCALES.volume
/** The volume of the index divided by the volume of an asset. */
const VOLUME_DIVISOR = 500

/** The series of the comparison. */
export const SPEED_SERIES: readonly SpeedSeries[] = [
  realSessions(2148, 'the first 2,148 S&P 500 sessions of the repository, real'),
  realSessions(5105, 'all 5,105 S&P 500 sessions of the repository, real'),
  {
    id: 'hourly-45031',
    title: `${formatCount(DAYS * BARS_OF_DAY)} hourly bars`,
    data: 'real S&P 500 sessions in their order, from the first again after the last; the seven bars within each are invented',
    assets: 1,
    bars: DAYS * BARS_OF_DAY,
    content: async () => {
      const daily = chainedMarket(DAYS, 1)
      return contentOf('hourly-45031', '1h', intradayMarket(daily, '1h', SEED))
    },
  },
  {
    id: 'ten-252',
    title: '10 assets × 252 daily bars',
    data: 'ten stretches of real S&P 500 sessions, each from its own start price; without the splits, dividends and halts of our searches, which grademark does not have',
    assets: ASSETS,
    bars: YEAR,
    content: async () => contentOf('ten-252', '1d', chainedMarket(YEAR, ASSETS)),
  },
]

/** A short series for a quick look. */
export const QUICK_SERIES: readonly SpeedSeries[] = [
  realSessions(400, 'the first 400 S&P 500 sessions of the repository, real'),
]

function realSessions(bars: number, data: string): SpeedSeries {
  const id = `sp500-${bars}`
  return {
    id,
    title: `${formatCount(bars)} daily bars`,
    data,
    assets: 1,
    bars,
    async content() {
      const file = join(packageRoot(), 'scenarios', 'market', 'data', 'sp500-2000.csv.gz')
      const {
        name: _,
        notes: __,
        sessions,
        bars: all,
        ...rest
      } = await ingestCsv([file], {
        name: id,
        provenance: { source: SOURCE, license: LICENCE, synthetic: false },
      })
      return {
        ...rest,
        name: id,
        sessions: sessions.slice(0, bars),
        bars: all.map((asset) => firstBars(asset, bars)),
      }
    },
  }
}

function firstBars(asset: AssetBars, count: number): AssetBars {
  const { session, open, high, low, close, volume } = asset
  return {
    ...asset,
    session: session.slice(0, count),
    open: open.slice(0, count),
    high: high.slice(0, count),
    low: low.slice(0, count),
    close: close.slice(0, count),
    volume: volume.slice(0, count),
  }
}

/** Assets that follow real sessions in their order, without any event. */
function chainedMarket(sessions: number, assets: number): ResampledMarket {
  const series = readSp500()
  const { dates } = resampleMarket(series, { assets: 1, sessions }, SEED)
  return {
    dates,
    assets: Array.from({ length: assets }, (_, i) =>
      chainedAsset(`A${String(i).padStart(2, '0')}`, series.shapes, {
        sessions,
        first: i * APART,
        cents: 4_000 + 1_300 * i,
      }),
    ),
  }
}

interface Chain {
  readonly sessions: number
  /** The real session it begins with. */
  readonly first: number
  /** The close before it. */
  readonly cents: number
}

function chainedAsset(
  id: string,
  shapes: readonly SessionShape[],
  { sessions, first, cents }: Chain,
): ResampledAsset {
  const column = () => new Float64Array(sessions)
  const asset = {
    id,
    session: Int32Array.from({ length: sessions }, (_, i) => i),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
    events: [],
  }
  let before = cents
  for (let i = 0; i < sessions; i++) {
    const shape = shapes[(first + i) % shapes.length]!
    const open = Math.max(100, Math.round(before * shape.gap))
    const close = Math.max(100, Math.round(open * shape.close))
    asset.open[i] = open
    asset.close[i] = close
    asset.high[i] = Math.max(open, close, Math.round(open * shape.high))
    asset.low[i] = Math.min(open, close, Math.max(100, Math.round(open * shape.low)))
    asset.volume[i] = Math.max(1, Math.round(shape.volume / VOLUME_DIVISOR))
    before = close
  }
  return asset
}

function contentOf(
  name: string,
  frequency: '1d' | '1h',
  { dates, assets }: ResampledMarket,
): BundleContent {
  const ticks = (cents: Float64Array) => cents.map((value) => value * TICKS_PER_CENT)
  return {
    name,
    frequency,
    scales: DEFAULT_SCALES,
    sessions: dates,
    bars: assets.map(({ id, session, open, high, low, close, volume }) => ({
      asset: id,
      session,
      open: ticks(open),
      high: ticks(high),
      low: ticks(low),
      close: ticks(close),
      volume: volume.map((shares) => shares * UNITS_PER_SHARE),
    })),
    adjustments: [],
    provenance: {
      source: SOURCE,
      license: LICENCE,
      synthetic: true,
      notes: 'real sessions in their order, from the first again after the last, without events',
    },
  }
}
