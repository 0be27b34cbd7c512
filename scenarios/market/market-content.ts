import { type AssetBars, type BundleContent, DEFAULT_SCALES, Money } from '../../engine/index.js'
import { GENERATOR_HASH } from './generator-hash.js'
import { intradayMarket } from './intraday.js'
import { type MarketSize, type ResampledAsset, resampleMarket } from './resample.js'
import { readSp500 } from './sp500.js'

/**
 * The name of a resampled market's bundle, made of size, seed and the hash of the generator: an
 * edited generator never finds the markets of the one before.
 */
export function marketName(size: MarketSize, seed: number): string {
  const bars = size.frequency === undefined ? '' : `-${size.frequency}`
  return `market-${GENERATOR_HASH}-${size.assets}x${size.sessions}${bars}-${seed}`
}

/** A resampled market as the content of a bundle, labelled as resampled. */
export function marketContent(size: MarketSize, seed: number): BundleContent {
  const { frequency } = size
  const daily = resampleMarket(readSp500(), size, seed)
  const market = frequency === undefined ? daily : intradayMarket(daily, frequency, seed)
  const invented =
    frequency === undefined
      ? ''
      : `; bars within a session are invented: a seeded bridge over its open, high, low and close`
  return {
    name: marketName(size, seed),
    frequency: frequency ?? '1d',
    scales: DEFAULT_SCALES,
    sessions: market.dates,
    bars: market.assets.map(toBars),
    adjustments: market.assets.flatMap(({ id, events }) =>
      events.map((event) => ({
        asset: id,
        session: event.session,
        kind: event.kind,
        value: event.kind === 'split' ? new Money(event.ratio) : new Money(event.cents).div(100),
      })),
    ),
    provenance: {
      source:
        'S&P 500 daily sessions 2000-01-03 to 2020-04-17, npm vega-datasets 3.2.1, data/sp500-2000.csv',
      license: 'BSD-3-Clause',
      synthetic: true,
      notes: `resampled: block bootstrap of real sessions into ${size.assets} assets, seed ${seed}, with seeded splits, dividends and halts${invented}`,
    },
  }
}

const TICKS_PER_CENT = 10 ** (DEFAULT_SCALES.price - 2)
const UNITS_PER_SHARE = 10 ** DEFAULT_SCALES.volume

function toBars(asset: ResampledAsset): AssetBars {
  const ticks = (cents: Float64Array) => cents.map((value) => value * TICKS_PER_CENT)
  return {
    asset: asset.id,
    session: asset.session,
    open: ticks(asset.open),
    high: ticks(asset.high),
    low: ticks(asset.low),
    close: ticks(asset.close),
    volume: asset.volume.map((value) => value * UNITS_PER_SHARE),
  }
}
