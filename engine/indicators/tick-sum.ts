import { EngineError } from '../errors.js'

/**
 * The exact sum of a window in ticks: each float64 price is turned back into the integer it was made from. Integer sums have no order, so
 * a rolling, a cached and a recomputed sum agree to the bit, and equal averages compare as equal.
 *
 * @param prices  `ticks / power`, correctly rounded; at most 2^51 ticks each
 * @param power   `10^scale`, ticks per unit of price
 * @param from    first index, inclusive
 * @param to      last index, exclusive
 * @returns a safe integer; NaN where a bar of the window did not trade (ask for `price`, which is forward-filled)
 * @throws {EngineError} `precision`: the sum leaves the safe integers
 */
export function tickSum(prices: ArrayLike<number>, power: number, from = 0, to = prices.length): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += Math.round(prices[i]! * power)
  if (sum > Number.MAX_SAFE_INTEGER || sum < Number.MIN_SAFE_INTEGER) throw unsafe(to - from, sum)
  return sum
}

/** The sum of the last `length` values pushed, equal to `tickSum` over them at every step. */
export class RollingTickSum {
  readonly #ring: Float64Array
  readonly #power: number
  #next = 0
  #count = 0
  #missing = 0
  #sum = 0

  /**
   * @param length  window, whole number ≥ 1
   * @param power   ticks per unit of price
   */
  constructor(length: number, power: number) {
    this.#ring = new Float64Array(length)
    this.#power = power
  }

  /**
   * Takes the next price and lets the oldest one go.
   *
   * @returns the sum in ticks; NaN while fewer than `length` values were pushed, and while the window holds a NaN
   * @throws {EngineError} `precision`: the sum leaves the safe integers
   */
  push(price: number): number {
    const ring = this.#ring
    const ticks = Math.round(price * this.#power)
    if (this.#count === ring.length) this.#drop(ring[this.#next]!)
    else this.#count++
    ring[this.#next] = ticks
    this.#next = (this.#next + 1) % ring.length
    if (Number.isNaN(ticks)) this.#missing++
    else this.#sum += ticks
    if (!Number.isSafeInteger(this.#sum)) throw unsafe(ring.length, this.#sum)
    return this.#count < ring.length || this.#missing > 0 ? Number.NaN : this.#sum
  }

  #drop(ticks: number): void {
    if (Number.isNaN(ticks)) this.#missing--
    else this.#sum -= ticks
  }
}

function unsafe(length: number, sum: number): EngineError {
  return new EngineError(
    'precision',
    `the sum of ${length} bars is ${sum} ticks, beyond 2^53; ingest the bundle with fewer decimal places, or use a shorter window`,
  )
}
