/** A time of day, and how far its clock is ahead of UTC where the text gives that. */
export interface TimeOfDay {
  /** Milliseconds after midnight; undefined: the text is a date alone. */
  readonly time: number | undefined
  /** Milliseconds; undefined: not given. */
  readonly offset: number | undefined
}

const ZONE = /\s*(?:(Z|UTC|GMT)|(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?)$/i
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]0+)?)?(?:\s*([ap])\.?m\.?)?$/i
const COMPACT = /^(\d{2})(\d{2})(\d{2})?$/
/** `09-AM`, as CryptoDataDownload writes it, or `9 pm`. */
const HOUR = /^(\d{1,2})[\s-]*([ap])\.?m\.?$/i

/**
 * Reads what follows a date: nothing, `T14:30:00Z`, ` 14:30`, ` 2:30 PM`, ` 143000`,
 * ` 09:30:00-05:00`, ` 00:00:00.000 GMT+0200`.
 *
 * @returns undefined where the text is another, or has parts of a second
 */
export function timeOfDay(rest: string): TimeOfDay | undefined {
  // java.time writes the zone's name after its offset.
  const text = rest
    .replace(/^(?:T|,?\s+|;)/, '')
    .replace(/(\d|Z)\[[\w/+-]+\]$/, '$1')
    .trim()
  if (text === '') return { time: undefined, offset: undefined }
  const zone = ZONE.exec(text)
  if (zone !== null && zone.index > 0) {
    const time = clockTime(text.slice(0, zone.index))
    const offset = zone[1] === undefined ? offsetOf(zone[2]!, zone[3]!, zone[4]) : 0
    if (time !== undefined && offset !== undefined) return { time, offset }
  }
  const time = clockTime(text)
  return time === undefined ? undefined : { time, offset: undefined }
}

/** `+`, `05`, `30` → milliseconds ahead of UTC; undefined if no clock is so far from it. */
export function offsetOf(sign: string, hours: string, minutes = '0'): number | undefined {
  if (Number(hours) > 14 || Number(minutes) > 59) return undefined
  const ahead = (Number(hours) * 60 + Number(minutes)) * 60_000
  return sign === '-' ? -ahead + 0 : ahead
}

function clockTime(text: string): number | undefined {
  const hour = HOUR.exec(text)
  if (hour !== null) return timeFrom(hour[1]!, '0', '0', hour[2])
  const [, hours, minutes, seconds = '0', half] = CLOCK.exec(text) ?? COMPACT.exec(text) ?? []
  if (hours === undefined || minutes === undefined) return undefined
  return timeFrom(hours, minutes, seconds, half)
}

function timeFrom(
  hours: string,
  minutes: string,
  seconds: string,
  half: string | undefined,
): number | undefined {
  const twelve = half !== undefined
  let hour = Number(hours)
  if (twelve && (hour < 1 || hour > 12)) return undefined
  if (twelve) hour = (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0)
  if (hour > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  return ((hour * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
}
