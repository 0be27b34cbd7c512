import { basename, resolve } from 'node:path'
import { Option } from 'commander'
import type { CliCommand } from '../../harness/cli/command.js'
import { quoted } from '../../harness/cli/command-text.js'
import { exitCodes } from '../../harness/cli/exit-codes.js'
import {
  fractionOption,
  jsonOption,
  refused,
  wholeOption,
} from '../../harness/cli/shared-options.js'
import { defined } from '../../harness/evidence/defined.js'
import { packageFile } from '../../harness/system/package-root.js'
import type { SearchCommand } from '../search/run-command.js'
import { dataOptions } from './backtest-command.js'
import type { GivenPrices } from './given-prices.js'
import { addReadingOptions, PRICE_FILES_HELP } from './reading-options.js'

const MOST = 1_000_000_000
const MOST_WORKERS = 256
const MOST_BATCH = 100_000

const HELP = `
The module is JavaScript or TypeScript. Its default export has the strategy, as a function of the parameters, and the
space of parameters; usually also prices (or bundle), objective, method, trials, constraints and windows, which the
options here replace. assay init --strategy writes one with comments. All fields: ${packageFile('docs/search.md')}.

Methods: grid (all points), random, quasi-random (Sobol), tpe (Bayesian), cma-es, differential-evolution; and, with
most trials on the most recent share of the sessions only, successive-halving, hyperband and bohb.
Objectives: final-equity, total-return, sharpe, max-drawdown, calmar, profit-factor, or one of the module's own.

The outcome depends on the module, the data, method, trials, seed, batch, objective and constraints, and not on the
number of workers. The best trial is run again in full, and any difference is an error. --walk-forward repeats the
search in windows and tests each winner on the sessions that follow, which its search did not see.

DIR gets search.json and trials.parquet with every trial, search.html to look at, and journal.jsonl, to which each batch
is added as it ends: Ctrl-C keeps what is done, and the same command with --resume goes on.
${PRICE_FILES_HELP}

Examples
  assay search mine.search.ts
  assay search mine.search.ts --csv AAPL.csv MSFT.csv --method tpe --trials 200 --objective sharpe
  assay search mine.search.ts --min-trades 30 --max-drawdown 20% --walk-forward 504:126
  assay search mine.search.ts --method grid --workers 1 --out results/grid --json
  assay search mine.search.ts --trials 2000 --resume

${exitCodes({
  0: 'the search is done, or had been done before with --resume',
  130: 'interrupted by Ctrl-C (143: terminated); continue with --resume',
})}`

/** Options as commander returns them. */
interface SearchOptions extends GivenPrices {
  readonly method?: string
  readonly trials?: number
  readonly seed?: number
  readonly objective?: string
  readonly workers?: number
  readonly batch?: number
  readonly minTrades?: number
  readonly maxDrawdown?: number
  readonly walkForward?: SearchCommand['windows']
  readonly redis?: string | true
  readonly queue?: string
  readonly folder?: string
  readonly out?: string
  readonly resume?: boolean
  readonly replace?: boolean
  readonly json?: boolean
}

/** `assay search MODULE`: the best parameters of a strategy of the user's own. */
export const searchCommand: CliCommand<SearchOptions, SearchCommand> = {
  name: 'search',
  summary: 'search the parameters of a strategy of your own, in a JavaScript or TypeScript module',
  declare(command) {
    command.argument('<module>', 'the search module, such as mine.search.ts')
    for (const option of [...planOptions(), ...dataOptions()]) command.addOption(option)
    addReadingOptions(command)
    command
      .option('--redis [url]', 'run on the machines where assay worker runs (default: REDIS_URL)')
      .option('--queue <name>', 'the queue of these workers, with --redis')
      .option('--folder <dir>', 'a folder that all of them see, with --redis')
      .option('--out <dir>', 'where the results go (default: assay-search-NAME)')
      .option('--resume', 'go on with the interrupted search in --out')
      .option('--replace', 'start anew although --out holds an interrupted search')
      .addOption(jsonOption('search.json'))
      .addHelpText('after', HELP)
  },
  parse: ([given], options, { cwd, words }) => {
    const module = String(given)
    const { csv, bundle, adjustments, walkForward, out, minTrades, maxDrawdown, ...more } = options
    const { folder, ...rest } = more
    return {
      ...rest,
      module: resolve(cwd, module),
      given: module,
      words,
      out: resolve(cwd, out ?? `assay-search-${nameOf(module)}`),
      outWords: out === undefined ? [] : [`--out${quoted(out)}`],
      constraints: defined({ minTrades, maxDrawdown }),
      ...defined({
        csv: csv?.map((file) => resolve(cwd, file)),
        bundle: bundle && resolve(cwd, bundle),
        adjustments: adjustments && resolve(cwd, adjustments),
        windows: walkForward,
        folder: folder && resolve(cwd, folder),
      }),
    }
  },
  async run(command, { io, packageVersion }) {
    const { runSearchCommand } = await import('../search/run-command.js')
    return runSearchCommand(command, packageVersion, io)
  },
}

function planOptions(): Option[] {
  return [
    new Option('--method <name>', 'how points are chosen (default: of the module, or tpe)'),
    wholeOption('--trials <n>', 'backtests to spend (default: of the module, or 100)', 1, MOST),
    wholeOption(
      '--seed <int>',
      'seed of the method (default: of the module, or 1)',
      0,
      2 ** 53 - 1,
    ),
    new Option('--objective <name>', 'what is best (default: of the module, or total-return)'),
    wholeOption(
      '--workers <n>',
      'threads; 1 runs in this one (default: one per processor)',
      1,
      MOST_WORKERS,
    ),
    wholeOption(
      '--batch <n>',
      'trials proposed at a time (default: of the module, or 8)',
      1,
      MOST_BATCH,
    ),
    wholeOption('--min-trades <n>', 'fewest closed trades of a valid trial', 1, MOST),
    fractionOption(
      '--max-drawdown <fraction>',
      'deepest fall from a peak of a valid trial',
      (value) => value > 0 && value <= 1,
      'a fraction above 0 and at most 100%, e.g. 20% or 0.2',
    ),
    new Option(
      '--walk-forward <train:test>',
      'windows in sessions, such as 504:126; 504:126:anchored keeps their start',
    ).argParser(parseWindows),
  ]
}

function parseWindows(text: string): NonNullable<SearchCommand['windows']> {
  const match = /^([1-9]\d{0,6}):([1-9]\d{0,6})(?::(anchored|rolling))?$/.exec(text)
  if (match === null)
    throw refused('--walk-forward', text, 'sessions to train and to test, e.g. 504:126')
  const [, train, test, mode] = match
  return {
    train: Number(train),
    test: Number(test),
    ...(mode !== undefined && { mode: mode as 'anchored' | 'rolling' }),
  }
}

/** `mine` of `./strategies/mine.search.ts`. */
function nameOf(module: string): string {
  return basename(module).replace(/(?:\.search)?\.[^.]+$/, '')
}
