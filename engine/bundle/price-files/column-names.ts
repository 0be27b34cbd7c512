import { BAR_FIELDS, type BarField } from '../../market/bars.js'
import { fault } from '../csv-rows.js'
import { printable, quoted } from '../printable.js'
import { sameMeaning, type Table } from './text-table.js'

/** Where a table has what; numbers are column indices. */
export interface Columns {
  /** One column, or a date and a time of day to be joined. */
  readonly time: readonly number[]
  /** A date beside an instant: both must be of the same day. */
  readonly date?: number
  readonly asset?: number
  readonly prices: readonly { readonly field: BarField; readonly index: number }[]
  /** Absent: the file has no volume. */
  readonly volume?: number
  /** A zone other than UTC that the name of the time column names. */
  readonly zone?: string
  readonly notes: readonly string[]
}

export type Meaning = BarField | 'instant' | 'date' | 'time' | 'asset'

/** Known names, the best first: where a file has several of one meaning, the best is used. */
const NAMES: Readonly<Record<Meaning, readonly (readonly string[])[]>> = {
  date: [['date', 'session', 'trade date', 'trading date', 'exchange date', 'dates']],
  time: [['time']],
  instant: [
    ['timestamp', 'datetime', 'date time', 'date/time', 'open time', 'opentime', 'gmt time'],
    ['unix', 'unix timestamp', 'unix time', 'unixtime', 'epoch', 'ts', 'ts event', 'window start'],
    ['local time'],
    // pandas writes an index without a name so.
    ['index level 0'],
  ],
  asset: [['asset', 'ticker', 'symbol']],
  open: [['open', 'open price', 'px open'], ['o']],
  high: [['high', 'high price', 'px high'], ['h']],
  low: [['low', 'low price', 'px low'], ['l']],
  close: [
    ['close', 'close price', 'close/last'],
    ['last', 'price', 'last price', 'px last', 'settle', 'settlement price', 'settle price'],
    ['c'],
  ],
  volume: [
    ['volume', 'vol', 'px volume'],
    ['volume traded', 'total volume', 'shares traded', 'total traded quantity', 'no of shares'],
    ['v'],
  ],
}

/** Counts of price changes, used where there is no traded volume. */
const TICK_VOLUME = ['tickvol', 'tick volume', 'tick vol']

const MEANINGS = Object.keys(NAMES) as Meaning[]

/**
 * A column's name without case, brackets, marks, a number before it and a unit after it: `<DATE>`,
 * `1. open`, `Adj. Close`, `Open (USD)`, `Close*`.
 */
function normalName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[([].*$/, '')
    .replace(/[<>"'*#]/g, '')
    .replace(/^\s*\d+[a-z]?[.)]\s*/, '')
    .replace(/[\s_.-]+/g, ' ')
    .trim()
}

/** What the name of a column of prices means; undefined where it is not known. */
export function meaningOfName(name: string): Meaning | undefined {
  const normal = normalName(name)
  return MEANINGS.find((meaning) => NAMES[meaning].some((names) => names.includes(normal)))
}

/**
 * Finds the columns of a price file by their names.
 *
 * @param symbol  of the first row, or the file's name: decides which of two volumes is in units of
 * the asset
 * @throws {EngineError} `input-invalid`: a missing or doubled column
 */
export function findColumns(path: string, table: Table, symbol: string): Columns {
  const header = new HeaderNames(path, table)
  const time = timeColumns(header)
  const asset = header.only('asset')
  const volume = volumeColumn(header, symbol)
  const prices = BAR_FIELDS.filter((field) => field !== 'volume').map((field) => ({
    field,
    index: header.required(field, priceRemedy(header, field)),
  }))
  return {
    ...time,
    ...(asset !== undefined && { asset }),
    prices,
    ...(volume.index !== undefined && { volume: volume.index }),
    notes: [...adjustedNote(header, table), ...volume.notes],
  }
}

const ADD = '; add it, or rename the column that holds it'

/** The names of a header, looked up by meaning. */
class HeaderNames {
  readonly #path: string
  readonly #line: number
  readonly names: readonly string[]
  readonly normal: readonly string[]

  constructor(path: string, { header, headerLine }: Table) {
    this.#path = path
    this.#line = headerLine
    this.names = header
    this.normal = header.map(normalName)
  }

  /** The one column of a meaning; undefined where there is none. */
  only(meaning: Meaning): number | undefined {
    for (const names of NAMES[meaning]) {
      const found = this.indicesOf((name) => names.includes(name))
      if (found.length > 1) throw this.same(found)
      if (found[0] !== undefined) return found[0]
    }
    return undefined
  }

  indicesOf(holds: (normal: string) => boolean): readonly number[] {
    return this.normal.flatMap((name, index) => (holds(name) ? [index] : []))
  }

  required(meaning: Meaning, remedy: string): number {
    const index = this.only(meaning)
    if (index !== undefined) return index
    throw this.missing(meaning, remedy)
  }

  missing(what: string, remedy = ADD): Error {
    const header = printable(this.names.join(',')).slice(0, 120)
    return this.fault(`no column ${what}; the header is ${header}${remedy}`)
  }

  same(indices: readonly number[]): Error {
    return sameMeaning(this.#path, { header: this.names, headerLine: this.#line }, indices)
  }

  fault(message: string): Error {
    return fault(this.#path, this.#line, message)
  }
}

function timeColumns(header: HeaderNames): Pick<Columns, 'time' | 'date' | 'zone'> {
  const instant = header.only('instant')
  const date = header.only('date')
  const time = header.only('time')
  const zone = zoneNamed(header.names[instant ?? time ?? date ?? 0] ?? '')
  const found = (columns: Pick<Columns, 'time' | 'date'>) => ({
    ...columns,
    ...(zone !== undefined && { zone }),
  })
  if (instant !== undefined) {
    if (time !== undefined) throw header.same([instant, time])
    return found({ time: [instant], ...(date !== undefined && { date }) })
  }
  const named = [date, time].filter((index) => index !== undefined)
  if (named.length > 0) return found({ time: named })
  // pandas writes an index without a name as its first column.
  if (header.names[0] === '') return { time: [0] }
  throw header.missing('date or session or timestamp or datetime or time')
}

/** A zone in brackets after a name, `Time (EST)`, or in words; UTC and units do not count. */
function zoneNamed(name: string): string | undefined {
  if (/^local time/i.test(name)) return 'local time'
  const inBrackets = /[([]\s*([^)\]]*?)\s*[)\]]/.exec(name)?.[1]
  if (inBrackets === undefined || /^(?:utc|gmt|z|m?s|[mµun]s|seconds|)$/i.test(inBrackets))
    return undefined
  return inBrackets
}

const ADJUSTED = /^adj(?:usted)? ?(?:open|high|low|close|volume|price|last)$/

function adjustedNames(header: HeaderNames): readonly string[] {
  return header.indicesOf((name) => ADJUSTED.test(name)).map((i) => printable(header.names[i]!))
}

/** Named where they differ from what is used: adjusted and raw prices are never mixed. */
function adjustedNote(header: HeaderNames, { rows }: Table): readonly string[] {
  const differ = (index: number) => {
    const meaning = meaningOfName(header.normal[index]!.replace(/^adj(?:usted)? ?/, ''))
    const raw = meaning === undefined ? undefined : header.only(meaning)
    return raw === undefined || rows.some(({ cells }) => cells[index] !== cells[raw])
  }
  const names = header
    .indicesOf((name) => ADJUSTED.test(name))
    .filter(differ)
    .map((index) => printable(header.names[index]!))
  if (names.length === 0) return []
  const used = BAR_FIELDS.flatMap((field) => {
    const index = header.only(field)
    return index === undefined ? [] : [printable(header.names[index]!)]
  })
  return [`${used.join(', ')} used as they are; ${names.join(', ')} not used`]
}

function priceRemedy(header: HeaderNames, field: BarField): string {
  const adjusted = adjustedNames(header).find((name) => name.toLowerCase().endsWith(field))
  if (adjusted === undefined) return ADD
  return `; ${adjusted} is not taken for ${field}, since the other prices may not be adjusted: rename it where they are`
}

/** `Volume BTC`, `Volume (USD)`, `Volume_(Currency)`. */
const VOLUME_IN = /^vol(?:ume)?[\s_.]*[([]?\s*([a-z0-9]{1,12})\s*[)\]]?$/i

function volumeColumn(
  header: HeaderNames,
  symbol: string,
): { readonly index?: number; readonly notes: readonly string[] } {
  const plain = header.names.flatMap((name, index) =>
    /[([]/.test(name) || !NAMES.volume[0]!.includes(header.normal[index]!) ? [] : [index],
  )
  if (plain.length > 1) throw header.same(plain)
  if (plain.length === 1) return { index: plain[0]!, notes: [] }
  const inUnits = header.names.flatMap((name, index) => {
    const unit = VOLUME_IN.exec(name.trim())?.[1]?.toUpperCase()
    return unit === undefined || unit === 'E' ? [] : [{ index, unit }]
  })
  if (inUnits.length > 0) return volumeInUnits(header, inUnits, symbol)
  const other = header.only('volume')
  if (other !== undefined) return { index: other, notes: [] }
  const [ticks] = header.indicesOf((name) => TICK_VOLUME.includes(name))
  if (ticks === undefined) return { notes: [] }
  const name = printable(header.names[ticks]!)
  return { index: ticks, notes: [`${name}, a count of price changes, used as volume`] }
}

const OF_ASSETS = ['SHARES', 'UNITS', 'CONTRACTS', 'LOTS', 'BASE']

/** Whether a symbol starts with a currency. `M` and `MM` are millions, whatever the symbol. */
function isBaseOf(letters: string, unit: string): boolean {
  return unit.length > 2 && unit !== letters && letters.startsWith(unit)
}

/** The volume in units of the asset: its currency starts the symbol. */
function volumeInUnits(
  header: HeaderNames,
  candidates: readonly { readonly index: number; readonly unit: string }[],
  symbol: string,
): { readonly index: number; readonly notes: readonly string[] } {
  const letters = symbol.toUpperCase().replace(/[^A-Z0-9]/g, '')
  const own = candidates.filter(({ unit }) => OF_ASSETS.includes(unit) || isBaseOf(letters, unit))
  const names = candidates.map(({ index }) => printable(header.names[index]!))
  const [only] = own
  if (own.length === 1 && only !== undefined)
    return { index: only.index, notes: [`${printable(header.names[only.index]!)} used as volume`] }
  throw header.fault(
    `which of the columns is the volume in units of ${quoted(symbol)} is not clear: ${names.join(', ')}; rename that one to volume`,
  )
}
