import type { View } from '../market/adjustment-timeline.js'

/**
 * The current moment of a simulation. The session loop moves it; portal and blotter read it.
 * Before a session opens, the current bar is that of the previous session, but the splits and
 * dividends of the opening session already apply.
 *
 * It has plain fields, because every bar reads them many times and V8 inlines a limited amount of
 * code; only the methods write to them.
 */
export class Clock {
  /** Calendar index of the current bar, which is the last visible one; −1 before the first. */
  bar = -1
  /**
   * Calendar index of the session that is about to open or, after that, of the session whose bar
   * is current.
   */
  session = -1
  /** `bar` if the session's bar is visible, `before-open` if it is not yet visible. */
  view: View = 'before-open'
  /** Number of moves so far. Values derived from the clock stay valid until this number changes. */
  moves = 0

  /** Moves to the moment before the open of `session`. */
  beforeOpen(session: number): void {
    this.bar = session - 1
    this.session = session
    this.view = 'before-open'
    this.moves++
  }

  /** Moves to the end of bar `session`. */
  atBar(session: number): void {
    this.bar = session
    this.session = session
    this.view = 'bar'
    this.moves++
  }
}
