import { type Adjustment, sortedAdjustments } from '../market/adjustments.js'

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

  /** Whether a session has actions. */
  due(session: number): boolean {
    return this.#next < this.#actions.length && this.#actions[this.#next]!.session <= session
  }

  /** The session of the next actions; infinity if there are none left. */
  get nextSession(): number {
    return this.#actions[this.#next]?.session ?? Number.POSITIVE_INFINITY
  }

  /**
   * The actions of a session in the order they apply.
   *
   * @param session  later than in the call before
   */
  take(session: number): readonly Adjustment[] {
    const from = this.#next
    while (this.#actions[this.#next]?.session === session) this.#next++
    return this.#actions.slice(from, this.#next)
  }
}
