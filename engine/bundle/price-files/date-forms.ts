/** A date at the start of a text: its day, and the text after it. */
export interface ReadDate {
  /** Epoch milliseconds of its midnight, as in UTC. */
  readonly day: number
  readonly rest: string
  /** The whole text is an instant: milliseconds after that midnight, in UTC. */
  readonly instant?: number
}

/** One way to write a date. */
export interface DateForm {
  /** As given to `--date-format`. */
  readonly name: string
  /** False: read only where `--date-format` names it, since it could be taken for another. */
  readonly unasked: boolean
  /**
   * Undefined: another form, or a date that does not exist.
   *
   * @param asked  the user named this form: numbers may have unusual lengths
   */
  read(text: string, asked: boolean): ReadDate | undefined
}

const DAY_MS = 86_400_000

/** A further form is one entry. */
export const DATE_FORMS: readonly DateForm[] = [
  dayForm('yyyy-mm-dd', /^(?<y>\d{4})([-/.])(?<m>\d{1,2})\2(?<d>\d{1,2})(?!\d)/),
  dayForm('yyyymmdd', /^(?<y>\d{4})(?<m>\d{2})(?<d>\d{2})(?=$|\D|\d{4}(?!\d)|\d{6}(?!\d))/),
  dayForm('dd/mm/yyyy', /^(?<d>\d{1,2})([-/.])(?<m>\d{1,2})\2(?<y>\d{4})(?!\d)/),
  dayForm('mm/dd/yyyy', /^(?<m>\d{1,2})([-/.])(?<d>\d{1,2})\2(?<y>\d{4})(?!\d)/),
  dayForm(
    'dd-mmm-yyyy',
    /^(?:[a-z]{3,9},? )?(?<d>\d{1,2})[-/. ]?(?<m>[a-z]{3,9})\.?,?[-/. ]?\s*(?<y>\d{4})(?!\d)/i,
  ),
  dayForm(
    'mmm dd, yyyy',
    /^(?:[a-z]{3,9},? )?(?<m>[a-z]{3,9})\.?[-/. ]\s*(?<d>\d{1,2}),?[-/. ]\s*(?<y>\d{4})(?!\d)/i,
  ),
  dayForm('yyyy-mmm-dd', /^(?<y>\d{4})[-/. ](?<m>[a-z]{3,9})[-/. ](?<d>\d{1,2})(?!\d)/i),
  epochForm('epoch-s', 0, /^-?\d{9,10}$/),
  epochForm('epoch-ms', 3, /^-?\d{13}$/),
  epochForm('epoch-us', 6, /^-?\d{16}$/),
  epochForm('epoch-ns', 9, /^-?\d{19}$/),
  dayForm('dd/mm/yy', /^(?<d>\d{1,2})([-/.])(?<m>\d{1,2})\2(?<y>\d{2})(?!\d)/, false),
  dayForm('mm/dd/yy', /^(?<m>\d{1,2})([-/.])(?<d>\d{1,2})\2(?<y>\d{2})(?!\d)/, false),
  dayForm('yy/mm/dd', /^(?<y>\d{2})([-/.])(?<m>\d{1,2})\2(?<d>\d{1,2})(?!\d)/, false),
  dayForm('dd-mmm-yy', /^(?<d>\d{1,2})[-/. ](?<m>[a-z]{3,9})\.?[-/. ](?<y>\d{2})(?!\d)/i, false),
  { name: 'excel', unasked: false, read: readExcelDay },
]

/**
 * The form that an option names, in any case and with any separators, also in the letters of
 * strftime (`%d/%m/%Y`); a time of day after it is left out.
 */
export function dateFormNamed(name: string): DateForm | undefined {
  const wanted = formKey(name)
  return DATE_FORMS.find((form) => formKey(form.name) === wanted)
}

function formKey(name: string): string {
  const letters = name
    .replace(/%Y/g, 'yyyy')
    .replace(/%y/g, 'yy')
    .replace(/%m/g, 'mm')
    .replace(/%d/g, 'dd')
    .replace(/%[bB]/g, 'mmm')
    .replace(/[T ,]+(?:%H|%I|h).*$/i, '')
    .toLowerCase()
  return letters.replace(/[-/. ,_]+/g, '/')
}

function dayForm(name: string, pattern: RegExp, unasked = true): DateForm {
  const read = (text: string) => {
    const match = pattern.exec(text)
    if (match === null) return undefined
    const { y = '', m = '', d = '' } = match.groups ?? {}
    const day = dayOf(yearOf(y), monthOf(m), Number(d))
    return day === undefined ? undefined : { day, rest: text.slice(match[0].length) }
  }
  return { name, unasked, read }
}

/** Two digits as POSIX reads them: 69 to 99 are of the last century. */
function yearOf(digits: string): number {
  if (digits.length === 4) return Number(digits)
  return Number(digits) + (Number(digits) < 69 ? 2000 : 1900)
}

const MONTHS = [
  ...['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september'],
  ...['october', 'november', 'december'],
]

function monthOf(text: string): number {
  if (/^\d/.test(text)) return Number(text)
  return MONTHS.findIndex((month) => month.startsWith(text.toLowerCase())) + 1
}

function dayOf(year: number, month: number, day: number): number | undefined {
  if (year < 1000 || month < 1 || month > 12 || day < 1 || day > 31) return undefined
  const time = Date.UTC(year, month - 1, day)
  return new Date(time).getUTCDate() === day ? time : undefined
}

/** Whole seconds, or smaller units: `places` digits of a second. */
function epochForm(name: string, places: number, usual: RegExp): DateForm {
  const read = (text: string, asked: boolean) => {
    const plain = text.replace(/\.0+$/, '')
    if (!(asked ? /^-?\d{1,19}$/ : usual).test(plain)) return undefined
    const unit = 10n ** BigInt(Math.abs(3 - places))
    const value = BigInt(plain)
    const whole = places <= 3 ? value * unit : value / unit
    // Parts of a millisecond are kept as such: no bar starts there.
    const part = places > 3 && value % unit !== 0n ? 0.5 : 0
    const time = Number(whole) + part
    if (Math.abs(time) > 8.64e15) return undefined
    const day = Math.floor(time / DAY_MS) * DAY_MS
    return { day, rest: '', instant: time - day }
  }
  return { name, unasked: true, read }
}

/** Days since 1899-12-30, the time of day as their fraction, to the second. */
function readExcelDay(text: string): ReadDate | undefined {
  const match = /^(\d{1,6})(?:\.(\d{1,15}))?$/.exec(text)
  if (match === null) return undefined
  const [, days = '', places = '0'] = match
  const seconds = Math.round(Number(`0.${places}`) * 86_400)
  return { day: (Number(days) - 25_569) * DAY_MS, rest: '', instant: seconds * 1000 }
}
