import { basename } from 'node:path'
import { EngineError } from '../errors.js'
import type { Adjustment } from '../market/adjustments.js'
import { exact } from '../market/exact.js'
import { decimalDigits, MAX_UNSCALED, Money } from '../market/money.js'
import { DEFAULT_SCALES } from './content.js'
import { type CsvRow, fault, readCsv } from './csv-rows.js'
import { fittingScale, NO_DIGITS, widened } from './digit-span.js'
import { likelyRatio, lowestTerms, twoNumbers } from './split-ratio.js'

/** One split or dividend as written in a file. */
export interface EventRow {
  readonly line: number
  readonly asset: string
  readonly when: string
  readonly kind: string
  readonly value: string
  /** The second number of a split ratio: old shares. */
  readonly per?: string
  /** The decimal that was written where `value` and `per` are the fraction it is rounded from. */
  readonly decimal?: string
}

export interface EventFile {
  readonly path: string
  readonly rows: readonly EventRow[]
  /** Where a decimal ratio seems to be a rounded fraction. */
  readonly notes: readonly string[]
}

const COLUMNS = ['asset', 'session', 'kind', 'value'] as const
/** The old shares of a split, where a file has two columns for its ratio. */
const SECOND = ['per', 'denominator']

/**
 * Reads a CSV file of splits and dividends, with the columns `asset,session,kind,value`. A ratio is
 * a decimal, or two numbers: new shares and old ones, as `1:3`, `1/3`, `1 for 3`, or in two columns
 * `value` and `per` (also `numerator` and `denominator`).
 *
 * A decimal that is surely a fraction rounded to its places (0.333333333) is read as that fraction,
 * and one that may be one (0.33) as it is, both with a note.
 *
 * @throws {EngineError} `input-invalid`: not CSV, or a missing column; names file and line
 */
export function readEvents(path: string, text: string): EventFile {
  const { header, rows } = readCsv(path, text)
  const names = header.map((name) => name.toLowerCase())
  const at = COLUMNS.map((name) =>
    names.findIndex((found) => found === name || (name === 'value' && found === 'numerator')),
  )
  if (at.includes(-1))
    throw fault(
      path,
      1,
      `the columns ${COLUMNS.join(', ')} belong here; the header is ${header.join(',').slice(0, 120)}`,
    )
  const second = names.findIndex((name) => SECOND.includes(name))
  const notes: string[] = []
  const read = rows.map((row) => {
    const given = toEventRow(row, at, second)
    const meant = given.kind === 'split' && given.per === undefined ? meantRatio(given) : undefined
    if (meant === undefined) return given
    notes.push(`${basename(path)}:${given.line}: ${meant.note}`)
    return { ...given, ...meant.parts }
  })
  return { path, rows: read, notes }
}

function toEventRow({ line, cells }: CsvRow, at: readonly number[], second: number): EventRow {
  const [asset = '', when = '', kind = '', written = ''] = at.map((index) => cells[index]!)
  const beside = second < 0 ? '' : cells[second]!
  const [value, per] =
    beside === '' || (beside === '1' && kind === 'dividend')
      ? (twoNumbers(written) ?? [written])
      : [written, beside]
  return { line, asset, when, kind, value, ...(per !== undefined && { per }) }
}

/** What a decimal ratio seems to mean. */
function meantRatio({ asset, value }: EventRow) {
  const likely = likelyRatio(value)
  if (likely === undefined) return undefined
  const { numerator, denominator } = likely.ratio
  const ratio = `${numerator}:${denominator}`
  const split = `split ${value} of ${asset}`
  if (!likely.certain)
    return {
      note: `${split} looks like ${ratio} rounded, and is used as it is; write ${ratio} if that is meant`,
      parts: {},
    }
  return {
    note: `${split} is read as ${ratio}, of which it is rounded; write ${value}:1 if the decimal is meant`,
    parts: { value: numerator.toString(), per: denominator.toString(), decimal: value },
  }
}

/**
 * The amount of a split of two numbers, in lowest terms.
 *
 * @throws {EngineError} `input-invalid`: a part that is not a positive decimal
 * @throws {EngineError} `precision`: a part beyond 2^53 in lowest terms
 */
export function twoPartAmount(
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
  const amount = reduced(value, per, scale)
  if (amount.value.gt(MAX_UNSCALED) || amount.per?.gt(MAX_UNSCALED))
    throw new EngineError('precision', `ratio ${value}:${per} needs numbers beyond 2^53; round it`)
  return amount
}

function isPositive(text: string): boolean {
  const digits = decimalDigits(text)
  return digits !== undefined && !digits.negative && digits.whole + digits.places !== ''
}

function reduced(value: string, per: string, scale: number): Pick<Adjustment, 'value' | 'per'> {
  const split = {
    asset: '',
    session: 0,
    kind: 'split',
    value: exact(value),
    per: exact(per),
  } as const
  const { value: first, per: second } = lowestTerms(split, scale)
  return { value: new Money(first), ...(second !== undefined && { per: second }) }
}

/**
 * The scale that holds every split and dividend exactly; the default scale where none does, and
 * then a value that does not fit is refused with its line.
 */
export function eventScale({ rows }: EventFile): number {
  const span = rows.reduce((widest, { value, per, decimal }) => {
    if (decimal !== undefined) return widened(widest, decimalDigits(decimal)!)
    const text =
      per === undefined || !isPositive(value) || !isPositive(per)
        ? value
        : reduced(value, per, DEFAULT_SCALES.adjustment).value.toFixed()
    const digits = decimalDigits(text)
    return digits === undefined ? widest : widened(widest, digits)
  }, NO_DIGITS)
  const { scale, rounds } = fittingScale('volume', span, DEFAULT_SCALES.adjustment)
  return rounds ? DEFAULT_SCALES.adjustment : scale
}
