import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Metric } from '../contract.js'
import { InputError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import { nearestName } from '../text/nearest-name.js'
import { shellWord } from '../text/shell-word.js'
import { visibleText } from '../text/visible-text.js'
import { likeliest, unlikeColumns } from './column-kind.js'
import type { Table } from './csv-table.js'
import { checkDepth } from './json-depth.js'
import { isJsonLines, parseJsonLines, readJsonLines, tableOfLines } from './json-lines.js'
import { readJsonDocument } from './json-source.js'
import type { RowFilter } from './row-filter.js'
import { isJournal, journalOffers, type RunJournal, readJournal } from './run-journal.js'
import type { Offer, Series } from './series.js'
import { noTable, readRows, readText, type TextContent } from './text-source.js'
import { commonUnit } from './unit.js'

/** A file as the user named it: `a.csv:time`. */
export interface Source {
  readonly label: string
  readonly path: string
  /** The text after the colon; absent if there is none. */
  readonly selector?: string
  readonly content:
    | {
        readonly kind: 'numbers'
        readonly offers: readonly Offer[]
        /** The rows, if it is a table of columns. */
        readonly table?: Table
        /** The reason why a series must be named, if the number of columns is uncertain. */
        readonly uncertain?: string
      }
    | { readonly kind: 'runs'; readonly journal: RunJournal }
}

const JOURNAL = 'runs.jsonl'
/** Largest number of series that a message lists, and of characters of their names. */
const MOST_LISTED = 12
const NAME_CELLS = 80
/**
 * Larger files are refused, because as a text they would not fit into the memory of most machines.
 */
const LARGEST_FILE_MIB = 256

/**
 * Reads arguments of the command line: each is a file, a file with a selector after a colon, an
 * evidence folder, or `-` for standard input. A file whose name contains the colon has priority
 * over a selector. If several arguments name a file, it is read once.
 *
 * @param readStdin returns all of standard input
 * @param filters conditions on the rows of a table
 * @throws {InputError} no such file, or its content cannot be compared
 */
export function readSources(
  given: readonly string[],
  cwd: string,
  readStdin: () => Buffer,
  filters: readonly RowFilter[] = [],
): Source[] {
  const read = new Map<string, Source['content']>()
  return given.map((argument) => {
    const { path, selector } = splitArgument(argument, cwd)
    const bytes = () => (path === '-' ? readStdin() : readBytes(resolve(cwd, path), path))
    const content = read.get(path) ?? readContent(decode(bytes(), path), path, filters)
    read.set(path, content)
    return { label: argument, path, ...defined({ selector }), content }
  })
}

function readContent(text: string, path: string, filters: readonly RowFilter[]): Source['content'] {
  const start = text.trimStart()
  const isJson = /^[[{]/.test(start)
  if (!isJson) return { kind: 'numbers', ...readText(text, path, filters) }
  checkDepth(start, path)
  const isRuns = isJournal(start)
  if (!isRuns && isJsonLines(start)) return { kind: 'numbers', ...readLines(text, path, filters) }
  if (filters.length > 0) throw noTable(path)
  return isRuns
    ? { kind: 'runs', journal: readJournal(text, path) }
    : { kind: 'numbers', offers: readJsonDocument(text, path) }
}

/** One JSON document per line: a known format, or a table of objects. */
function readLines(text: string, path: string, filters: readonly RowFilter[]): TextContent {
  const lines = parseJsonLines(text, path)
  const offers = readJsonLines(lines, path)
  if (offers === undefined) return readRows(tableOfLines(lines, path), path, filters)
  if (filters.length > 0) throw noTable(path)
  return { offers }
}

/**
 * The one series that a source names.
 *
 * @throws {InputError} no series matches, or several do; the message lists them
 */
export function selectSeries({ label, path, selector, content }: Source, metric: Metric): Series {
  const offers = content.kind === 'runs' ? journalOffers(content.journal, metric) : content.offers
  if (selector !== undefined) return { ...findOffer(offers, selector, path).read(), label }
  if (content.kind === 'numbers') checkCertain(content, offers)
  const [only, ...others] = readable(offers)
  if (only === undefined)
    throw new InputError(`${path} has no column of numbers; its columns: ${listed(offers)}`)
  if (others.length > 0)
    throw new InputError(
      `${path} holds several series: ${listed([only, ...others])}; choose one, e.g. ${shellWord(`${path}:${likeliest([only, ...others]).name}`)}`,
    )
  return { ...only.read(), label }
}

/**
 * The two series of a source that holds exactly two, in their order; undefined if there are more
 * or fewer.
 */
export function selectTwo({ path, selector, content }: Source): readonly Series[] | undefined {
  if (content.kind === 'runs' || selector !== undefined) return undefined
  const { uncertain } = content
  if (uncertain !== undefined) throw new InputError(uncertain)
  const offers = readable(content.offers)
  const [first, second] = offers
  if (offers.length !== 2 || first === undefined || second === undefined) return undefined
  if (measureUnlikeThings(first, second)) return undefined
  const unlike = unlikeColumns(first, second)
  if (unlike !== undefined)
    throw new InputError(
      `${path}: ${unlike}, so they are not compared; name both, e.g. ${shellWord(`${path}:${likeliest(offers).name}`)} and a column of another file`,
    )
  const omitted = content.offers.flatMap(({ broken }) => broken ?? [])
  const equal = first.name === second.name
  return offers.map((offer) => ({
    ...offer.read(),
    label: `${path}:${equal ? (offer.aliases?.at(-1) ?? offer.name) : offer.name}`,
    ...(omitted.length > 0 && { omitted }),
  }))
}

/** Whether two benchmarks of a known format have units without a relation: a latency and a rate. */
function measureUnlikeThings(first: Offer, second: Offer): boolean {
  const [a, b] = [first.read().unit, second.read().unit]
  if (first.column === true || a === undefined || b === undefined) return false
  return commonUnit(a, b) === undefined
}

/** @throws {InputError} it is uncertain which series is meant, because another one is missing */
function checkCertain({ uncertain }: { uncertain?: string }, offers: readonly Offer[]): void {
  if (uncertain !== undefined) throw new InputError(uncertain)
  const broken = offers.find((offer) => offer.broken !== undefined)?.broken
  const sound = offers.filter((offer) => offer.broken === undefined)
  if (broken === undefined || sound.length === 0) return
  throw new InputError(`${broken}; of the others, choose one: ${listed(sound)}`)
}

function splitArgument(
  argument: string,
  cwd: string,
): { readonly path: string; readonly selector?: string } {
  if (argument === '-' || existsSync(resolve(cwd, argument))) return { path: argument }
  for (
    let colon = argument.lastIndexOf(':');
    colon > 0;
    colon = argument.lastIndexOf(':', colon - 1)
  ) {
    const path = argument.slice(0, colon)
    if (path === '-' || existsSync(resolve(cwd, path)))
      return { path, selector: argument.slice(colon + 1) }
  }
  throw new InputError(
    `no such file: ${argument}; give a path, and a column after a colon, e.g. results.csv:time`,
  )
}

function readBytes(absolute: string, path: string): Buffer {
  try {
    const journal = join(absolute, JOURNAL)
    const file = !statSync(absolute).isDirectory() ? absolute : existsSync(journal) && journal
    if (file !== false) {
      checkSize(statSync(file).size, path)
      return readFileSync(file)
    }
  } catch (error) {
    if (error instanceof InputError) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new InputError(`cannot read ${path} (${code}); check its permissions`, { cause: error })
  }
  throw new InputError(`${path} is a directory without ${JOURNAL}; give a file`)
}

/** @throws {InputError} */
function checkSize(bytes: number, path: string): void {
  if (bytes <= LARGEST_FILE_MIB * 2 ** 20) return
  throw new InputError(
    `${path} is larger than ${LARGEST_FILE_MIB} MiB; give only the columns or benchmarks to compare`,
  )
}

/**
 * Decodes UTF-8 with or without a byte order mark, or UTF-16 as PowerShell writes it. All line ends
 * become \n.
 */
function decode(bytes: Buffer, path: string): string {
  checkSize(bytes.length, path)
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe
  const text = wide ? bytes.toString('utf16le') : bytes.toString('utf8')
  if (text.includes('\0'))
    throw new InputError(`${path} is not a text file; give numbers as text or JSON`)
  const unmarked = text.startsWith('\ufeff') ? text.slice(1) : text
  return unmarked.includes('\r') ? unmarked.replace(/\r\n?/g, '\n') : unmarked
}

function findOffer(offers: readonly Offer[], selector: string, path: string): Offer {
  const named = offers.filter(({ name }) => name === selector)
  const found = named[0] ?? offers.find(({ aliases }) => aliases?.includes(selector))
  if (named.length > 1)
    throw new InputError(
      `${path} holds ${named.length} series named ${selector}; choose by number, 1 to ${offers.length}`,
    )
  if (found !== undefined) return found
  const nearest = nearestName(
    selector,
    offers.map(({ name }) => name),
  )
  const hint = nearest === undefined ? '' : ` did you mean ${shellWord(`${path}:${nearest}`)}?`
  throw new InputError(
    `${path} has no ${selector === '' ? '""' : selector};${hint} it holds: ${listed(offers)}`,
  )
}

/** The series whose values are numbers, so that the user need not exclude a column of names. */
function readable(offers: readonly Offer[]): readonly Offer[] {
  if (offers.length < 2) return offers
  const found = offers.filter((offer) => {
    try {
      const { values, summary } = offer.read()
      return values.length > 0 || summary !== undefined
    } catch (error) {
      if (error instanceof InputError) return false
      throw error
    }
  })
  // If there is none, reading the first series throws the error to report.
  if (found.length === 0) offers[0]!.read()
  return found
}

function listed(offers: readonly Offer[]): string {
  const names = offers.slice(0, MOST_LISTED).map(({ name }) => visibleText(name, NAME_CELLS))
  return `${names.join(', ') || 'nothing'}${offers.length > MOST_LISTED ? ` and ${offers.length - MOST_LISTED} more` : ''}`
}
