import { basename } from 'node:path'
import { EngineError } from '../errors.js'
import { BAR_FIELDS, type Side } from '../market/bars.js'
import { FREQUENCIES, type Frequency, formatSession } from '../market/calendar.js'
import { type AssetBars, type BundleContent, DEFAULT_SCALES } from './content.js'
import { fault } from './csv-rows.js'
import { type DigitSpan, fittingScale, joined } from './digit-span.js'
import { adjustmentsOf, checkEvents, eventScale } from './event-adjustments.js'
import { type EventFile, readEvents } from './event-csv.js'
import { frequencyOf } from './frequency.js'
import type { Provenance, Scales } from './manifest.js'
import { withOwnCalendars } from './own-calendars.js'
import {
  digitsOf,
  type PriceSeries,
  priceSeries,
  type ScaleOptions,
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
  const assets = new Set(series.map(({ asset }) => asset))
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
    adjustments: events ? adjustmentsOf(events, scales.adjustment, times, assets, options) : [],
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
