import type { View } from '../market/adjustment-timeline.js'

/**
 * The moment a strategy looks from. One object per simulation, moved by the session loop; portal
 * and blotter read it. Before a session opens, the current bar is the previous one, but the
 * session's own splits and dividends already apply.
 */
export class Clock {
  #bar = -1
  #session = -1
  #view: View = 'before-open'
  #moves = 0

  /** Calendar index of the current bar, the last one known; −1 before the first. */
  get bar(): number {
    return this.#bar
  }

  /** Calendar index of the session that is about to open, or whose bar is current. */
  get session(): number {
    return this.#session
  }

  /** `bar`: the session's bar is known; `before-open`: it is not. */
  get view(): View {
    return this.#view
  }

  /**
   * Counts moves, so that whoever derived something from the clock knows whether it is still true.
   */
  get moves(): number {
    return this.#moves
  }

  /** To before the open of `session`. */
  beforeOpen(session: number): void {
    this.#move(session - 1, session, 'before-open')
  }

  /** To the end of bar `session`. */
  atBar(session: number): void {
    this.#move(session, session, 'bar')
  }

  #move(bar: number, session: number, view: View): void {
    this.#bar = bar
    this.#session = session
    this.#view = view
    this.#moves++
  }
}
