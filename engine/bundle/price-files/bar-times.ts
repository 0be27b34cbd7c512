import type { EngineError } from '../../errors.js'
import { groupBy } from '../../group-by.js'
import { fault } from '../csv-rows.js'
import { printable, quoted } from '../printable.js'
import type { Stamp, TextAt } from './date-column.js'
import { type Zone, zoneNamed } from './time-zone.js'

/** When the bars of a file start. */
export interface BarTimes {
  /** Epoch milliseconds, in the order of the file. */
  readonly times: readonly number[]
  /** Times of day without an offset, taken as UTC. */
  readonly taken: boolean
  readonly notes: readonly string[]
}

/**
 * Turns the dates of a file into instants. If all are at midnight they are days, whatever their
 * offset. Times of day without an offset are of `timezone`, or UTC if none is given.
 *
 * @param assets    of each row: its order settles an hour that comes twice
 * @param timezone  that the user named
 * @param named     a zone that the file names without an offset
 * @throws {EngineError} `input-invalid`: a zone that has to be given, or a time that does not exist
 * in it or comes twice
 */
export function barTimes(
  path: string,
  texts: readonly TextAt[],
  stamps: readonly Stamp[],
  assets: readonly string[],
  timezone: string | undefined,
  named: string | undefined,
): BarTimes {
  const zone = timezone === undefined ? undefined : zoneNamed(timezone)
  if (stamps.every(({ time = 0 }) => time === 0)) {
    const local = stamps.some(({ offset = 0 }) => offset !== 0)
    const note = 'every bar starts at midnight of its own offset from UTC; read as days'
    return { times: stamps.map(({ day }) => day), taken: false, notes: local ? [note] : [] }
  }
  const open = stamps.findIndex(({ offset }) => offset === undefined)
  if (open >= 0 && zone === undefined) checkUtc(path, texts[open]!, stamps, named)
  const local = stamps.map(({ day, time = 0 }) => day + time)
  if (open < 0 || zone === undefined)
    return { times: local.map((t, i) => t - (stamps[i]!.offset ?? 0)), taken: open >= 0, notes: [] }
  const times = new Array<number>(local.length)
  for (const rows of groupBy(assets.keys(), (row) => assets[row]!).values())
    inZone(path, texts, stamps, local, rows, zone, times)
  return { times, taken: false, notes: [`times without an offset are of ${printable(zone.name)}`] }
}

function checkUtc(
  path: string,
  { line, text }: TextAt,
  stamps: readonly Stamp[],
  named: string | undefined,
): void {
  if (named !== undefined) {
    const message = `${quoted(text)} is a time of ${printable(named)}, by the name of its column, without an offset from UTC; give --timezone, like America/New_York`
    throw fault(path, line, message)
  }
  if (stamps.some(({ offset = 0 }) => offset !== 0)) {
    const message = `${quoted(text)} has no offset from UTC, and other times of the file have one; add it or give --timezone`
    throw fault(path, line, message)
  }
}

/** Sets the times of one asset's rows. */
function inZone(
  path: string,
  texts: readonly TextAt[],
  stamps: readonly Stamp[],
  local: readonly number[],
  rows: readonly number[],
  zone: Zone,
  times: number[],
): void {
  const newestFirst = local[rows[0]!]! > local[rows.at(-1)!]!
  const ascending = newestFirst ? [...rows].reverse() : rows
  let twice: number[] = []
  for (const row of ascending) {
    const { offset } = stamps[row]!
    const instants = offset === undefined ? zone.instantsAt(local[row]!) : [local[row]! - offset]
    if (instants.length === 0) throw skipped(path, texts[row]!, zone)
    times[row] = instants[0]!
    if (instants.length > 1) twice.push(row)
    if (instants.length > 1 && row !== ascending.at(-1)) continue
    splitRepeated(path, texts, local, twice, zone, times)
    twice = []
  }
}

/**
 * Distinguishes the two passes through an hour that comes twice: the second begins when the local
 * time goes back.
 */
function splitRepeated(
  path: string,
  texts: readonly TextAt[],
  local: readonly number[],
  rows: readonly number[],
  zone: Zone,
  times: number[],
): void {
  if (rows.length === 0) return
  const second = rows.findIndex((row, i) => i > 0 && local[row]! <= local[rows[i - 1]!]!)
  if (second < 0) throw comesTwice(path, texts[rows[0]!]!, zone)
  for (const row of rows.slice(second)) times[row] = zone.instantsAt(local[row]!)[1]!
}

function skipped(path: string, { line, text }: TextAt, { name }: Zone): EngineError {
  const message = `${quoted(text)} does not exist in ${printable(name)}: its clock is set forward past it; correct it or give another --timezone`
  return fault(path, line, message)
}

function comesTwice(path: string, { line, text }: TextAt, { name }: Zone): EngineError {
  const message = `${quoted(text)} comes twice in ${printable(name)}, whose clock is set back, and the file does not show which is meant; write it with its offset from UTC`
  return fault(path, line, message)
}
