import { EngineError } from '../../errors.js'
import { printable } from '../printable.js'
import { offsetOf } from './time-of-day.js'

/** A zone's clock: local times, counted in milliseconds as if they were UTC, → instants. */
export interface Zone {
  readonly name: string
  /**
   * The instants at which the clock shows a time: none if it is set forward past it, two if it is
   * set back, ascending.
   */
  instantsAt(local: number): readonly number[]
}

/** Clocks are set at whole quarters of an hour. */
const QUARTER_MS = 900_000
const DAY_MS = 86_400_000

/**
 * A zone of the tz database (`America/New_York`), `UTC`, or an offset (`+05:30`).
 *
 * @throws {EngineError} `input-invalid`: an unknown name
 */
export function zoneNamed(name: string): Zone {
  const fixed = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$/i.exec(name)
  const offset = fixed === null ? undefined : offsetOf(fixed[1]!, fixed[2]!, fixed[3])
  if (offset !== undefined) return { name, instantsAt: (local) => [local - offset] }
  const offsetAt = offsetsOf(name)
  const instantsAt = (local: number) => {
    const around = [offsetAt(local - DAY_MS), offsetAt(local + DAY_MS)]
    const instants = new Set(around.map((offset) => local - offset))
    return [...instants].filter((time) => time + offsetAt(time) === local).sort((a, b) => a - b)
  }
  return { name, instantsAt }
}

/** The offset of a zone's clock from UTC at an instant, looked up once per quarter of an hour. */
function offsetsOf(name: string): (time: number) => number {
  const clock = clockOf(name)
  const known = new Map<number, number>()
  return (time) => {
    const quarter = Math.floor(time / QUARTER_MS)
    const found = known.get(quarter)
    if (found !== undefined) return found
    const at = quarter * QUARTER_MS
    const part = new Map(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const [year, month, day] = [part.get('year')!, part.get('month')!, part.get('day')!]
    const [hour, minute, second] = [part.get('hour')!, part.get('minute')!, part.get('second')!]
    const offset = Date.UTC(year, month - 1, day, hour, minute, second) - at
    known.set(quarter, offset)
    return offset
  }
}

function clockOf(name: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch (cause) {
    throw new EngineError(
      'input-invalid',
      `--timezone ${printable(name.slice(0, 60))} is not a time zone; give a name like America/New_York or an offset like +05:30`,
      { cause },
    )
  }
}
