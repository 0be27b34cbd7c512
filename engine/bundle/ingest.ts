import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { EngineError } from '../errors.js'
import type { Adjustment } from '../market/adjustments.js'
import { BAR_FIELDS } from '../market/bars.js'
import { FREQUENCIES, type Frequency, formatSession } from '../market/calendar.js'
import { decimalDigits, Money, parseDecimal, ticksToText } from '../market/money.js'
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
import type { Provenance, Scales } from './manifest.js'
import { withOwnCalendars } from './own-calendars.js'
import {
  digitsOf,
  type PriceCsvOptions,
  type PriceSeries,
  readPriceCsv,
  type Side,
} from './price-csv.js'
import { frequencyOf, parseTimestamp } from './timestamp.js'

export interface IngestOptions {
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

/**
 * Reads price files (see `readPriceCsv`) into the content of one bundle. Its calendar is the union
 * of the start times of all bars; see `withOwnCalendars` for assets that trade at other times.
 *
 * @param files  paths, at least one
 * @throws {EngineError} `input-invalid`, `precision`: a faulty file, with its line; an asset in two
 * files; bars that do not start on a whole minute
 */
export async function ingestCsv(
  files: readonly string[],
  options: IngestOptions = {},
): Promise<BundleContent> {
  const [first] = files
  if (first === undefined)
    throw new EngineError('input-invalid', 'no price file given; name at least one csv file')
  const texts = await Promise.all(files.map(async (path) => ({ path, text: await readText(path) })))
  const digits = once(() => digitsOfAll(texts))
  const events =
    options.adjustments === undefined
      ? undefined
      : readEvents(options.adjustments, await readText(options.adjustments))
  const reading = readingOf(digits, events, options)
  const { scales } = reading
  const series = texts.flatMap(({ path, text }) => readPriceCsv(path, text, { ...reading, digits }))
  checkOneFileEach(series)
  const times = Float64Array.from(new Set(series.flatMap(({ time }) => time))).sort()
  const frequency = checkedFrequency(times, options.frequency)
  const indexOf = new Map(Array.from(times, (time, index) => [time, index]))
  return {
    name: options.name ?? basename(first, extname(first)),
    frequency,
    scales,
    sessions: Array.from(times, (time) => formatSession(frequency, time)),
    bars: withOwnCalendars(
      series.map((own) => ({ file: own.file, bars: toBars(own, indexOf) })),
      times,
    ),
    adjustments: events === undefined ? [] : toAdjustments(events, scales, indexOf, series),
    provenance: provenanceOf(files, series, scales, events?.notes ?? [], options.provenance),
  }
}

type FileDigits = Readonly<Record<Side, DigitSpan>>

function digitsOfAll(
  texts: readonly { readonly path: string; readonly text: string }[],
): FileDigits {
  return texts
    .map(({ path, text }) => digitsOf(path, text))
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
): Pick<PriceCsvOptions, 'scales' | 'round'> {
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

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const reason =
      cause.code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause.code ?? cause.message})`
    throw new EngineError('input-invalid', `${path} ${reason}; name a readable csv file`, {
      cause,
      details: { file: path },
    })
  })
}

function checkOneFileEach(series: readonly PriceSeries[]): void {
  const fileOf = new Map<string, string>()
  for (const { asset, file } of series) {
    const other = fileOf.get(asset)
    if (other !== undefined)
      throw new EngineError(
        'input-invalid',
        `asset ${asset} is in both ${other} and ${file}; join or rename one`,
      )
    fileOf.set(asset, file)
  }
}

function checkedFrequency(times: Float64Array, wanted: Frequency | undefined): Frequency {
  const found = frequencyOf(times)
  if (found === undefined) {
    throw new EngineError(
      'input-invalid',
      'some bars do not start on a whole minute; resample them to minutes, hours or days',
    )
  }
  if (wanted === undefined) return found
  if (FREQUENCIES.indexOf(found) <= FREQUENCIES.indexOf(wanted)) return wanted
  throw new EngineError(
    'input-invalid',
    `the bars are ${found}, finer than the given frequency ${wanted}; omit the frequency or resample the bars`,
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
  indexOf: ReadonlyMap<number, number>,
  series: readonly PriceSeries[],
): readonly Adjustment[] {
  const assets = new Set<string>(series.map(({ asset }) => asset))
  return rows.map((row) => {
    try {
      return toAdjustment(row, scales.adjustment, indexOf, assets)
    } catch (cause) {
      if (!(cause instanceof EngineError)) throw cause
      throw fault(path, row.line, cause.message, cause, cause.code)
    }
  })
}

function toAdjustment(
  { asset, when, kind, value, per, decimal }: EventRow,
  scale: number,
  indexOf: ReadonlyMap<number, number>,
  assets: ReadonlySet<string>,
): Adjustment {
  const invalid = (message: string) => new EngineError('input-invalid', message)
  if (!assets.has(asset))
    throw invalid(`no bars of asset ${asset.slice(0, 70)}; give its prices or remove the row`)
  if (kind !== 'split' && kind !== 'dividend')
    throw invalid(`kind ${kind.slice(0, 40)} is neither split nor dividend; correct it`)
  const session = indexOf.get(parseTimestamp(when))
  if (session === undefined)
    throw invalid(`${when} is not a session of the bars; use the first session on or after it`)
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

function provenanceOf(
  files: readonly string[],
  series: readonly PriceSeries[],
  scales: Scales,
  aboutEvents: readonly string[],
  given: Partial<Provenance> | undefined,
): Provenance {
  const notes = [
    given?.notes,
    ...aboutEvents,
    roundingNote('price', series, scales),
    roundingNote('volume', series, scales),
  ].filter((note) => note !== undefined)
  return {
    source: files.map((path) => basename(path)).join(', '),
    synthetic: false,
    ...given,
    ...(notes.length > 0 && { notes: notes.join('; ') }),
  }
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
