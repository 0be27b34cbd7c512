import { type DecimalDigits, SAFE_DIGITS } from '../market/money.js'

/** How many digits a set of decimals has: what a scale must hold. */
export interface DigitSpan {
  /** Of the largest, before the point. */
  readonly whole: number
  /** The most after the point. */
  readonly places: number
  /** The place of the first digit that is not zero, of the smallest; 0 where none is below 1. */
  readonly first: number
}

export const NO_DIGITS: DigitSpan = { whole: 0, places: 0, first: 0 }

export function widened(span: DigitSpan, { whole, places }: DecimalDigits): DigitSpan {
  const first = whole === '' ? places.search(/[1-9]/) + 1 : 0
  return joined(span, { whole: whole.length, places: places.length, first })
}

export function joined(a: DigitSpan, b: DigitSpan): DigitSpan {
  return {
    whole: Math.max(a.whole, b.whole),
    places: Math.max(a.places, b.places),
    first: Math.max(a.first, b.first),
  }
}

/**
 * The largest scale at which the largest value keeps to fifteen digits; negative where even scale 0
 * does not.
 */
function roomFor({ whole }: DigitSpan): number {
  return SAFE_DIGITS - whole
}

/** Digits kept of the smallest price where prices must be rounded. */
const KEPT_DIGITS = 4

/**
 * The scale for a set of decimals: exact where fifteen digits hold them all, and otherwise
 * `wanted`, to which they are rounded; more where prices are so small that they would keep fewer
 * than four digits.
 */
export function fittingScale(
  side: 'price' | 'volume',
  span: DigitSpan,
  wanted: number,
): { readonly scale: number; readonly rounds: boolean } {
  const room = Math.max(0, roomFor(span))
  if (span.places <= room)
    return { scale: Math.min(Math.max(wanted, span.places), room), rounds: false }
  const least = side === 'price' && span.first > 0 ? span.first - 1 + KEPT_DIGITS : 0
  return { scale: Math.min(Math.max(wanted, least), room), rounds: true }
}

/**
 * The options that make every value of a file readable, one of which is not at `scale`.
 *
 * @param span  of all values that share the scale
 */
export function scaleRemedy(side: 'price' | 'volume', span: DigitSpan, scale: number): string {
  const room = roomFor(span)
  if (room < 0)
    return `no scale holds ${span.whole} digits before the point; give ${side}s in a larger unit`
  const { scale: fit, rounds } = fittingScale(side, span, scale)
  const round = `--round-${side}`
  if (!rounds)
    return fit > scale
      ? `use --${side}-scale ${fit}, or round with ${round}`
      : `use --${side}-scale ${fit}`
  if (side === 'price' && span.first > fit)
    return 'no scale holds the smallest and the largest price; ingest them apart'
  return fit === scale ? `round with ${round}` : `use --${side}-scale ${fit} with ${round}`
}
