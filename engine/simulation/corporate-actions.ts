import { type Adjustment, sortedAdjustments } from '../market/adjustments.js'

const NONE: readonly Adjustment[] = []

/** The splits and dividends of a bundle, taken session by session. */
export class ActionQueue {
  readonly #actions: readonly Adjustment[]
  #next: number

  /**
   * @param adjustments  in any order
   * @param start        calendar index of the first session that will be taken
   */
  constructor(adjustments: readonly Adjustment[], start: number) {
    this.#actions = sortedAdjustments(adjustments)
    const first = this.#actions.findIndex(({ session }) => session >= start)
    this.#next = first < 0 ? this.#actions.length : first
  }

  /**
   * The actions of a session in the order they apply.
   *
   * @param session  later than in the call before
   */
  of(session: number): readonly Adjustment[] {
    const from = this.#next
    if (from === this.#actions.length || this.#actions[from]!.session > session) return NONE
    while (this.#actions[this.#next]?.session === session) this.#next++
    return this.#actions.slice(from, this.#next)
  }
}
