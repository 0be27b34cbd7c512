import { type Calendar, sessionText } from '../market/calendar.js'

/**
 * The text of each session of a calendar. It is made on first use and kept, because the session's
 * equity, fills, orders and trades all need it.
 */
export class SessionTexts {
  readonly #calendar: Calendar
  readonly #texts: string[] = []

  constructor(calendar: Calendar) {
    this.#calendar = calendar
  }

  /** @param session  calendar index */
  of(session: number): string {
    this.#texts[session] ??= sessionText(this.#calendar, session)
    return this.#texts[session]
  }
}
