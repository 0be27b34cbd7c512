import type { Calendar } from '../market/calendar.js'

/** Whether a bar is the first of its day, in a run that begins at bar `start`. */
export function startsDay({ dayOf }: Calendar, bar: number, start: number): boolean {
  return bar === start || dayOf[bar] !== dayOf[bar - 1]
}

/** Whether a bar is the last of its day, in a run that ends before bar `end`. */
export function endsDay({ dayOf }: Calendar, bar: number, end: number): boolean {
  return bar === end - 1 || dayOf[bar] !== dayOf[bar + 1]
}
