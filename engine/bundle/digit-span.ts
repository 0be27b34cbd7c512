import type { Side } from '../market/bars.js'
import { type DecimalDigits, MAX_SCALE, SAFE_DIGITS } from '../market/money.js'

/** The digits that a set of decimals needs, from which its scale follows. */
export interface DigitSpan {
  /** Digits before the point of the largest value. */
  readonly whole: number
  /** The most digits after the point. */
  readonly places: number
  /**
   * The decimal place of the first non-zero digit of the smallest value: 3 for 0.0012. 0 if no
   * value is below 1.
   */
  readonly first: number
}

export const NO_DIGITS: DigitSpan = { whole: 0, places: 0, first: 0 }

/** The span of a set of decimals with one more decimal. */
export function widened(span: DigitSpan, { whole, places }: DecimalDigits): DigitSpan {
  const first = whole === '' ? places.search(/[1-9]/) + 1 : 0
  return joined(span, { whole: whole.length, places: places.length, first })
}

/** The span of two sets of decimals together. */
export function joined(a: DigitSpan, b: DigitSpan): DigitSpan {
  return {
    whole: Math.max(a.whole, b.whole),
    places: Math.max(a.places, b.places),
    first: Math.max(a.first, b.first),
  }
}

/**
 * The largest scale at which the largest value has at most fifteen digits; negative if it has more
 * even at scale 0.
 */
function roomFor({ whole }: DigitSpan): number {
  return SAFE_DIGITS - whole
}

/** Significant digits that the smallest price keeps if prices must be rounded. */
const KEPT_DIGITS = 4

/**
 * The scale for a set of decimals. If fifteen digits are enough for all decimals, the scale is
 * exact. Otherwise the decimals are rounded to `wanted` decimal places, or to more if the smallest
 * price would keep fewer than four significant digits.
 */
export function fittingScale(
  side: Side,
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
 * The command line options to try if a value of a file does not fit `scale`.
 *
 * @param span  of all values that share the scale
 */
export function scaleRemedy(side: Side, span: DigitSpan, scale: number): string {
  const room = roomFor(span)
  if (room < 0)
    return `no scale holds ${span.whole} digits before the point; give ${side}s in a larger unit`
  const { scale: fit, rounds } = fittingScale(side, span, scale)
  const round = `--round-${side}`
  if (!rounds)
    return fit > scale
      ? `use --${side}-scale ${fit}, or round with ${round}`
      : `use --${side}-scale ${fit}`
  if (side === 'price' && span.first > MAX_SCALE)
    return `no scale holds a price below 10^-${MAX_SCALE}; give prices of a larger lot, like a million units`
  if (side === 'price' && span.first > fit)
    return 'no scale holds the smallest and the largest price; ingest them apart'
  return fit === scale ? `round with ${round}` : `use --${side}-scale ${fit} with ${round}`
}
