import { Option } from 'commander'
import { parseRowFilter, type RowFilter } from '../compare/row-filter.js'
import { STATED_UNITS, type Unit } from '../compare/unit.js'
import type { Metric } from '../contract.js'
import type { CliCommand } from './command.js'
import { exitCodes } from './exit-codes.js'
import { metricOption, refused, slowdownOption } from './shared-options.js'

interface CompareOptions {
  readonly paired?: boolean
  readonly metric: Metric
  readonly json?: boolean
  /** The unit of values whose file does not state a unit. */
  readonly unit?: Unit
  readonly higherIsBetter?: boolean
  /** Conditions on the rows of tables. */
  readonly where?: readonly RowFilter[]
  /** Column whose two values are compared. */
  readonly by?: string
  /** Slowdown that fails, a fraction. */
  readonly failOnRegression?: number
}

/** `assay compare`, parsed. */
export interface CompareCommand extends CompareOptions {
  /** One or two files, columns or arms. */
  readonly words: readonly string[]
}

const HELP = `
Examples:
  assay compare before.txt after.txt                     one number per line; the first file is the reference
  assay compare results.csv:old results.csv:new --paired columns; the n-th values belong together
  assay compare hyperfine.json                           its two commands; of several: hyperfine.json:1 hyperfine.json:2
  assay compare bench.json:parse other.json:parse        tinybench and vitest bench
  assay compare profiling-results/0001-layer1/runs.jsonl candidate against baseline, pair by pair
  assay compare a.txt b.txt --fail-on-regression 10%     for pipelines: exit 1 if b is 10 % slower
  assay compare rates.csv:old rates.csv:new --higher-is-better   operations per second, scores
  assay compare tidy.csv:ms --where test=parse --by version   rows of a table, by the two values of a column
  assay compare old.json:parse new.json:parse --unit ns  names and samples without a unit
  some-program | assay compare a.txt -                   - reads standard input

${exitCodes({
  0: 'done; with --fail-on-regression: no regression',
  1: 'a regression',
  3: 'too noisy to decide',
  5: 'no values that can be judged, or what was measured failed',
})}`

/** `assay compare A B`: every statistic for two sets of numbers, from any source. */
export const compareCommand: CliCommand<CompareOptions, CompareCommand> = {
  name: 'compare',
  summary: 'compare two sets of numbers measured elsewhere, with every statistic; measures nothing',
  declare(command) {
    command
      .argument(
        '<baseline>',
        'file, file:column, runs.jsonl, runs.jsonl:workload:arm, or - for standard input',
      )
      .argument(
        '[candidate]',
        'the same; not needed where the first file holds exactly two columns, or runs',
      )
      .option(
        '--paired',
        'the n-th value of one belongs to the n-th of the other (runs are always paired)',
      )
      .addOption(metricOption(', of measured runs').default('cpu'))
      .addOption(
        slowdownOption(
          '--fail-on-regression <fraction>',
          'exit 1 if the candidate is slower by this much, e.g. 10%',
        ),
      )
      .option(
        '--higher-is-better',
        'the values are rates, e.g. operations per second: compare the time per operation',
      )
      .addOption(
        new Option('--unit <unit>', 'unit of values whose file states none').choices(STATED_UNITS),
      )
      .addOption(
        new Option(
          '--where <column=value>',
          'only rows of a table with this value, or column!=value without it; repeatable',
        ).argParser(collectFilter),
      )
      .option('--by <column>', 'of one table: compare the rows with the two values of this column')
      .option('--json', 'one JSON document with the keys of a workload in a decision record')
      .addHelpText('after', HELP)
  },
  parse: (args, options) => ({ ...options, words: args.flatMap((word) => word ?? []) }),
  async run(command, { io }) {
    const { compareFiles } = await import('./compare-files.js')
    return compareFiles(command, io)
  },
}

function collectFilter(text: string, earlier: readonly RowFilter[] = []): RowFilter[] {
  const filter = parseRowFilter(text)
  if (filter === undefined)
    throw refused('--where', text, 'a column and a value, e.g. name=parse or run_type!=aggregate')
  return [...earlier, filter]
}
