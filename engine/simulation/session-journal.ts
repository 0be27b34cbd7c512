import type { Rational } from '../market/rational.js'
import type { Shares } from '../market/shares.js'
import type { Whole } from '../market/whole.js'
import type { Execution } from './blotter.js'
import { EquitySeries } from './equity-series.js'

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

/** Records the events of a simulation. Nothing is made into text before it is read. */
export class SessionJournal {
  readonly events: BookedEvent[] = []
  readonly equity: EquitySeries
  /** Number of sessions that ended with a position. */
  exposed = 0
  /** Calendar index of the last bar of the first session that ended with no equity left. */
  bankrupt: number | undefined

  /** @param most  the largest number of sessions */
  constructor(most: number) {
    this.equity = new EquitySeries(most)
  }

  /** The end-of-session packet. @param bar  calendar index of the session's last bar */
  sessionEnded(bar: number, equity: Whole, exposed: boolean): void {
    this.equity.push(equity)
    if (exposed) this.exposed++
    if (equity <= 0 && this.bankrupt === undefined) this.bankrupt = bar
  }
}
