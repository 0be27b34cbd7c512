import { type Exact, exact, fromUnits, unitsOf } from './exact.js'
import { divideHalfEven, MAX_UNSCALED } from './money.js'
import { product, type Whole, wholeOf } from './whole.js'

/**
 * An exact number of shares: a double if they are whole and at most 2^53 − 1, otherwise a bigint of
 * units of 10^-8 shares. The form follows from the value, so that equal shares are identical. The
 * two forms have different units, so shares are compared and added by the functions here only.
 */
export type Shares = number | bigint

/** Decimal places of fractional shares. */
export const SHARE_PLACES = 8
/** Units per share. */
export const SHARE_UNIT = 10n ** BigInt(SHARE_PLACES)

/** Units of 10^-8 shares as shares. */
export function sharesOfUnits(units: bigint): Shares {
  if (units % SHARE_UNIT !== 0n) return units
  const whole = Number(units / SHARE_UNIT)
  return whole <= MAX_UNSCALED && whole >= -MAX_UNSCALED ? whole : units
}

/** Units of 10^-8 shares without the fraction of a share, towards zero. */
export function wholeShares(units: bigint): Shares {
  return sharesOfUnits((units / SHARE_UNIT) * SHARE_UNIT)
}

/** Shares in units of 10^-8. */
export function shareUnits(shares: Shares): bigint {
  return typeof shares === 'number' ? BigInt(shares) * SHARE_UNIT : shares
}

/** An amount of at most 8 decimal places as shares. */
export function sharesOfExact(amount: Exact): Shares {
  return sharesOfUnits(unitsOf(amount, SHARE_PLACES))
}

/** Shares as a decimal. */
export function exactShares(shares: Shares): Exact {
  return typeof shares === 'number' ? exact(shares) : fromUnits(shares, SHARE_PLACES)
}

/** The nearest double, in shares. */
export function sharesAsNumber(shares: Shares): number {
  return typeof shares === 'number' ? shares : exactShares(shares).toNumber()
}

/** a + b. */
export function sharesSum(a: Shares, b: Shares): Shares {
  if (typeof a === 'number' && typeof b === 'number') {
    const total = a + b
    if (total <= MAX_UNSCALED && total >= -MAX_UNSCALED) return total
  }
  return sharesOfUnits(shareUnits(a) + shareUnits(b))
}

/** a − b. */
export function sharesLess(a: Shares, b: Shares): Shares {
  return sharesSum(a, opposite(b))
}

/** −a. */
export function opposite(a: Shares): Shares {
  return typeof a === 'number' ? 0 - a : -a
}

/** |a|. */
export function absolute(a: Shares): Shares {
  return a < 0 ? opposite(a) : a
}

/** Shares × an amount per share in ticks, rounded half-even to the tick, once. */
export function worth(shares: Shares, ticks: Whole): Whole {
  if (typeof shares === 'number') return product(shares, ticks)
  return wholeOf(divideHalfEven(shares * BigInt(ticks), SHARE_UNIT))
}
