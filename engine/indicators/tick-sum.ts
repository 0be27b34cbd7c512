import { ticksAt } from '../market/money.js'

/**
 * An exact sum of ticks: a number if it is a safe integer (or NaN if a price is missing),
 * otherwise a bigint.
 */
export type TickSum = number | bigint

/**
 * The exact sum of a window in ticks: each float64 price is converted back to the integer from
 * which it was made. An integer sum does not depend on the order of its terms, so a rolling, a
 * cached and a recomputed sum are identical, and equal averages compare as equal.
 *
 * @param prices  `ticks / power`, correctly rounded; at most 2^51 ticks each
 * @param power   `10^scale`, ticks per unit of price
 * @param from    first index, inclusive
 * @param to      last index, exclusive
 * @returns NaN if a bar of the window did not trade (use `price`, which is filled forward)
 * @throws {EngineError} `precision`: a price is beyond 2^51 ticks, and the sum is beyond the safe
 * integers
 */
export function tickSum(
  prices: ArrayLike<number>,
  power: number,
  from = 0,
  to = prices.length,
): TickSum {
  let sum = 0
  for (let i = from; i < to; i++) {
    sum += Math.round(prices[i]! * power)
    if (sum > Number.MAX_SAFE_INTEGER || sum < Number.MIN_SAFE_INTEGER)
      return wideSum(prices, power, from, to)
  }
  return sum
}

/** The sum of the last `length` values pushed, equal to `tickSum` over them at every step. */
export class RollingTickSum {
  readonly #ring: Float64Array
  readonly #power: number
  #next = 0
  #count = 0
  #missing = 0
  // Two fields instead of one `TickSum`: V8 updates a field that is always a double in place,
  // without allocation.
  #sum = 0
  #wide: bigint | undefined

  /**
   * @param length  window, whole number ≥ 1
   * @param power   ticks per unit of price
   */
  constructor(length: number, power: number) {
    this.#ring = new Float64Array(length)
    this.#power = power
  }

  /**
   * Adds the next price and drops the oldest one.
   *
   * @returns the sum in ticks; NaN if fewer than `length` values were pushed or the window
   * contains a NaN
   * @throws {EngineError} `precision`: the price is beyond 2^51 ticks; it is not added
   */
  push(price: number): TickSum {
    const ring = this.#ring
    const missing = Number.isNaN(price)
    const ticks = missing ? Number.NaN : ticksAt(price, this.#power)
    // The difference of two values of at most 2^51 ticks is exact.
    let change = missing ? 0 : ticks
    if (missing) this.#missing++
    if (this.#count < ring.length) this.#count++
    else {
      const oldest = ring[this.#next]!
      if (Number.isNaN(oldest)) this.#missing--
      else change -= oldest
    }
    ring[this.#next] = ticks
    this.#next = (this.#next + 1) % ring.length
    this.#add(change)
    return this.#count < ring.length || this.#missing > 0 ? Number.NaN : (this.#wide ?? this.#sum)
  }

  #add(change: number): void {
    if (this.#wide === undefined) {
      const sum = this.#sum + change
      if (Number.isSafeInteger(sum)) this.#sum = sum
      else this.#wide = BigInt(this.#sum) + BigInt(change)
    } else {
      const sum = narrowed(this.#wide + BigInt(change))
      this.#wide = typeof sum === 'bigint' ? sum : undefined
      if (typeof sum === 'number') this.#sum = sum
    }
  }
}

/** The same sum computed in bigint, for windows whose partial sums exceed the safe integers. */
function wideSum(prices: ArrayLike<number>, power: number, from: number, to: number): TickSum {
  let sum = 0n
  for (let i = from; i < to; i++) {
    const price = prices[i]!
    if (Number.isNaN(price)) return Number.NaN
    sum += BigInt(ticksAt(price, power))
  }
  return narrowed(sum)
}

function narrowed(sum: bigint): TickSum {
  const number = Number(sum)
  return Number.isSafeInteger(number) ? number : sum
}
