import { readFileSync } from 'node:fs'
import { COMPARING } from '../compare/compare-values.js'
import { type Comparison, compareRounds, compareSeries, toJson } from '../compare/comparison.js'
import { comparisonText } from '../compare/comparison-text.js'
import { exitCodeOf } from '../compare/regression-check.js'
import { valuesOf } from '../compare/row-filter.js'
import type { Series } from '../compare/series.js'
import { readSources, type Source, selectSeries, selectTwo } from '../compare/source.js'
import { noTable, readRows } from '../compare/text-source.js'
import { isRate, isTime, STATED_UNITS, type Unit } from '../compare/unit.js'
import { EXIT, type ExitCode, InputError } from '../errors.js'
import type { Io } from '../io.js'
import { jsonText } from '../system/json-text.js'
import type { CompareCommand } from './compare-command.js'

/**
 * Compares the files or columns that a command names, and prints the statistics.
 *
 * @throws {InputError} a file cannot be read, or what it holds cannot be compared
 */
export function compareFiles(command: CompareCommand, io: Io): ExitCode {
  io.endOnSignal()
  const { words } = command
  if (words.filter((word) => word === '-').length > 1)
    throw new InputError('only one of the two can be standard input; give a file for the other')
  const [first, second] = sourcesOf(command, io)
  const comparisons =
    second === undefined ? compareWithin(first, command) : [compareTwo(first, second, command)]
  io.stdout(
    command.json
      ? `${document(comparisons, second === undefined && first.content.kind === 'runs')}\n`
      : text(comparisons, io.columns),
  )
  if (comparisons.some(decidesNothing)) return EXIT.invalid
  return command.failOnRegression === undefined
    ? EXIT.done
    : exitCodeOf(comparisons.flatMap(({ regression }) => regression ?? []))
}

/** Whether the measured program failed, or no statistic compares the two sides. */
function decidesNothing({ failed, values }: Comparison): boolean {
  return failed !== undefined || COMPARING.every((key) => values[key] === undefined)
}

/** The files as named, or the two parts of one table. */
function sourcesOf({ words, where = [], by }: CompareCommand, io: Io): [Source, Source?] {
  const sources = readSources(words, io.cwd, () => readFileSync(0), where) as [Source, Source?]
  if (by === undefined) return sources
  const [source, second] = sources
  if (second !== undefined)
    throw new InputError('--by divides one file into the two sides; leave out the second file')
  const { label, path, content } = source
  const table = content.kind === 'numbers' ? content.table : undefined
  if (table === undefined) throw noTable(path)
  const values = valuesOf(table, by, path)
  if (values.length !== 2)
    throw new InputError(
      `--by ${by}: the column holds ${values.length} values, and two are compared; choose rows with --where`,
    )
  return values.map((value) => {
    const rows = readRows(table, path, [...where, { column: by, value, negated: false }])
    return { ...source, label: `${label} ${by}=${value}`, content: { kind: 'numbers', ...rows } }
  }) as [Source, Source]
}

/** The two series of one file: the arms of its runs, or exactly two columns. */
function compareWithin(source: Source, command: CompareCommand): Comparison[] {
  if (source.content.kind === 'runs') {
    const { journal } = source.content
    if (command.higherIsBetter || command.unit !== undefined)
      throw new InputError(
        `${source.path} holds runs, whose times are in ms; leave out --higher-is-better and --unit`,
      )
    const workloads = source.selector === undefined ? journal.workloads : [source.selector]
    return workloads.map((workload) =>
      compareRounds(journal, workload, command.metric, command.failOnRegression),
    )
  }
  const two = selectTwo(source)
  if (two !== undefined) return [compareColumns(two[0]!, two[1]!, command)]
  const one = selectSeries(source, command.metric)
  throw new InputError(`nothing to compare ${one.label} with; give a second file or column`)
}

function compareTwo(a: Source, b: Source, command: CompareCommand): Comparison {
  const [seriesA, seriesB] = [selectSeries(a, command.metric), selectSeries(b, command.metric)]
  const paired = command.paired === true || areRunsOfOneWorkload(a, b)
  return compareColumns(seriesA, seriesB, { ...command, paired })
}

function compareColumns(given: Series, other: Series, command: CompareCommand): Comparison {
  const { paired = false, failOnRegression: limit, unit } = command
  const [a, b] = withUnits(given, other, unit)
  const stated = a.higherIsBetter === true && b.higherIsBetter === true
  const higherIsBetter = command.higherIsBetter ?? stated
  for (const series of [a, b]) checkDirection(series, higherIsBetter)
  if (paired) checkPairs(a, b)
  const [inA, inB] = higherIsBetter
    ? [
        { ...a, higherIsBetter },
        { ...b, higherIsBetter },
      ]
    : [a, b]
  return compareSeries(inA, inB, { paired, limit, higherIsBetter })
}

/** Both series, with the unit from `--unit` if their files do not state a unit. */
function withUnits(a: Series, b: Series, unit: Unit | undefined): readonly [Series, Series] {
  if (unit === undefined) {
    const unknown = [a, b].find((series) => series.needsUnit === true)
    if (unknown === undefined) return [a, b]
    throw new InputError(
      `${unknown.label}: the file does not state the unit of its samples; give --unit ${STATED_UNITS.join(', ')}`,
    )
  }
  if (a.unit !== undefined && b.unit !== undefined)
    throw new InputError(
      `--unit ${unit}: the files state their units, ${a.unit} and ${b.unit}; leave it out`,
    )
  return [
    { ...a, unit: a.unit ?? unit },
    { ...b, unit: b.unit ?? unit },
  ]
}

/** @throws {InputError} the unit contradicts the direction in which values are better */
function checkDirection({ label, unit }: Series, higherIsBetter: boolean): void {
  if (isRate(unit) && !higherIsBetter)
    throw new InputError(
      `${label} is a rate (${unit}), and more of it is better; give --higher-is-better`,
    )
  if (isTime(unit) && higherIsBetter)
    throw new InputError(
      `--higher-is-better: ${label} is in ${unit}, and less time is better; leave it out`,
    )
}

/** @throws {InputError} the n-th values cannot be pairs */
function checkPairs(a: Series, b: Series): void {
  const odd = [a, b].find(({ unpairable }) => unpairable !== undefined)
  if (odd !== undefined)
    throw new InputError(
      `--paired ${odd.label}: ${odd.unpairable}; leave out --paired, or add the missing values`,
    )
  if (a.values.length !== b.values.length)
    throw new InputError(
      `--paired: ${a.label} has ${a.values.length} values and ${b.label} ${b.values.length}; leave out --paired, or add the missing values`,
    )
}

/** Whether the series are two arms of the same workload in the same file, which ran in pairs. */
function areRunsOfOneWorkload(a: Source, b: Source): boolean {
  if (a.content.kind !== 'runs' || b.content.kind !== 'runs' || a.path !== b.path) return false
  const workload = ({ selector }: Source) => selector?.slice(0, selector.lastIndexOf(':'))
  return workload(a) === workload(b)
}

function document(comparisons: readonly Comparison[], ofRuns: boolean): string {
  const blocks = comparisons.map(toJson)
  const schema = 'assay/comparison@1'
  return jsonText(ofRuns ? { schema, workloads: blocks } : { schema, ...blocks[0] }, 2)
}

function text(comparisons: readonly Comparison[], columns: number): string {
  return comparisons
    .map(
      (comparison) =>
        `${comparison.runs ? `${comparison.runs.workload}\n` : ''}${comparisonText(comparison, columns)}\n`,
    )
    .join('\n')
}
