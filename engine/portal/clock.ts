import type { View } from '../market/adjustment-timeline.js'

/**
 * The current moment of a simulation. The session loop moves it; portal and blotter read it.
 * Before a session opens, the current bar is that of the previous session, but the splits and
 * dividends of the opening session already apply.
 */
export class Clock {
  #bar = -1
  #session = -1
  #view: View = 'before-open'
  #moves = 0

  /** Calendar index of the current bar, which is the last visible one; −1 before the first. */
  get bar(): number {
    return this.#bar
  }

  /**
   * Calendar index of the session that is about to open or, after that, of the session whose bar
   * is current.
   */
  get session(): number {
    return this.#session
  }

  /** `bar` if the session's bar is visible, `before-open` if it is not yet visible. */
  get view(): View {
    return this.#view
  }

  /** Number of moves so far. Values derived from the clock stay valid until this number changes. */
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
