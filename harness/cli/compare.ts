import { readFileSync } from 'node:fs'
import { type Comparison, compareRounds, compareSeries, toJson } from '../compare/comparison.js'
import { comparisonText } from '../compare/comparison-text.js'
import { exitCodeOf } from '../compare/regression-check.js'
import type { Series } from '../compare/series.js'
import { readSources, type Source, selectSeries, selectTwo } from '../compare/source.js'
import type { Metric } from '../contract.js'
import { EXIT, type ExitCode, InputError } from '../errors.js'
import type { Io } from '../io.js'
import { parseFraction } from './evaluate-options.js'
import type { ExtraCommand } from './extra-command.js'

interface CompareOptions {
  readonly paired: boolean
  readonly metric: Metric
  readonly json: boolean
  /** Slowdown that must not pass, a fraction. */
  readonly limit?: number
}

const EXAMPLES = `Examples:
  assay compare before.txt after.txt                     one number per line; the first is the reference
  assay compare results.csv:old results.csv:new --paired columns; the n-th values belong together
  assay compare hyperfine.json                           its two commands; several: hyperfine.json:1 hyperfine.json:2
  assay compare bench.json:parse other.json:parse        tinybench and vitest bench
  assay compare profiling-results/0001-layer1/runs.jsonl candidate against baseline, pair by pair
  assay compare a.txt b.txt --fail-on-regression 10%     for pipelines: exit 1 if b is 10 % slower
  some-program | assay compare a.txt -                   - reads standard input

Exit codes: 0 done, or no regression · 1 a regression · 2 something given is wrong · 3 too noisy to tell · 5 nothing that could be judged`

/** `assay compare A B`: every statistic for two sets of numbers, measured by anything. */
export const compareCommand: ExtraCommand = {
  name: 'compare',
  summary:
    'every statistic for two files of numbers, columns, or the arms of measured runs; measures nothing',
  declare: (command) => {
    command
      .argument(
        '<baseline>',
        'file, file:column, runs.jsonl, runs.jsonl:workload:arm, or - for standard input',
      )
      .argument(
        '[candidate]',
        'the same; may be left out where the first holds exactly two, or runs',
      )
      .option(
        '--paired',
        'the n-th value of one belongs to the n-th of the other (runs are paired anyhow)',
      )
      .option('--metric <name>', 'of runs: cpu or wall', 'cpu')
      .option(
        '--fail-on-regression <fraction>',
        'exit 1 if the candidate is slower by this much, e.g. 10%',
      )
      .option('--json', 'one JSON document: the keys of a workload in a decision record')
      .addHelpText('after', `\n${EXAMPLES}`)
  },
  run: (args, options, { io }) => {
    const [first, second] = args as readonly (string | undefined)[]
    return Promise.resolve(
      compare([first!, ...(second === undefined ? [] : [second])], parseOptions(options), io),
    )
  },
}

function compare(words: readonly string[], options: CompareOptions, io: Io): ExitCode {
  if (words.filter((word) => word === '-').length > 1)
    throw new InputError('standard input can be one of the two only; give a file for the other')
  const sources = readSources(words, io.cwd, () => readFileSync(0))
  const [first, second] = sources as [Source, Source | undefined]
  const comparisons =
    second === undefined ? compareWithin(first, options) : [compareTwo(first, second, options)]
  io.stdout(
    options.json
      ? `${document(comparisons, second === undefined && first.content.kind === 'runs')}\n`
      : text(comparisons, io.columns),
  )
  return options.limit === undefined
    ? EXIT.done
    : exitCodeOf(comparisons.flatMap(({ regression }) => regression ?? []))
}

/** What one file holds: the arms of its runs, or exactly two columns. */
function compareWithin(source: Source, options: CompareOptions): Comparison[] {
  if (source.content.kind === 'runs') {
    const { journal } = source.content
    const workloads = source.selector === undefined ? journal.workloads : [source.selector]
    return workloads.map((workload) =>
      compareRounds(journal, workload, options.metric, options.limit),
    )
  }
  const two = selectTwo(source)
  if (two !== undefined) return [compareColumns(two[0]!, two[1]!, options)]
  const one = selectSeries(source, options.metric)
  throw new InputError(`nothing to compare ${one.label} with; give a second file or column`)
}

function compareTwo(a: Source, b: Source, options: CompareOptions): Comparison {
  const [seriesA, seriesB] = [selectSeries(a, options.metric), selectSeries(b, options.metric)]
  const paired = options.paired || areRunsOfOneWorkload(a, b)
  return compareColumns(seriesA, seriesB, { ...options, paired })
}

function compareColumns(a: Series, b: Series, { paired, limit }: CompareOptions): Comparison {
  if (paired) {
    const odd = [a, b].find(({ unpairable }) => unpairable !== undefined)
    if (odd !== undefined)
      throw new InputError(
        `--paired ${odd.label}: ${odd.unpairable}; leave out --paired, or complete the values`,
      )
    if (a.values.length !== b.values.length)
      throw new InputError(
        `--paired: ${a.label} has ${a.values.length} values and ${b.label} ${b.values.length}; leave out --paired, or complete the values`,
      )
  }
  return compareSeries(a, b, paired, limit)
}

/** Two arms of the same workload in the same file ran in pairs. */
function areRunsOfOneWorkload(a: Source, b: Source): boolean {
  if (a.content.kind !== 'runs' || b.content.kind !== 'runs' || a.path !== b.path) return false
  const workload = ({ selector }: Source) => selector?.slice(0, selector.lastIndexOf(':'))
  return workload(a) === workload(b)
}

function document(comparisons: readonly Comparison[], ofRuns: boolean): string {
  const blocks = comparisons.map(toJson)
  const schema = 'assay/comparison@1'
  return JSON.stringify(ofRuns ? { schema, workloads: blocks } : { schema, ...blocks[0] }, null, 2)
}

function text(comparisons: readonly Comparison[], columns: number): string {
  return comparisons
    .map(
      (comparison) =>
        `${comparison.runs ? `${comparison.runs.workload}\n` : ''}${comparisonText(comparison, columns)}\n`,
    )
    .join('\n')
}

function parseOptions(options: Readonly<Record<string, unknown>>): CompareOptions {
  const { metric, failOnRegression } = options
  if (metric !== 'cpu' && metric !== 'wall')
    throw new InputError(`--metric ${String(metric)}: give cpu or wall`)
  return {
    paired: options.paired === true,
    metric,
    json: options.json === true,
    ...(failOnRegression !== undefined && { limit: parseLimit(String(failOnRegression)) }),
  }
}

function parseLimit(given: string): number {
  const value = parseFraction(given)
  if (value > 0 && value <= 10) return value
  throw new InputError(
    `--fail-on-regression ${given}: give a slowdown above 0 and at most 1000%, e.g. 10% or 0.1`,
  )
}
