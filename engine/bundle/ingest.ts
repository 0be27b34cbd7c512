import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { EngineError } from '../errors.js'
import type { Adjustment } from '../market/adjustments.js'
import { BAR_FIELDS } from '../market/bars.js'
import { FREQUENCIES, type Frequency, formatSession } from '../market/calendar.js'
import { decimalDigits, Money, parseDecimal, ticksToText } from '../market/money.js'
import { type AssetBars, type BundleContent, DEFAULT_SCALES } from './content.js'
import { type CsvRow, fault, readCsv } from './csv-rows.js'
import { type DigitSpan, fittingScale, joined, NO_DIGITS, widened } from './digit-span.js'
import type { Provenance, Scales } from './manifest.js'
import {
  digitsOf,
  type PriceCsvOptions,
  type PriceSeries,
  readPriceCsv,
  type Side,
} from './price-csv.js'
import { frequencyOf, parseTimestamp } from './timestamp.js'

export interface IngestOptions {
  /** Name of the bundle; the stem of the first file where absent. */
  readonly name?: string
  /** Decimal places to keep; 6 for prices, 4 for volumes, 9 for adjustments where absent. */
  readonly scales?: Partial<Scales>
  /**
   * Fit the scales that are not given to the files: exact where fifteen digits hold every value,
   * otherwise rounded half-even (prices to 6 places, or as many as leave the smallest four digits;
   * volumes to 4), which the provenance says.
   */
  readonly fitScales?: boolean
  /** Where absent: the coarsest that all bar starts fit. */
  readonly frequency?: Frequency
  /**
   * Round volumes beyond the scale half-even, and say so in the provenance, instead of refusing
   * them.
   */
  readonly roundVolume?: boolean
  /**
   * Round prices beyond the scale half-even, and say so in the provenance, instead of refusing
   * them.
   */
  readonly roundPrice?: boolean
  /** A file `asset,session,kind,value` of splits and dividends. */
  readonly adjustments?: string
  readonly provenance?: Partial<Provenance>
}

/**
 * Price files (see `readPriceCsv`) → the content of one bundle. The calendar is the union of all
 * bars' starts.
 *
 * @param files  paths, at least one
 * @throws {EngineError} `input-invalid`, `precision`: a faulty file, with its line; an asset in two
 * files; bars that share no frequency
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
    options.adjustments === undefined ? undefined : await readEvents(options.adjustments)
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
    bars: series.map((own) => toBars(own, indexOf)),
    adjustments: events === undefined ? [] : toAdjustments(events, scales, indexOf, series),
    provenance: provenanceOf(files, series, scales, options.provenance),
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

/** At which scales the files are read, and whether values beyond them are rounded. */
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
    `the bars are ${found}, finer than the frequency ${wanted} asked for; leave it out or resample`,
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

const ADJUSTMENT_COLUMNS = ['asset', 'session', 'kind', 'value']

interface EventFile {
  readonly path: string
  /** Cells in the order of `ADJUSTMENT_COLUMNS`. */
  readonly rows: readonly CsvRow[]
}

async function readEvents(path: string): Promise<EventFile> {
  const { header, rows } = readCsv(path, await readText(path))
  const at = ADJUSTMENT_COLUMNS.map((name) =>
    header.findIndex((found) => found.toLowerCase() === name),
  )
  if (at.includes(-1))
    throw fault(
      path,
      1,
      `the columns ${ADJUSTMENT_COLUMNS.join(', ')} belong here; the header is ${header.join(',').slice(0, 120)}`,
    )
  return {
    path,
    rows: rows.map(({ line, cells }) => ({ line, cells: at.map((index) => cells[index]!) })),
  }
}

/**
 * The scale that keeps every split and dividend, where one does; what does not fit is refused on
 * its own line.
 */
function eventScale({ rows }: EventFile): number {
  const span = rows.reduce((so, { cells }) => {
    const digits = decimalDigits(cells[3]!)
    return digits === undefined ? so : widened(so, digits)
  }, NO_DIGITS)
  const { scale, rounds } = fittingScale('volume', span, DEFAULT_SCALES.adjustment)
  return rounds ? DEFAULT_SCALES.adjustment : scale
}

function toAdjustments(
  { path, rows }: EventFile,
  scales: Scales,
  indexOf: ReadonlyMap<number, number>,
  series: readonly PriceSeries[],
): readonly Adjustment[] {
  const assets = new Set<string>(series.map(({ asset }) => asset))
  return rows.map(({ line, cells }) => {
    const [asset = '', when = '', kind = '', value = ''] = cells
    if (!assets.has(asset))
      throw fault(
        path,
        line,
        `no bars of asset ${asset.slice(0, 70)}; give its prices or remove the row`,
      )
    if (kind !== 'split' && kind !== 'dividend')
      throw fault(path, line, `kind ${kind.slice(0, 40)} is neither split nor dividend; correct it`)
    try {
      const session = indexOf.get(parseTimestamp(when))
      if (session === undefined)
        throw fault(
          path,
          line,
          `${when} is no session of the bars; use the first session on or after it`,
        )
      const units = parseDecimal(value, scales.adjustment, '--adjustment-scale')
      if (units <= 0) throw fault(path, line, `${kind} ${value} is not positive; correct it`)
      return { asset, session, kind, value: new Money(ticksToText(units, scales.adjustment)) }
    } catch (cause) {
      if (!(cause instanceof EngineError) || cause.details.line !== undefined) throw cause
      throw new EngineError(cause.code, `${path}:${line}: ${cause.message}`, {
        cause,
        details: { file: path, line },
      })
    }
  })
}

function provenanceOf(
  files: readonly string[],
  series: readonly PriceSeries[],
  scales: Scales,
  given: Partial<Provenance> | undefined,
): Provenance {
  const notes = [
    given?.notes,
    roundingNote('price', series, scales),
    roundingNote('volume', series, scales),
  ]
  const said = notes.filter((note) => note !== undefined).join('; ')
  return {
    source: files.map((path) => basename(path)).join(', '),
    synthetic: false,
    ...given,
    ...(said === '' ? {} : { notes: said }),
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
