import { type Calendar, sessionText } from '../market/calendar.js'

/**
 * The texts of a calendar's sessions, each made once on first use: equity, fills, orders and trades
 * of a session all need it.
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
