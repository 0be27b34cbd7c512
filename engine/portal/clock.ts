import type { View } from '../market/adjustment-timeline.js'

/**
 * The current moment of a simulation, moved by the session loop and read by portal and blotter.
 * Before a session opens, the current bar is the previous one, but the session's own splits and
 * dividends already apply.
 */
export class Clock {
  #bar = -1
  #session = -1
  #view: View = 'before-open'
  #moves = 0

  /** Calendar index of the current bar, the last one visible; −1 before the first. */
  get bar(): number {
    return this.#bar
  }

  /** Calendar index of the session that is about to open, or whose bar is current. */
  get session(): number {
    return this.#session
  }

  /** `bar`: the session's bar is visible; `before-open`: it is not yet. */
  get view(): View {
    return this.#view
  }

  /** Number of moves; values derived from the clock are valid while it stays the same. */
  get moves(): number {
    return this.#moves
  }

  /** Moves to the moment before the open of `session`. */
  beforeOpen(session: number): void {
    this.#move(session - 1, session, 'before-open')
  }

  /** Moves to the end of bar `session`. */
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
