import { lowerBound } from '../market/calendar.js'
import type { Rational } from '../market/rational.js'
import type { Shares } from '../market/shares.js'
import type { Whole } from '../market/whole.js'
import type { Execution } from './blotter.js'
import type { HistoryPrices } from './current-prices.js'
import { EquitySeries } from './equity-series.js'
import type { PostponingLedger } from './ledger.js'
import type { SimulationParts } from './simulation-parts.js'

/** An event that changes a position or its profit. Amounts of cash are changes, in ticks. */
export type BookedEvent =
  | Execution
  | {
      readonly kind: 'split'
      readonly asset: number
      readonly ratio: Rational
      /** Shares held after the split. */
      readonly held: Shares
      readonly cash: Whole
      readonly session: number
    }
  | { readonly kind: 'dividend'; readonly asset: number; readonly cash: Whole }

/**
 * Records the events of a simulation, and the equity of its sessions. Nothing is made into text
 * before it is read.
 *
 * While no position changes, equity follows from the prices alone. So a ledger that can computes
 * the equity of many sessions at once, when a position is about to change.
 */
export class SessionJournal {
  readonly events: BookedEvent[] = []
  readonly equity: EquitySeries
  /** Number of sessions that ended with a position. */
  exposed = 0
  /** Values the sessions afterwards; absent if each is valued when it ends. */
  readonly #later: PostponingLedger | undefined
  readonly #prices: HistoryPrices
  readonly #ends: Int32Array | undefined
  /** The first session whose equity is not recorded yet: its bar, or its place in `#ends`. */
  #next: number

  /**
   * @param bars   the first bar, that behind the last, and those that end sessions
   * @param later  a ledger that values the sessions afterwards, if it can
   */
  constructor(
    prices: HistoryPrices,
    { start, end, ends }: Pick<SimulationParts, 'start' | 'end' | 'ends'>,
    later: PostponingLedger | undefined,
  ) {
    this.equity = new EquitySeries(ends === undefined ? end - start : ends.length)
    this.#prices = prices
    this.#ends = ends
    this.#next = ends === undefined ? start : 0
    this.#later = later
  }

  /** Records the equity at the end of a session. */
  sessionEnded(equity: Whole, exposed: boolean): void {
    this.equity.push(equity)
    if (exposed) this.exposed++
  }

  /**
   * Records the sessions before `bar` with the present positions, if they are valued afterwards. To
   * be called before a position changes in `bar`, and at the end.
   */
  valueUntil(bar: number): void {
    const from = this.#next
    const ends = this.#ends
    if (this.#later === undefined) return
    const to = ends === undefined ? bar : lowerBound(ends, bar, from)
    if (from >= to) return
    this.#later.equityOver(this.#prices, { from, to, ends }, this.equity)
    if (this.#later.invested) this.exposed += to - from
    this.#next = to
  }
}
