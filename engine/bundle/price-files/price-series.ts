import { EngineError, messageOf } from '../../errors.js'
import { groupBy } from '../../group-by.js'
import type { AssetId } from '../../market/asset.js'
import { BAR_FIELDS, type BarField, type Side, sideOf } from '../../market/bars.js'
import {
  decimalDigits,
  divideHalfEven,
  MAX_RECOVERABLE_TICKS,
  parseDecimal,
} from '../../market/money.js'
import { barFault } from '../content-problems.js'
import { fault } from '../csv-rows.js'
import { type DigitSpan, NO_DIGITS, scaleRemedy, widened } from '../digit-span.js'
import type { Scales } from '../manifest.js'
import { quoted } from '../printable.js'
import { isMissing } from './number-text.js'
import type { PriceTable } from './price-table.js'

/** One asset's bars from one file: unscaled integers by epoch milliseconds, strictly ascending. */
export interface PriceSeries extends Readonly<Record<BarField, readonly number[]>> {
  readonly asset: AssetId
  readonly file: string
  readonly time: readonly number[]
  /** The line of each bar. */
  readonly line: readonly number[]
  /** The file has the newest bar first. */
  readonly reversed: boolean
  /** Number of values rounded to the scale; 0 unless `ScaleOptions.round` allows it. */
  readonly rounded: Readonly<Record<Side, number>>
}

export interface ScaleOptions {
  readonly scales: Scales
  /**
   * Round values with more decimal places than the scale half-even instead of refusing them. A
   * price is never rounded to zero.
   */
  readonly round: Readonly<Record<Side, boolean>>
  /**
   * The digits of all values read at these scales, other files included, since the remedy in an
   * error must suit them all. Called only for an error.
   */
  readonly digits: () => Readonly<Record<Side, DigitSpan>>
}

/**
 * Turns the rows of a price file into the bars of its assets.
 *
 * @returns one series per asset, in order of appearance
 * @throws {EngineError} `input-invalid`, `precision`: file, line and remedy for an empty or
 * non-numeric value, a price that is not positive, high < low, unsorted or duplicate bars
 */
export function priceSeries(table: PriceTable, options: ScaleOptions): readonly PriceSeries[] {
  const rowsOf = groupBy(table.asset.keys(), (row) => table.asset[row]!)
  const reversed = new Map([...rowsOf].map(([asset, rows]) => [asset, checkOrder(table, rows)]))
  const growing = new Map([...rowsOf.keys()].map((asset) => [asset, emptySeries(table, asset)]))
  for (let row = 0; row < table.line.length; row++)
    append(table, row, growing.get(table.asset[row]!)!, options)
  return [...growing].map(([asset, own]) => oldestFirst(own, reversed.get(asset)!))
}

/**
 * How many digits the prices and volumes of a file have. Values that are not decimals are skipped
 * here; `priceSeries` refuses them.
 */
export function digitsOf(table: PriceTable): Readonly<Record<Side, DigitSpan>> {
  const span = { price: NO_DIGITS, volume: NO_DIGITS }
  for (const field of BAR_FIELDS) {
    const side = sideOf(field)
    for (const text of table[field]) {
      const digits = decimalDigits(text)
      if (digits !== undefined) span[side] = widened(span[side], digits)
    }
  }
  return span
}

/** Whether the rows of an asset are sorted newest first; other than sorted is an error. */
function checkOrder(table: PriceTable, rows: readonly number[]): boolean {
  let [back, forth] = [0, 0]
  for (const [i, row] of rows.entries()) {
    if (i === 0) continue
    const step = table.time[row]! - table.time[rows[i - 1]!]!
    if (step === 0) throw duplicate(table, row)
    if (step < 0) back++
    else forth++
  }
  if (back > 0 && forth > 0) throw unsorted(table, rows, back > forth)
  return back > 0
}

function duplicate(table: PriceTable, row: number): EngineError {
  const { path, line, asset, when, time, takenAsUtc } = table
  const clock =
    takenAsUtc && clockMayGoBack(time[row]!)
      ? ', or give --timezone where both are local times before and after the clock was set back'
      : ''
  return fault(path, line[row]!, `duplicate bar of ${asset[row]} on ${when[row]}; keep one${clock}`)
}

const HOUR_MS = 3_600_000

function unsorted(table: PriceTable, rows: readonly number[], newestFirst: boolean): EngineError {
  const { path, line, asset, time, when, takenAsUtc } = table
  const at = rows.findIndex((row, i) => i > 0 && time[row]! > time[rows[i - 1]!]! === newestFirst)
  const row = rows[at]!
  const step = Math.abs(time[row]! - time[rows[at - 1]!]!)
  if (takenAsUtc && step <= HOUR_MS && clockMayGoBack(time[row]!)) {
    return fault(
      path,
      line[row]!,
      `${quoted(when[row]!)} goes back behind the bar before it, as local times do where daylight saving time ends; give --timezone, like America/New_York`,
    )
  }
  const side = newestFirst ? 'an earlier date of' : 'a later date of'
  const rest = newestFirst ? ', in a file with the newest first' : ''
  return fault(
    path,
    line[row]!,
    `${when[row]} comes after ${side} ${asset[row]}${rest}; sort the file by date`,
  )
}

/** The first hours of a Sunday in autumn, of either hemisphere. */
function clockMayGoBack(time: number): boolean {
  const date = new Date(time)
  const autumn = [2, 3, 8, 9, 10].includes(date.getUTCMonth())
  return autumn && date.getUTCDay() === 0 && date.getUTCHours() < 4
}

interface GrowingSeries extends Record<BarField, number[]> {
  readonly asset: AssetId
  readonly file: string
  readonly time: number[]
  readonly line: number[]
  readonly rounded: Record<Side, number>
}

function emptySeries({ path }: PriceTable, asset: string): GrowingSeries {
  return {
    asset,
    file: path,
    time: [],
    line: [],
    open: [],
    high: [],
    low: [],
    close: [],
    volume: [],
    rounded: { price: 0, volume: 0 },
  }
}

function oldestFirst(own: GrowingSeries, reversed: boolean): PriceSeries {
  if (reversed)
    for (const column of [own.time, own.line, ...BAR_FIELDS.map((field) => own[field])])
      column.reverse()
  return { ...own, reversed }
}

function append(table: PriceTable, row: number, own: GrowingSeries, options: ScaleOptions): void {
  own.time.push(table.time[row]!)
  own.line.push(table.line[row]!)
  for (const field of BAR_FIELDS)
    own[field].push(parseField(table, row, own, field, table[field][row]!, options))
  const problem = barFault(own, own.time.length - 1, options.scales)
  if (problem !== undefined) throw fault(table.path, table.line[row]!, problem)
}

function parseField(
  { path, line }: PriceTable,
  row: number,
  own: GrowingSeries,
  field: BarField,
  text: string,
  options: ScaleOptions,
): number {
  if (isMissing(text)) {
    throw fault(
      path,
      line[row]!,
      `${field} is ${text || 'empty'}; ${field === 'volume' ? 'write 0 where nothing was traded' : 'remove the row: a slot where the asset did not trade has none'}`,
    )
  }
  const side = sideOf(field)
  const scale = options.scales[side]
  try {
    return parseTicks(text, scale, own.asset)
  } catch (cause) {
    if (!(cause instanceof EngineError) || cause.code !== 'precision')
      throw fault(path, line[row]!, `${field}: ${messageOf(cause)}`, cause)
    const rounded = roundedUnits(text, scale, options.round[side])
    if (rounded === undefined || (rounded === 0 && side === 'price'))
      throw imprecise(path, line[row]!, field, text, rounded, options, cause)
    own.rounded[side]++
    return rounded
  }
}
/** One limit from ingesting to trading: what a backtest can recover from doubles. */
function parseTicks(text: string, scale: number, asset: AssetId): number {
  const ticks = parseDecimal(text, scale)
  if (Math.abs(ticks) <= MAX_RECOVERABLE_TICKS) return ticks
  const message = `${text} of ${asset} is more than 2^51 ticks at ${scale} decimal places`
  throw new EngineError('precision', message)
}

/** @param rounded  0: the price would round to 0; undefined: rounding is not allowed or fails */
function imprecise(
  path: string,
  line: number,
  field: BarField,
  text: string,
  rounded: number | undefined,
  { digits, scales }: ScaleOptions,
  cause: EngineError,
): EngineError {
  const side = sideOf(field)
  const scale = scales[side]
  const misfit =
    rounded === 0 ? `${text} is 0 at ${scale} decimal places` : cause.message.replace(/; .*/, '')
  const remedy = scaleRemedy(side, digits()[side], scale)
  return fault(path, line, `${field}: ${misfit}; ${remedy}`, cause, 'precision')
}

/** Rounded half-even from the exact text; undefined where not allowed or not up to 2^51. */
function roundedUnits(text: string, scale: number, allowed: boolean): number | undefined {
  const digits = allowed ? decimalDigits(text) : undefined
  if (digits === undefined) return undefined
  const { negative, whole, places } = digits
  const units = Number(
    divideHalfEven(BigInt(whole + places) * 10n ** BigInt(scale), 10n ** BigInt(places.length)),
  )
  if (units > MAX_RECOVERABLE_TICKS) return undefined
  return negative && units !== 0 ? -units : units
}
