import { EngineError } from '../../errors.js'
import { fault } from '../csv-rows.js'
import { printable, quoted } from '../printable.js'
import { DATE_FORMS, type DateForm, dateFormNamed } from './date-forms.js'
import { timeOfDay } from './time-of-day.js'

/** A text of a table and its line. */
export interface TextAt {
  readonly line: number
  readonly text: string
}

/** A date and time as a file gives it. */
export interface Stamp {
  /** Epoch milliseconds of its midnight, as if in UTC. */
  readonly day: number
  /** Milliseconds after that; undefined: a date alone. */
  readonly time: number | undefined
  /** Milliseconds ahead of UTC; undefined: not given. */
  readonly offset: number | undefined
}

/**
 * Reads a column of dates. All are of one form, and the column as a whole decides which: where two
 * forms read every text and disagree, as `01/02/2024` does, the user is asked.
 *
 * @param asked  a form that the user named
 * @throws {EngineError} `input-invalid`: a text that is not a date, dates of several forms, or
 * dates that two forms read differently
 */
export function readDates(
  path: string,
  texts: readonly TextAt[],
  asked: string | undefined,
): readonly Stamp[] {
  const candidates = new Map(formsFor(asked).map((form) => [form, [] as Stamp[]] as const))
  for (const at of texts) {
    const read = [...candidates.keys()].map(
      (form) => [form, stampOf(form, at.text, asked)] as const,
    )
    if (read.every(([, stamp]) => stamp === undefined))
      throw unreadable(path, at, texts[0]!, [...candidates.keys()], asked)
    for (const [form, stamp] of read) {
      if (stamp === undefined) candidates.delete(form)
      else candidates.get(form)!.push(stamp)
    }
  }
  const [first, second] = [...candidates]
  if (second !== undefined) checkSame(path, texts, first!, second)
  return first![1]
}

function formsFor(asked: string | undefined): readonly DateForm[] {
  if (asked === undefined) return DATE_FORMS.filter(({ unasked }) => unasked)
  const form = dateFormNamed(asked)
  if (form !== undefined) return [form]
  const names = DATE_FORMS.map(({ name }) => name).join(' · ')
  throw new EngineError(
    'input-invalid',
    `--date-format ${printable(asked.slice(0, 40))} is not a known form; give one of: ${names}`,
  )
}

function stampOf(form: DateForm, text: string, asked: string | undefined): Stamp | undefined {
  const date = form.read(text, asked !== undefined)
  if (date === undefined) return undefined
  if (date.instant !== undefined) return { day: date.day, time: date.instant, offset: 0 }
  const rest = timeOfDay(date.rest)
  return rest && { day: date.day, ...rest }
}

function unreadable(
  path: string,
  { line, text }: TextAt,
  first: TextAt,
  forms: readonly DateForm[],
  asked: string | undefined,
): EngineError {
  if (asked !== undefined)
    return fault(
      path,
      line,
      `${quoted(text)} is not ${asked}, the given --date-format; correct one of them`,
    )
  const alone = DATE_FORMS.filter((form) => stampOf(form, text, undefined) !== undefined)
  const usual = alone.filter(({ unasked }) => unasked)
  if (usual.length > 0) {
    const form = forms.map(({ name }) => name).join(' or ')
    return fault(
      path,
      line,
      `${quoted(text)} does not have the form of the dates before it (${form}, as ${quoted(first.text)} on line ${first.line}); write all in one form, like 2014-06-09`,
    )
  }
  const askable = DATE_FORMS.filter(
    ({ unasked, read }) => !unasked && read(text, true) !== undefined,
  )
  if (askable.length > 0) {
    const options = askable.map(({ name }) => `--date-format ${name}`).join(' or ')
    return fault(path, line, `${quoted(text)} can be read in several ways; give ${options}`)
  }
  return fault(path, line, notADate(text))
}

function notADate(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text))
    return `${quoted(text)} is not a date like 2014-06-09: there is no such day; correct it`
  if (/^\d\.\d+e\+?\d+$/i.test(text))
    return `${quoted(text)} is not a date: a spreadsheet cut its digits; export it as a whole number`
  const zone = /\d\s*([A-Za-z]{2,}(?:\/[A-Za-z_]+)*)$/.exec(text)?.[1]
  if (zone !== undefined && !/^[ap]m$/i.test(zone))
    return `${quoted(text)} is not a date: ${printable(zone.slice(0, 30))} is a name, not an offset from UTC; write one like -05:00, or leave it out and give --timezone`
  const rest = DATE_FORMS.flatMap((form) => form.read(text, false)?.rest ?? [])[0]
  if (rest !== undefined && /:\d\d[.,]\d/.test(rest))
    return `${quoted(text)} is not a date: it has parts of a second; write whole minutes, like 14:30`
  if (rest !== undefined && /\d/.test(rest))
    return `${quoted(text)} is not a date: its time of day cannot be read; write 00:00:00 to 23:59:59`
  return `${quoted(text)} is not a date; write 2014-06-09, or 2014-06-09T14:30:00Z`
}

type Reading = readonly [DateForm, readonly Stamp[]]

function checkSame(path: string, texts: readonly TextAt[], a: Reading, b: Reading): void {
  const [[formA, stampsA], [formB, stampsB]] = [a, b]
  const index = stampsA.findIndex(({ day }, i) => day !== stampsB[i]!.day)
  if (index < 0) return
  const { line, text } = texts[index]!
  const [dayA, dayB] = [stampsA, stampsB].map((stamps) =>
    new Date(stamps[index]!.day).toISOString().slice(0, 10),
  )
  throw fault(
    path,
    line,
    `${quoted(text)} can be ${dayA} or ${dayB}, and no date of the file decides it; give --date-format ${formA.name} or --date-format ${formB.name}`,
  )
}
