import { type Adjustment, ratioOf } from './adjustments.js'
import { invert, multiply, ONE, type Rational, rational } from './rational.js'

/**
 * The product of the split ratios effective after one session and up to another: shares at `upTo`
 * per share at `after`. It is needed to relate a close to a dividend if splits lie between them,
 * which happens if the asset did not trade in between.
 *
 * @param adjustments  of one asset, in any order; dividends are ignored
 * @param after        calendar index; its close includes a split of the same session already
 * @param upTo         calendar index, inclusive
 */
export function splitRatio(
  adjustments: readonly Adjustment[],
  after: number,
  upTo: number,
): Rational {
  return adjustments
    .filter(({ kind, session }) => kind === 'split' && session > after && session <= upTo)
    .reduce((product, split) => multiply(product, ratioOf(split)), ONE)
}

/**
 * 1 − D / close, the close in shares of the ex-session.
 *
 * @param close       of the last bar traded before the ex-session
 * @param cash        per share of the ex-session
 * @param splitRatio  of the splits after that bar, up to and including the ex-session
 * @returns undefined if the dividend is not smaller than that close
 */
export function priorCloseFactor(
  close: Rational,
  cash: Rational,
  splitRatio: Rational,
): Rational | undefined {
  const share = multiply(multiply(cash, splitRatio), invert(close))
  if (share.numerator >= share.denominator) return undefined
  return rational(share.denominator - share.numerator, share.denominator)
}

/**
 * close / (close + D), the close in shares of the ex-session.
 *
 * @param close       of the first bar traded at or after the ex-session
 * @param cash        per share of the ex-session
 * @param splitRatio  of the splits after the ex-session, up to and including that bar
 */
export function exCloseFactor(close: Rational, cash: Rational, splitRatio: Rational): Rational {
  const inExShares = multiply(close, splitRatio)
  const scaledClose = inExShares.numerator * cash.denominator
  return rational(scaledClose, scaledClose + cash.numerator * inExShares.denominator)
}
