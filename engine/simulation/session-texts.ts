import { type Calendar, sessionText } from '../market/calendar.js'

/**
 * Each session of a calendar as text, made on first use and kept: the session's equity, fills,
 * orders and trades all need it.
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
