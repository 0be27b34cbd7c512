import { ticksToNumber, ticksToText } from '../market/money.js'
import type { Whole } from '../market/whole.js'

/** The equity of each session, in ticks: doubles, until an amount is beyond 2^53. */
export class EquitySeries {
  readonly #ticks: Float64Array
  #wide: Whole[] | undefined
  #length = 0

  /** @param most  the largest number of sessions */
  constructor(most: number) {
    this.#ticks = new Float64Array(most)
  }

  get length(): number {
    return this.#length
  }

  push(equity: Whole): void {
    if (typeof equity === 'number' && this.#wide === undefined) this.#ticks[this.#length] = equity
    else this.#pushWide(equity)
    this.#length++
  }

  #pushWide(equity: Whole): void {
    this.#wide ??= [...this.#ticks.subarray(0, this.#length)]
    this.#wide.push(equity)
  }

  /** The memory of the amounts, for `appended`; undefined if one was beyond 2^53. */
  get doubles(): Float64Array | undefined {
    return this.#wide === undefined ? this.#ticks : undefined
  }

  /** Counts amounts that were written to `doubles` behind the last one. */
  appended(count: number): void {
    this.#length += count
  }

  /** The first session with an equity of zero or less; −1 if there is none. */
  firstNotAboveZero(): number {
    const amounts = this.amounts()
    for (let i = 0; i < amounts.length; i++) if (amounts[i]! <= 0) return i
    return -1
  }

  /** The amounts of all sessions, to be read only. */
  amounts(): ArrayLike<Whole> {
    return this.#wide ?? this.#ticks.subarray(0, this.#length)
  }

  /** @param session  from 0 */
  at(session: number): Whole {
    return this.#wide === undefined ? this.#ticks[session]! : this.#wide[session]!
  }

  /** The amounts in units, correctly rounded. */
  numbers(priceScale: number): Float64Array {
    const numbers = new Float64Array(this.#length)
    for (let i = 0; i < this.#length; i++) numbers[i] = ticksAsNumber(this.at(i), priceScale)
    return numbers
  }

  /** The amounts as decimal text. */
  texts(priceScale: number): string[] {
    return Array.from({ length: this.#length }, (_, i) => ticksToText(this.at(i), priceScale))
  }
}

/** Ticks in units, correctly rounded. */
export function ticksAsNumber(ticks: Whole, priceScale: number): number {
  return typeof ticks === 'number'
    ? ticksToNumber(ticks, priceScale)
    : Number(ticksToText(ticks, priceScale))
}
