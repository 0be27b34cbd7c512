import type { EngineErrorCode } from '../errors.js'
import { groupBy } from '../group-by.js'
import { type Adjustment, amountText, compareAdjustments } from '../market/adjustments.js'
import { ASSET_ID_RULE, isAssetId } from '../market/asset.js'
import { BAR_FIELDS, type BarField, sideOf } from '../market/bars.js'
import { sessionText } from '../market/calendar.js'
import { priorCloseFactor, splitRatio } from '../market/dividend-factor.js'
import {
  fewerPlaces,
  MAX_RECOVERABLE_TICKS,
  MAX_SCALE,
  MAX_UNSCALED,
  Money,
  ticksToText,
} from '../market/money.js'
import { rational, rationalOf } from '../market/rational.js'
import type { AssetBars, CanonicalContent } from './content.js'
import type { Scales } from './manifest.js'

/** One reason why content cannot become a bundle. */
export interface ContentProblem {
  readonly code: EngineErrorCode
  readonly message: string
  readonly details: Readonly<Record<string, string | number>>
}

const BUNDLE_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/

/**
 * Whether a text can name a bundle and therefore a directory: it has no separators and no leading
 * dot.
 */
export function isBundleName(text: string): boolean {
  return BUNDLE_NAME.test(text)
}

/**
 * Checks content in canonical order and yields its problems one by one: names, scales, calendar
 * indices, order, duplicates, whole ticks within 2^51, OHLC relationships (low ≤ open, close ≤
 * high, prices positive), split ratios and dividends.
 */
export function* contentProblems(content: CanonicalContent): Generator<ContentProblem> {
  if (!isBundleName(content.name)) {
    yield problem(
      `'${content.name.slice(0, 70)}' cannot name a bundle; use 1 to 64 letters, digits and . _ - (no leading dot)`,
    )
  }
  yield* scaleProblems(content)
  if (content.bars.length === 0) yield problem('no asset has a bar; give at least one')
  for (const [i, bars] of content.bars.entries()) {
    if (i > 0 && bars.asset === content.bars[i - 1]!.asset)
      yield problem(`asset ${bars.asset} is given twice; join its bars`)
    yield* barProblems(content, bars)
  }
  yield* adjustmentProblems(content)
}

function* scaleProblems({ scales }: CanonicalContent): Generator<ContentProblem> {
  for (const [kind, scale] of Object.entries(scales)) {
    if (Number.isInteger(scale) && scale >= 0 && scale <= MAX_SCALE) continue
    const fault = `the ${kind} scale ${scale} is not a whole number from 0 to ${MAX_SCALE}`
    yield problem(`${fault}; use --${kind}-scale`, {}, 'precision')
  }
}

function* barProblems(content: CanonicalContent, bars: AssetBars): Generator<ContentProblem> {
  const { asset, session } = bars
  const { calendar, scales } = content
  const seriesFault = faultOfSeries(bars)
  if (seriesFault !== undefined) {
    yield problem(seriesFault)
    return
  }
  const when = (i: number) => sessionText(calendar, session[i]!)
  for (let i = 0; i < session.length; i++) {
    if (calendar.times[session[i]!] === undefined) {
      yield problem(
        `a bar of ${asset} has calendar index ${session[i]}, outside 0 … ${calendar.length - 1}; correct it`,
      )
      continue
    }
    if (i > 0 && session[i] === session[i - 1])
      yield problem(`duplicate bar of ${asset} on ${when(i)}; keep one`, {
        asset,
        session: when(i),
      })
    const fault = barFault(bars, i, scales)
    if (fault !== undefined)
      yield problem(`bar of ${asset} on ${when(i)}: ${fault}`, { asset, session: when(i) })
  }
}

function faultOfSeries(bars: AssetBars): string | undefined {
  const { asset, session } = bars
  if (!isAssetId(asset)) return `'${asset.slice(0, 70)}' cannot name an asset; ${ASSET_ID_RULE}`
  if (BAR_FIELDS.some((field) => bars[field].length !== session.length))
    return `columns of ${asset} differ in length; give one value per bar`
  return session.length === 0 ? `asset ${asset} has no bar; leave it out` : undefined
}

/**
 * The problem of one bar of unscaled integers; undefined if there is none. Every bar is checked by
 * this function, whether it is ingested, given in memory or read from a bundle.
 */
export function barFault(
  bars: Readonly<Record<BarField, ArrayLike<number>>>,
  i: number,
  { price: priceScale, volume: volumeScale }: Pick<Scales, 'price' | 'volume'>,
): string | undefined {
  const open = bars.open[i]!
  const high = bars.high[i]!
  const low = bars.low[i]!
  const close = bars.close[i]!
  const fault =
    priceFault('open', open, priceScale) ??
    priceFault('high', high, priceScale) ??
    priceFault('low', low, priceScale) ??
    priceFault('close', close, priceScale) ??
    volumeFault(bars.volume[i]!, volumeScale)
  if (fault !== undefined) return fault
  if (low <= open && open <= high && low <= close && close <= high) return undefined
  const text = (ticks: number) => ticksToText(ticks, priceScale)
  if (high < low) return `high ${text(high)} is below low ${text(low)}; correct the bar`
  if (open > high || open < low)
    return `open ${text(open)} is outside low ${text(low)} … high ${text(high)}; correct the bar`
  return `close ${text(close)} is outside low ${text(low)} … high ${text(high)}; correct the bar`
}

function volumeFault(units: number, scale: number): string | undefined {
  if (!Number.isSafeInteger(units) || Object.is(units, -0))
    return `volume of ${units} units is not a whole number from 0 to 2^53; correct it`
  if (units < 0) return `volume ${ticksToText(units, scale)} is negative; correct it`
  return units > MAX_RECOVERABLE_TICKS ? tooLarge('volume', units, scale) : undefined
}

function priceFault(field: BarField, ticks: number, scale: number): string | undefined {
  if (!Number.isSafeInteger(ticks))
    return `price of ${ticks} ticks is not a whole number below 2^53; correct it`
  if (ticks > MAX_RECOVERABLE_TICKS) return tooLarge(field, ticks, scale)
  return ticks <= 0
    ? `price ${ticksToText(ticks, scale)} is not positive; remove or correct the bar`
    : undefined
}

/**
 * The largest number of ticks. A backtest recovers ticks from doubles, which is exact up to 2^51.
 */
function tooLarge(field: BarField, ticks: number, scale: number): string {
  const remedy = fewerPlaces(sideOf(field), String(ticks).length - scale)
  return `${field} ${ticksToText(ticks, scale)} is more than 2^51 ticks at ${scale} decimal places; ${remedy}`
}

function* adjustmentProblems(content: CanonicalContent): Generator<ContentProblem> {
  const { adjustments, bars, calendar } = content
  const barsByAsset = new Map(bars.map((own) => [own.asset, own]))
  const positiveByAsset = groupBy(adjustments.filter(isPositive), ({ asset }) => asset)
  for (const [i, adjustment] of adjustments.entries()) {
    const { asset, kind, session } = adjustment
    const assetBars = barsByAsset.get(asset)
    if (assetBars === undefined || calendar.times[session] === undefined) {
      yield problem(
        `${kind} of ${asset} at calendar index ${session} belongs to no asset or session of the bundle; remove it`,
      )
      continue
    }
    const what = `${kind} ${amountText(adjustment)} of ${asset} on ${sessionText(calendar, session)}`
    const where = { asset, session: sessionText(calendar, session), kind }
    if (!isPositive(adjustment)) {
      yield problem(`${what} is not positive; correct it`, where)
      continue
    }
    yield* valueProblems(adjustment, content.scales.adjustment, what, where)
    if (i > 0 && compareAdjustments(adjustments[i - 1]!, adjustment) === 0)
      yield problem(`${what} is the second ${kind} that session; join them into one`, where)
    const positive = positiveByAsset.get(asset)!
    if (kind === 'dividend' && !isBelowPriorClose(adjustment, positive, assetBars, content.scales))
      yield problem(`${what} is not smaller than the close before it; correct it`, where)
  }
}

function isPositive({ value, per }: Adjustment): boolean {
  return [value, per ?? value].every((part) => part.isFinite() && part.greaterThan(0))
}

function* valueProblems(
  { kind, value, per }: Adjustment,
  scale: number,
  what: string,
  where: ContentProblem['details'],
): Generator<ContentProblem> {
  if (kind === 'dividend' && per !== undefined)
    yield problem(`${what} has two numbers, which only a split can have; give its amount`, where)
  if (per?.greaterThan(MAX_UNSCALED))
    yield problem(`${what} has a number beyond 2^53; correct it`, where, 'precision')
  const places = value.decimalPlaces()
  if (places > scale) {
    const remedy = places <= MAX_SCALE ? `use --adjustment-scale ${places}` : 'round it first'
    yield problem(`${what} has more than ${scale} decimal places; ${remedy}`, where, 'precision')
  }
  if (value.times(new Money(10).pow(scale)).greaterThan(MAX_UNSCALED))
    yield problem(`${what} does not fit below 2^53; lower --adjustment-scale`, where, 'precision')
}

/**
 * Whether a dividend is smaller than the close before it, so that the prior-close policy has a
 * positive factor; also true without a close before it.
 *
 * @param adjustments  of this asset, values positive
 */
function isBelowPriorClose(
  dividend: Adjustment,
  adjustments: readonly Adjustment[],
  bars: AssetBars,
  { price: priceScale }: Scales,
): boolean {
  let i = bars.session.length - 1
  while (i >= 0 && bars.session[i]! >= dividend.session) i--
  const ticks = bars.close[i]
  // If the bar itself is wrong, `barProblems` reports it.
  if (ticks === undefined || priceFault('close', ticks, priceScale) !== undefined) return true
  const close = rational(BigInt(ticks), 10n ** BigInt(priceScale))
  const ratio = splitRatio(adjustments, bars.session[i]!, dividend.session)
  return priorCloseFactor(close, rationalOf(dividend.value), ratio) !== undefined
}

function problem(
  message: string,
  details: ContentProblem['details'] = {},
  code: EngineErrorCode = 'input-invalid',
): ContentProblem {
  return { code, message, details }
}
