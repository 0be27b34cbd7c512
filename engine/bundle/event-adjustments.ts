import { EngineError } from '../errors.js'
import type { Adjustment } from '../market/adjustments.js'
import { lowerBound } from '../market/calendar.js'
import { exact, ratioOfDecimals } from '../market/exact.js'
import { decimalDigits, MAX_UNSCALED, Money, parseDecimal, ticksToText } from '../market/money.js'
import type { Rational } from '../market/rational.js'
import { canonicalContent } from './canonical-content.js'
import { type BundleContent, DEFAULT_SCALES } from './content.js'
import { fault } from './csv-rows.js'
import { fittingScale, NO_DIGITS, widened } from './digit-span.js'
import type { EventFile, EventRow } from './event-csv.js'
import { barTimes } from './price-files/bar-times.js'
import { readDates } from './price-files/date-column.js'
import type { ReadingOptions } from './price-files/price-table.js'
import { amountOf } from './split-ratio.js'

/**
 * The scale at which every split and dividend is exact. If there is none, it is the default scale,
 * and a value that does not fit is refused with its line.
 */
export function eventScale({ rows }: EventFile): number {
  const span = rows.reduce((widest, { value, per, decimal }) => {
    if (decimal !== undefined) return widened(widest, decimalDigits(decimal)!)
    const text =
      per === undefined || !isPositive(value) || !isPositive(per)
        ? value
        : amountOf(ratioOfTexts(value, per), DEFAULT_SCALES.adjustment).value.toFixed()
    const digits = decimalDigits(text)
    return digits === undefined ? widest : widened(widest, digits)
  }, NO_DIGITS)
  const { scale, rounds } = fittingScale('volume', span, DEFAULT_SCALES.adjustment)
  return rounds ? DEFAULT_SCALES.adjustment : scale
}

/**
 * Turns the events of a file into adjustments, in its order.
 *
 * @param scale   decimal places of adjustments
 * @param times   of the slots of the calendar, epoch milliseconds
 * @param assets  that have bars
 * @throws {EngineError} `input-invalid`, `precision`: an event that is faulty, or of no asset or
 * session of the bars, with its line
 */
export function adjustmentsOf(
  { path, rows }: EventFile,
  scale: number,
  times: Float64Array,
  assets: ReadonlySet<string>,
  { dateFormat, timezone }: ReadingOptions,
): readonly Adjustment[] {
  const texts = rows.map(({ line, when }) => ({ line, text: when }))
  const ofAsset = rows.map(({ asset }) => asset)
  const stamps = rows.length === 0 ? [] : readDates(path, texts, dateFormat)
  const days = barTimes(path, texts, stamps, ofAsset, timezone, undefined).times
  return rows.map((row, i) => {
    try {
      return toAdjustment(row, scale, times, days[i]!, assets)
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
 * The amount of a split of two numbers, in lowest terms.
 *
 * @throws {EngineError} `input-invalid`: a part that is not a positive decimal
 * @throws {EngineError} `precision`: a part beyond 2^53 in lowest terms
 */
function twoPartAmount(
  value: string,
  per: string,
  scale: number,
): Pick<Adjustment, 'value' | 'per'> {
  for (const part of [value, per]) {
    if (!isPositive(part))
      throw new EngineError(
        'input-invalid',
        `ratio ${value}:${per}: '${part.slice(0, 40)}' is not a positive number; write new shares per old ones, like 1:3`,
      )
  }
  const amount = amountOf(ratioOfTexts(value, per), scale)
  if (amount.value.gt(MAX_UNSCALED) || amount.per?.gt(MAX_UNSCALED))
    throw new EngineError('precision', `ratio ${value}:${per} needs numbers beyond 2^53; round it`)
  return amount
}

function isPositive(text: string): boolean {
  const digits = decimalDigits(text)
  return digits !== undefined && !digits.negative && digits.whole + digits.places !== ''
}

function ratioOfTexts(value: string, per: string): Rational {
  return ratioOfDecimals(exact(value), exact(per))
}

/**
 * Refuses events that fit their bars not at all, with their line: repeated ones, dividends as large
 * as the close before them.
 *
 * @param content  with the adjustments of these events, in their order
 * @throws {EngineError} `input-invalid`, `precision`: the first problem of the content
 */
export function checkEvents(content: BundleContent, { path, rows }: EventFile): void {
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
