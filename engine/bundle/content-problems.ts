import type { EngineErrorCode } from '../errors.js'
import type { Adjustment } from '../market/adjustments.js'
import { isAssetId } from '../market/asset.js'
import { BAR_FIELDS, type BarField } from '../market/bars.js'
import { sessionText } from '../market/calendar.js'
import { priorCloseFactor, splitRatio } from '../market/dividend-factor.js'
import { MAX_SCALE, MAX_UNSCALED, Money, ticksToText } from '../market/money.js'
import { rational, rationalOf } from '../market/rational.js'
import type { AssetBars, CanonicalContent } from './content.js'

/** One thing that makes content unfit for a bundle. */
export interface ContentProblem {
  readonly code: EngineErrorCode
  readonly message: string
  readonly details: Readonly<Record<string, string | number>>
}

const BUNDLE_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/

/** Whether a text may name a bundle, and so a directory: no separators, no leading dot. */
export function isBundleName(text: string): boolean {
  return BUNDLE_NAME.test(text)
}

/**
 * Everything wrong with content in canonical order, lazily: names, scales, calendar indices, order,
 * duplicates, whole ticks within 2^53, OHLC relationships (low ≤ open, close ≤ high, prices
 * positive), split ratios and dividends.
 */
export function* contentProblems(content: CanonicalContent): Generator<ContentProblem> {
  if (!isBundleName(content.name)) {
    yield problem(
      `'${content.name.slice(0, 70)}' cannot name a bundle; use 1 to 64 letters, digits and . _ - (no leading dot)`,
    )
  }
  for (const [kind, scale] of Object.entries(content.scales)) {
    if (!Number.isInteger(scale) || scale < 0 || scale > MAX_SCALE) {
      yield problem(
        `the ${kind} scale ${scale} is not a whole number from 0 to ${MAX_SCALE}; use --${kind}-scale`,
        {},
        'precision',
      )
    }
  }
  if (content.bars.length === 0) yield problem('no asset has a bar; give at least one')
  for (const [i, bars] of content.bars.entries()) {
    if (i > 0 && bars.asset === content.bars[i - 1]!.asset)
      yield problem(`asset ${bars.asset} is given twice; join its bars`)
    yield* barProblems(content, bars)
  }
  yield* adjustmentProblems(content)
}

function* barProblems(content: CanonicalContent, bars: AssetBars): Generator<ContentProblem> {
  const { asset, session } = bars
  if (!isAssetId(asset)) {
    yield problem(
      `'${asset.slice(0, 70)}' cannot name an asset; use 1 to 64 letters, digits and . _ - ^ = :`,
    )
    return
  }
  if (BAR_FIELDS.some((field) => bars[field].length !== session.length)) {
    yield problem(`columns of ${asset} differ in length; give one value per bar`)
    return
  }
  if (session.length === 0) yield problem(`asset ${asset} has no bar; leave it out`)
  for (let i = 0; i < session.length; i++) {
    const index = session[i]!
    if (index < 0 || index >= content.calendar.length) {
      yield problem(
        `a bar of ${asset} has calendar index ${index}, outside 0 … ${content.calendar.length - 1}; correct it`,
      )
      continue
    }
    const repeated = i > 0 && index === session[i - 1]
    const fault = barFault(bars, i, content.scales.price)
    if (!repeated && fault === undefined) continue
    const where = { asset, session: sessionText(content.calendar, index) }
    if (repeated) yield problem(`duplicate bar of ${asset} on ${where.session}; keep one`, where)
    if (fault !== undefined) yield problem(`bar of ${asset} on ${where.session}: ${fault}`, where)
  }
}

/** What is wrong with one bar of unscaled integers, if anything. Shared by every way in. */
export function barFault(
  bars: Readonly<Record<BarField, ArrayLike<number>>>,
  i: number,
  priceScale: number,
): string | undefined {
  const open = bars.open[i]!
  const high = bars.high[i]!
  const low = bars.low[i]!
  const close = bars.close[i]!
  const volume = bars.volume[i]!
  const fault =
    priceFault(open, priceScale) ??
    priceFault(high, priceScale) ??
    priceFault(low, priceScale) ??
    priceFault(close, priceScale)
  if (fault !== undefined) return fault
  if (!Number.isInteger(volume) || volume < 0 || volume > MAX_UNSCALED || Object.is(volume, -0)) {
    return `volume of ${volume} units is not a whole number from 0 to 2^53; correct it`
  }
  if (low <= open && open <= high && low <= close && close <= high) return undefined
  const text = (ticks: number) => ticksToText(ticks, priceScale)
  if (high < low) return `high ${text(high)} is below low ${text(low)}; correct the bar`
  if (open > high || open < low)
    return `open ${text(open)} is outside low ${text(low)} … high ${text(high)}; correct the bar`
  return `close ${text(close)} is outside low ${text(low)} … high ${text(high)}; correct the bar`
}

function priceFault(ticks: number, priceScale: number): string | undefined {
  if (!Number.isInteger(ticks) || Math.abs(ticks) > MAX_UNSCALED)
    return `price of ${ticks} ticks is not a whole number below 2^53; correct it`
  return ticks <= 0
    ? `price ${ticksToText(ticks, priceScale)} is not positive; remove or correct the bar`
    : undefined
}

function* adjustmentProblems(content: CanonicalContent): Generator<ContentProblem> {
  const { adjustments, bars, calendar, scales } = content
  const byAsset = new Map(bars.map((own) => [own.asset, own]))
  const soundOf = new Map<string, Adjustment[]>()
  for (const [i, adjustment] of adjustments.entries()) {
    const { asset, kind, session, value } = adjustment
    const own = byAsset.get(asset)
    if (
      own === undefined ||
      !Number.isInteger(session) ||
      session < 0 ||
      session >= calendar.length
    ) {
      yield problem(
        `${kind} of ${asset} at calendar index ${session} belongs to no asset or session of the bundle; remove it`,
      )
      continue
    }
    const what = `${kind} ${value.toFixed()} of ${asset} on ${sessionText(calendar, session)}`
    const where = { asset, session: sessionText(calendar, session) }
    if (!value.isFinite() || value.lessThanOrEqualTo(0)) {
      yield problem(`${what} is not positive; correct it`, where)
      continue
    }
    if (value.decimalPlaces() > scales.adjustment) {
      const remedy =
        value.decimalPlaces() <= MAX_SCALE
          ? `use --adjustment-scale ${value.decimalPlaces()}`
          : 'round it first'
      yield problem(
        `${what} has more than ${scales.adjustment} decimal places; ${remedy}`,
        where,
        'precision',
      )
    }
    if (value.times(new Money(10).pow(scales.adjustment)).greaterThan(MAX_UNSCALED)) {
      yield problem(`${what} does not fit below 2^53; lower --adjustment-scale`, where, 'precision')
    }
    const before = i > 0 ? adjustments[i - 1] : undefined
    const sameDay = before?.asset === asset && before.session === session ? before : undefined
    if (sameDay?.kind === kind)
      yield problem(`${what} is the second ${kind} that session; join them into one`, where)
    const sound = soundOf.get(asset) ?? []
    soundOf.set(asset, sound)
    sound.push(adjustment)
    if (kind === 'dividend' && !isBelowPriorClose(adjustment, sound, own, scales.price)) {
      yield problem(`${what} is not smaller than the close before it; correct it`, where)
    }
  }
}

/**
 * Whether the prior-close policy has a positive factor for a dividend; also true where there is no
 * close before.
 *
 * @param adjustments  of this asset, at least up to the dividend, values positive
 */
function isBelowPriorClose(
  dividend: Adjustment,
  adjustments: readonly Adjustment[],
  bars: AssetBars,
  priceScale: number,
): boolean {
  let i = bars.session.length - 1
  while (i >= 0 && bars.session[i]! >= dividend.session) i--
  const ticks = bars.close[i]
  // A bar at fault is reported as such.
  if (ticks === undefined || priceFault(ticks, priceScale) !== undefined) return true
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
