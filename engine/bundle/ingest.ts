import { basename } from 'node:path'
import { EngineError } from '../errors.js'
import type { Adjustment } from '../market/adjustments.js'
import { BAR_FIELDS } from '../market/bars.js'
import { FREQUENCIES, type Frequency, formatSession, lowerBound } from '../market/calendar.js'
import { decimalDigits, Money, parseDecimal, ticksToText } from '../market/money.js'
import { canonicalContent } from './canonical-content.js'
import { type AssetBars, type BundleContent, DEFAULT_SCALES } from './content.js'
import { fault } from './csv-rows.js'
import { type DigitSpan, fittingScale, joined } from './digit-span.js'
import {
  type EventFile,
  type EventRow,
  eventScale,
  readEvents,
  twoPartAmount,
} from './event-csv.js'
import { frequencyOf } from './frequency.js'
import type { Provenance, Scales } from './manifest.js'
import { withOwnCalendars } from './own-calendars.js'
import { barTimes } from './price-files/bar-times.js'
import { readDates } from './price-files/date-column.js'
import {
  digitsOf,
  type PriceSeries,
  priceSeries,
  type ScaleOptions,
  type Side,
} from './price-files/price-series.js'
import {
  type PriceTable,
  type ReadingOptions,
  readPriceTable,
  stemOf,
} from './price-files/price-table.js'
import { printable } from './printable.js'

export interface IngestOptions extends ReadingOptions {
  /** Name of the bundle; the first file's name without its extension where absent. */
  readonly name?: string
  /** Decimal places to keep; 6 for prices, 4 for volumes, 9 for adjustments where absent. */
  readonly scales?: Partial<Scales>
  /**
   * Choose the scales that are not given to fit the files. They are exact where fifteen digits hold
   * every value; otherwise values are rounded half-even (prices to 6 decimal places, or more so
   * that the smallest keeps four significant digits; volumes to 4), noted in the provenance.
   */
  readonly fitScales?: boolean
  /** Where absent: the coarsest frequency that fits the start times of all bars. */
  readonly frequency?: Frequency
  /**
   * Round volumes with more decimal places than the scale half-even instead of refusing them, and
   * note it in the provenance.
   */
  readonly roundVolume?: boolean
  /** The same for prices. */
  readonly roundPrice?: boolean
  /** Path of a CSV file of splits and dividends; see `readEvents`. */
  readonly adjustments?: string
  readonly provenance?: Partial<Provenance>
}

/** Content, and what was assumed or left out in reading it. */
export interface IngestedContent extends BundleContent {
  /** For the user; those on changed numbers are in the provenance too. */
  readonly notes: readonly string[]
}

/**
 * Reads price files (see `readPriceTable`) into the content of one bundle. Its calendar is the
 * union of the start times of all bars; see `withOwnCalendars` for assets that trade at other
 * times.
 *
 * @param files  paths, at least one
 * @throws {EngineError} `input-invalid`, `precision`: a faulty file, with its line; an asset in two
 * files; bars that do not start on a whole minute
 */
export async function ingestCsv(
  files: readonly string[],
  options: IngestOptions = {},
): Promise<IngestedContent> {
  const [first] = files
  if (first === undefined)
    throw new EngineError('input-invalid', 'no price file given; name at least one csv file')
  const tables = await Promise.all(files.map((path) => readPriceTable(path, options)))
  const digits = once(() => digitsOfAll(tables))
  const events =
    options.adjustments === undefined
      ? undefined
      : await readEvents(options.adjustments, options.decimalComma)
  const reading = readingOf(digits, events, options)
  const { scales } = reading
  const series = tables.flatMap((table) => priceSeries(table, { ...reading, digits }))
  checkOneFileEach(series)
  const times = Float64Array.from(new Set(series.flatMap(({ time }) => time))).sort()
  const frequency = checkedFrequency(times, series, options.frequency)
  const indexOf = new Map(Array.from(times, (time, index) => [time, index]))
  const changes = changeNotes(series, scales, events, tables, options)
  const content = {
    name: options.name ?? stemOf(first),
    frequency,
    scales,
    sessions: Array.from(times, (time) => formatSession(frequency, time)),
    bars: withOwnCalendars(
      series.map((own) => ({ file: own.file, bars: toBars(own, indexOf) })),
      times,
    ),
    adjustments: events === undefined ? [] : toAdjustments(events, scales, times, series, options),
    provenance: provenanceOf(files, changes, options.provenance),
    notes: [...readingNotes(tables, series), ...changes],
  }
  if (events !== undefined) checkEvents(content, events)
  return content
}

type FileDigits = Readonly<Record<Side, DigitSpan>>

function digitsOfAll(tables: readonly PriceTable[]): FileDigits {
  return tables
    .map(digitsOf)
    .reduce((a, b) => ({ price: joined(a.price, b.price), volume: joined(a.volume, b.volume) }))
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** The scales at which the files are read, and whether values beyond them are rounded. */
function readingOf(
  digits: () => FileDigits,
  events: EventFile | undefined,
  { scales: given = {}, fitScales = false, roundPrice = false, roundVolume = false }: IngestOptions,
): Pick<ScaleOptions, 'scales' | 'round'> {
  const fitted = (side: Side, round: boolean) => {
    const scale = given[side]
    if (scale !== undefined || !fitScales)
      return { scale: scale ?? DEFAULT_SCALES[side], rounds: round }
    const fit = fittingScale(side, digits()[side], DEFAULT_SCALES[side])
    return { scale: fit.scale, rounds: round || fit.rounds }
  }
  const price = fitted('price', roundPrice)
  const volume = fitted('volume', roundVolume)
  const adjustment =
    given.adjustment ??
    (fitScales && events !== undefined ? eventScale(events) : DEFAULT_SCALES.adjustment)
  return {
    scales: { price: price.scale, volume: volume.scale, adjustment },
    round: { price: price.rounds, volume: volume.rounds },
  }
}

function checkOneFileEach(series: readonly PriceSeries[]): void {
  const fileOf = new Map<string, string>()
  for (const { asset, file } of series) {
    const other = fileOf.get(asset)
    if (other !== undefined)
      throw new EngineError(
        'input-invalid',
        `asset ${asset} is in both ${printable(other)} and ${printable(file)}; join or rename one`,
      )
    fileOf.set(asset, file)
  }
}

function checkedFrequency(
  times: Float64Array,
  series: readonly PriceSeries[],
  wanted: Frequency | undefined,
): Frequency {
  const found = frequencyOf(times)
  if (found === undefined) throw betweenMinutes(series)
  if (wanted === undefined) return found
  if (FREQUENCIES.indexOf(found) <= FREQUENCIES.indexOf(wanted)) return wanted
  throw new EngineError(
    'input-invalid',
    `the bars are ${found}, finer than the given frequency ${wanted}; omit the frequency or resample the bars`,
  )
}

function betweenMinutes(series: readonly PriceSeries[]): EngineError {
  const own = series.find(({ time }) => frequencyOf(time) === undefined)!
  const bar = own.time.findIndex((time) => frequencyOf([time]) === undefined)
  const when = new Date(own.time[bar]!).toISOString()
  return fault(
    own.file,
    own.line[bar]!,
    `some bars do not start on a whole minute, the first of ${own.asset} at ${when}; resample them to minutes, hours or days`,
  )
}

function toBars(own: PriceSeries, indexOf: ReadonlyMap<number, number>): AssetBars {
  const [open, high, low, close, volume] = BAR_FIELDS.map((field) => Float64Array.from(own[field]))
  const session = Int32Array.from(own.time, (time) => indexOf.get(time)!)
  return {
    asset: own.asset,
    session,
    open: open!,
    high: high!,
    low: low!,
    close: close!,
    volume: volume!,
  }
}

function toAdjustments(
  { path, rows }: EventFile,
  scales: Scales,
  times: Float64Array,
  series: readonly PriceSeries[],
  { dateFormat, timezone }: ReadingOptions,
): readonly Adjustment[] {
  const assets = new Set<string>(series.map(({ asset }) => asset))
  const texts = rows.map(({ line, when }) => ({ line, text: when }))
  const ofAsset = rows.map(({ asset }) => asset)
  const stamps = rows.length === 0 ? [] : readDates(path, texts, dateFormat)
  const days = barTimes(path, texts, stamps, ofAsset, timezone, undefined).times
  return rows.map((row, i) => {
    try {
      return toAdjustment(row, scales.adjustment, times, days[i]!, assets)
    } catch (cause) {
      if (!(cause instanceof EngineError)) throw cause
      throw fault(path, row.line, cause.message, cause, cause.code)
    }
  })
}

/** The calendar index of an event's session. */
function sessionOf(when: string, time: number, times: Float64Array): number {
  const session = lowerBound(times, time)
  if (times[session] === time) return session
  const shown = (at: number) => new Date(at).toISOString().replace(/(?:T00:00)?:00\.000Z$/, '')
  const last = times[times.length - 1]!
  const next = times[session]
  const remedy =
    next === undefined
      ? `it is after the last bar, ${shown(last)}; give prices that reach it, or remove the row`
      : session === 0
        ? `it is before the first bar, ${shown(next)}; give prices that reach back to it, or remove the row`
        : `use the first session after it, ${shown(next)}`
  throw new EngineError('input-invalid', `${when} is not a session of the bars; ${remedy}`)
}

function toAdjustment(
  { asset, when, kind, value, per, decimal }: EventRow,
  scale: number,
  times: Float64Array,
  time: number,
  assets: ReadonlySet<string>,
): Adjustment {
  const invalid = (message: string) => new EngineError('input-invalid', message)
  if (!assets.has(asset))
    throw invalid(`no bars of asset ${asset.slice(0, 70)}; give its prices or remove the row`)
  if (kind !== 'split' && kind !== 'dividend')
    throw invalid(`kind ${kind.slice(0, 40)} is neither split nor dividend; correct it`)
  const session = sessionOf(when, time, times)
  if (per !== undefined) {
    if (kind === 'dividend')
      throw invalid(
        `dividend ${value}:${per} has two numbers; give its amount per share, like 0.47`,
      )
    if (decimal !== undefined) parseDecimal(decimal, scale, '--adjustment-scale')
    return { asset, session, kind, ...twoPartAmount(value, per, scale) }
  }
  if (kind === 'split' && decimalDigits(value) === undefined)
    throw invalid(
      `'${value.slice(0, 40)}' is not a plain decimal or a ratio of two; write new shares per old ones, like 7, 0.5 or 1:3`,
    )
  const units = parseDecimal(value, scale, '--adjustment-scale')
  if (units <= 0) throw invalid(`${kind} ${value} is not positive; correct it`)
  return { asset, session, kind, value: new Money(ticksToText(units, scale)) }
}

/**
 * Refuses events that fit their bars not at all, with their line: repeated ones, dividends as large
 * as the close before them.
 */
function checkEvents(content: BundleContent, { path, rows }: EventFile): void {
  try {
    canonicalContent(content)
  } catch (cause) {
    if (!(cause instanceof EngineError) || cause.details.kind === undefined) throw cause
    const { asset, session, kind } = cause.details
    const lines = rows.flatMap((row, i) => {
      const { session: index, ...own } = content.adjustments[i]!
      const same = own.asset === asset && own.kind === kind && content.sessions[index] === session
      return same ? [row.line] : []
    })
    const first = lines.length > 1 ? ` (the first is on line ${lines[0]})` : ''
    const message = cause.message.replace(/^bundle [^ ]+: /, '').replace(';', `${first};`)
    throw fault(path, lines.at(-1)!, message, cause, cause.code)
  }
}

function provenanceOf(
  files: readonly string[],
  changes: readonly string[],
  given: Partial<Provenance> | undefined,
): Provenance {
  const notes = [given?.notes, ...changes].filter((note) => note !== undefined)
  return {
    source: files.map((path) => basename(path)).join(', '),
    synthetic: false,
    ...given,
    ...(notes.length > 0 && { notes: notes.join('; ') }),
  }
}

/** How files were read: printed, not kept. */
function readingNotes(
  tables: readonly PriceTable[],
  series: readonly PriceSeries[],
): readonly string[] {
  return tables.flatMap(({ path, notes }) => {
    const reversed = series.some((own) => own.file === path && own.reversed)
    const order = reversed ? ['newest first; its bars were put in order'] : []
    return [...notes, ...order].map((note) => printable(`${basename(path)}: ${note}`))
  })
}

/** What makes the numbers differ from those of the files. */
function changeNotes(
  series: readonly PriceSeries[],
  scales: Scales,
  events: EventFile | undefined,
  tables: readonly PriceTable[],
  { assumeVolume }: ReadingOptions,
): readonly string[] {
  const assumed = tables.filter(({ volumeAssumed }) => volumeAssumed).length
  return [
    ...(assumed === 0
      ? []
      : [
          `volume of ${assumeVolume} assumed for every bar of ${assumed === 1 ? '1 file' : `${assumed} files`}`,
        ]),
    ...(events?.notes ?? []),
    roundingNote('price', series, scales),
    roundingNote('volume', series, scales),
  ].filter((note) => note !== undefined)
}

function roundingNote(
  side: Side,
  series: readonly PriceSeries[],
  scales: Scales,
): string | undefined {
  const count = series.reduce((sum, { rounded }) => sum + rounded[side], 0)
  if (count === 0) return undefined
  return `${count === 1 ? `1 ${side}` : `${count} ${side}s`} rounded half-even to ${scales[side]} decimal places`
}
