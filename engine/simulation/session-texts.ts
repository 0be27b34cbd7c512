import { type Calendar, sessionText } from '../market/calendar.js'

/**
 * The texts of a calendar's sessions, each made once, when first asked for: a session is named by
 * its equity, fills, orders and trades.
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
