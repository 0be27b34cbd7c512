import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { EngineError } from '../errors.js'
import type { Adjustment } from '../market/adjustments.js'
import { BAR_FIELDS } from '../market/bars.js'
import { FREQUENCIES, type Frequency, formatSession } from '../market/calendar.js'
import { MAX_SCALE, Money, parseDecimal, ticksToText } from '../market/money.js'
import { type AssetBars, type BundleContent, DEFAULT_SCALES } from './content.js'
import { fault, readCsv } from './csv-rows.js'
import type { Provenance, Scales } from './manifest.js'
import { type NeededPlaces, type PriceSeries, placesNeeded, readPriceCsv } from './price-csv.js'
import { frequencyOf, parseTimestamp } from './timestamp.js'

export interface IngestOptions {
  /** Name of the bundle; the stem of the first file where absent. */
  readonly name?: string
  /** Decimal places to keep; 6 for prices, 4 for volumes, 9 for adjustments where absent. */
  readonly scales?: Partial<Scales>
  /**
   * Raise the scales that are not given to what the files need. Volumes that do not fit exactly below 2^53 even then are rounded half-even, which
   * the provenance says; prices never are.
   */
  readonly fitScales?: boolean
  /** Where absent: the coarsest that all bar starts fit. */
  readonly frequency?: Frequency
  /** Round volumes beyond the scale half-even, and say so in the provenance, instead of refusing them. */
  readonly roundVolume?: boolean
  /** A file `asset,session,kind,value` of splits and dividends. */
  readonly adjustments?: string
  readonly provenance?: Partial<Provenance>
}

/**
 * Price files (see `readPriceCsv`) → the content of one bundle. The calendar is the union of all bars' starts.
 *
 * @param files  paths, at least one
 * @throws {EngineError} `input-invalid`, `precision`: a faulty file, with its line; an asset in two files; bars that share no frequency
 */
export async function ingestCsv(files: readonly string[], options: IngestOptions = {}): Promise<BundleContent> {
  const [first] = files
  if (first === undefined) throw new EngineError('input-invalid', 'no price file given; name at least one csv file')
  const texts = await Promise.all(files.map(async (path) => ({ path, text: await readText(path) })))
  const { scales, roundVolume } = readingOf(texts, options)
  const series = texts.flatMap(({ path, text }) => readPriceCsv(path, text, { scales, roundVolume }))
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
    adjustments: options.adjustments === undefined ? [] : await readAdjustments(options.adjustments, scales, indexOf, series),
    provenance: provenanceOf(files, series, scales, options.provenance),
  }
}

/** Fifteen digits always fit below 2^53. */
const SAFE_DIGITS = 15

/** At which scales the files are read, and whether volumes beyond them are rounded. */
function readingOf(
  texts: readonly { readonly path: string; readonly text: string }[],
  { scales: given = {}, fitScales = false, roundVolume = false }: IngestOptions,
): { readonly scales: Scales; readonly roundVolume: boolean } {
  const scales = { ...DEFAULT_SCALES, ...given }
  if (!fitScales) return { scales, roundVolume }
  const needed = texts.map(({ path, text }) => placesNeeded(path, text))
  const most = (pick: (places: NeededPlaces) => number) => Math.max(...needed.map(pick))
  const price =
    given.price ??
    Math.min(
      MAX_SCALE,
      Math.max(
        scales.price,
        most((places) => places.price),
      ),
    )
  const volume =
    given.volume ??
    Math.max(
      scales.volume,
      most((places) => places.volume),
    )
  const fits = volume + most((places) => places.wholeVolumeDigits) <= SAFE_DIGITS
  if (given.volume !== undefined || fits) return { scales: { ...scales, price, volume }, roundVolume }
  return { scales: { ...scales, price }, roundVolume: true }
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause.code ?? cause.message})`
    throw new EngineError('input-invalid', `${path} ${reason}; name a readable csv file`, { cause, details: { file: path } })
  })
}

function checkOneFileEach(series: readonly PriceSeries[]): void {
  const fileOf = new Map<string, string>()
  for (const { asset, file } of series) {
    const other = fileOf.get(asset)
    if (other !== undefined)
      throw new EngineError('input-invalid', `asset ${asset} is in both ${other} and ${file}; join or rename one`)
    fileOf.set(asset, file)
  }
}

function checkedFrequency(times: Float64Array, wanted: Frequency | undefined): Frequency {
  const found = frequencyOf(times)
  if (found === undefined) {
    throw new EngineError('input-invalid', 'some bars do not start on a whole minute; resample them to minutes, hours or days')
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
  return { asset: own.asset, session, open: open!, high: high!, low: low!, close: close!, volume: volume! }
}

const ADJUSTMENT_COLUMNS = ['asset', 'session', 'kind', 'value']

async function readAdjustments(
  path: string,
  scales: Scales,
  indexOf: ReadonlyMap<number, number>,
  series: readonly PriceSeries[],
): Promise<readonly Adjustment[]> {
  const { header, rows } = readCsv(path, await readText(path))
  const at = ADJUSTMENT_COLUMNS.map((name) => header.findIndex((found) => found.toLowerCase() === name))
  if (at.includes(-1))
    throw fault(
      path,
      1,
      `the columns ${ADJUSTMENT_COLUMNS.join(', ')} belong here; the header is ${header.join(',').slice(0, 120)}`,
    )
  const assets = new Set<string>(series.map(({ asset }) => asset))
  return rows.map(({ line, cells }) => {
    const [asset = '', when = '', kind = '', value = ''] = at.map((index) => cells[index])
    if (!assets.has(asset)) throw fault(path, line, `no bars of asset ${asset.slice(0, 70)}; give its prices or remove the row`)
    if (kind !== 'split' && kind !== 'dividend')
      throw fault(path, line, `kind ${kind.slice(0, 40)} is neither split nor dividend; correct it`)
    try {
      const session = indexOf.get(parseTimestamp(when))
      if (session === undefined)
        throw fault(path, line, `${when} is no session of the bars; use the first session on or after it`)
      const units = parseDecimal(value, scales.adjustment, '--adjustment-scale')
      if (units <= 0) throw fault(path, line, `${kind} ${value} is not positive; correct it`)
      return { asset, session, kind, value: new Money(ticksToText(units, scales.adjustment)) }
    } catch (cause) {
      if (!(cause instanceof EngineError) || cause.details.line !== undefined) throw cause
      throw new EngineError(cause.code, `${path}:${line}: ${cause.message}`, { cause, details: { file: path, line } })
    }
  })
}

function provenanceOf(
  files: readonly string[],
  series: readonly PriceSeries[],
  scales: Scales,
  given: Partial<Provenance> | undefined,
): Provenance {
  const rounded = series.reduce((sum, { roundedVolumes }) => sum + roundedVolumes, 0)
  const notes = [
    given?.notes,
    rounded > 0
      ? `${rounded === 1 ? '1 volume' : `${rounded} volumes`} rounded half-even to ${scales.volume} decimal places`
      : undefined,
  ]
  const said = notes.filter((note) => note !== undefined).join('; ')
  return {
    source: files.map((path) => basename(path)).join(', '),
    synthetic: false,
    ...given,
    ...(said === '' ? {} : { notes: said }),
  }
}
