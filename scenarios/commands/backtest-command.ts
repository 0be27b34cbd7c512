import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Option } from 'commander'
import type { CommissionModel, SlippageModel } from '../../engine/index.js'
import type { CliCommand } from '../../harness/cli/command.js'
import { refused, wholeOption } from '../../harness/cli/shared-options.js'
import { InputError } from '../../harness/errors.js'
import { defined } from '../../harness/evidence/defined.js'
import { packageFile } from '../../harness/system/package-root.js'
import { addReadingOptions, PRICE_FILES_HELP } from './reading-options.js'
import type { BacktestCommand } from './run-backtest.js'
import { SHIPPED_STRATEGY } from './shipped-strategy.js'

const MOST_BARS = 999_999_999
const MOST_CUTS = 10_000

const HELP = `${PRICE_FILES_HELP}

Prices are exact decimals. Where fifteen digits cannot hold all of them, they are rounded, and a note on stderr gives
the number of rounded values. Adjustments are applied point in time; without --adjustments, prices are used as they are.

Notes on stderr name what would pass in silence: a split of 1.1 or more (or its inverse) that the next open does not
show, an asset without volume or with too few bars for the slow average, assets that trade by different calendars.
After the run, they name why nothing was traded, and a bankruptcy: an equity of zero or less at the end of a session.
Bars of different spacing, such as daily beside hourly ones, are refused.

--strategy MODULE runs a strategy of your own, in JavaScript or TypeScript: its default export takes the data of the run
and returns the strategy.
--check-lookahead runs the strategy again on data that end earlier, as they looked then. If it decides otherwise up to
there, it uses the future: exit 1, with the session and both decisions. What it finds, how often, and what it cannot
see: ${packageFile('docs/look-ahead.md')}.

Examples
  assay backtest --csv AAPL.csv --fast 20 --slow 50 --json
  assay backtest --bundle data/mag8 --config layer1 --return-type array
  assay backtest --csv AAPL.csv --strategy ./mine.mjs --check-lookahead
  assay backtest --bundle data/mag8 --config layer1+layer2 --log debug 2> caches.jsonl`

/**
 * `assay backtest`: runs one backtest of a shipped strategy, so that the engine can be compared
 * with figures from elsewhere.
 */
export const backtestCommand: CliCommand<BacktestCommand, BacktestCommand> = {
  name: 'backtest',
  summary: 'run one backtest of a shipped strategy over CSV files or a bundle',
  declare(command) {
    for (const option of [...dataOptions(), ...strategyOptions(), ...marketOptions()])
      command.addOption(option)
    addReadingOptions(command)
    command
      .addOption(
        new Option(
          '--log <level>',
          'events of the caches, as JSON lines on stderr; debug: every operation',
        )
          .choices(['silent', 'warn', 'debug'])
          .default('silent'),
      )
      .option(
        '--check-data',
        'note more about the data: jumps without a split, halts, bars without volume',
      )
      .option(
        '--check-lookahead',
        'also run the strategy on data that end earlier; exit 1 if it decides otherwise there',
      )
      .addOption(
        wholeOption('--lookahead-cuts <n>', 'how often the data end earlier', 1, MOST_CUTS).default(
          40,
        ),
      )
      .option('--json', 'one JSON document on stdout; decimals are strings')
      .addHelpText('after', HELP)
  },
  parse: (_args, options, { cwd }) => {
    const { csv, bundle, adjustments, fast, slow } = options
    if (csv === undefined && bundle === undefined)
      throw new InputError('give either --csv FILE… or --bundle DIR; see: assay backtest --help')
    if (fast >= slow) throw new InputError(`--fast ${fast}: give fewer bars than --slow ${slow}`)
    return {
      ...options,
      ...defined({
        csv: csv?.map((file) => resolve(cwd, file)),
        bundle: bundle && resolve(cwd, bundle),
        strategy: strategyPath(options.strategy, cwd),
        adjustments: adjustments && resolve(cwd, adjustments),
      }),
    }
  },
  async run(command, { io }) {
    const { runBacktest } = await import('./run-backtest.js')
    return runBacktest(command, io)
  },
}

/** The options that name price files or a bundle, except how to read ambiguous files. */
export function dataOptions(): Option[] {
  return [
    new Option(
      '--csv <files...>',
      'price files: csv, gzip or Parquet; date, open, high, low, close, volume',
    ).conflicts('bundle'),
    new Option('--bundle <dir>', 'a bundle, instead of price files'),
    new Option(
      '--adjustments <file>',
      'splits and dividends for the price files: asset,session,kind,value (ratios as 7, 0.5 or 1:3)',
    ).conflicts('bundle'),
    placesOption('--price-scale', 'prices in the price files', 'as many as they have'),
    placesOption('--volume-scale', 'volumes in the price files', 'as many as they have'),
    new Option(
      '--round-price',
      'round prices with more places than --price-scale half-even instead of refusing them',
    ),
    new Option(
      '--round-volume',
      'round volumes with more places than --volume-scale half-even instead of refusing them',
    ),
  ]
}

function strategyOptions(): Option[] {
  return [
    new Option(
      '--strategy <name>',
      'what trades: sma-crossover, or the path of an ES module that exports a strategy',
    )
      .argParser(parseStrategy)
      .default(SHIPPED_STRATEGY),
    wholeOption('--fast <bars>', 'bars of the fast average', 1, MOST_BARS).default(20),
    wholeOption('--slow <bars>', 'bars of the slow average', 1, MOST_BARS).default(50),
    new Option('--shares <n>', 'shares held while the fast average is above the slow one')
      .argParser(parseShares)
      .default(10),
    new Option('--cash <amount>', 'starting cash').argParser(parseCash).default('1000000'),
    new Option('--start <session>', 'first session traded; earlier bars are warm-up'),
    new Option('--end <session>', 'trading stops before this session'),
    new Option('--return-type <type>', 'form of history (default: that of --config)').choices([
      'dataframe',
      'array',
    ]),
    new Option('--config <config>', 'baseline, defaults, or layers joined by +').default(
      'defaults',
    ),
  ]
}

function marketOptions(): Option[] {
  return [
    new Option('--fill <policy>', 'price of fills')
      .choices(['next-open', 'next-close'])
      .default('next-open'),
    new Option('--slippage <model>', 'none, bps:5 or volume-share:LIMIT:IMPACT')
      .argParser(parseSlippage)
      .default({ kind: 'none' }, 'none'),
    new Option('--commission <model>', 'none, per-share:0.005, per-trade:1 or per-dollar:0.001')
      .argParser(parseCommission)
      .default({ kind: 'none' }, 'none'),
    new Option(
      '--periods-per-year <n>',
      'sessions that make a year in the metrics (default: from the spacing of the data: 252, 365, 52, 12 …)',
    ).argParser(parsePeriods),
    new Option(
      '--risk-free <rate>',
      'risk-free return per year as a fraction, for the Sharpe and Sortino ratios',
    )
      .argParser(parseRiskFree)
      .default(0),
    new Option('--dividend-policy <policy>', 'price that turns dividends into factors')
      .choices(['prior-close', 'ex-close'])
      .default('prior-close'),
  ]
}

/** The number of decimal places to keep, an option such as `--price-scale PLACES`. */
export function placesOption(flag: string, values: string, usual: string): Option {
  const description = `decimal places kept of ${values} (default: ${usual})`
  return wholeOption(`${flag} <places>`, description, 0, 15)
}

/** @throws {InputError} there is no such module */
function strategyPath(strategy: string, cwd: string): string {
  if (strategy === SHIPPED_STRATEGY) return strategy
  const file = resolve(cwd, strategy)
  if (existsSync(file)) return file
  throw new InputError(`--strategy ${strategy}: no such file; give sma-crossover or a module`)
}

/** A name without a path or an ending is never a file. */
function parseStrategy(text: string): string {
  if (text === SHIPPED_STRATEGY || /[\\/]|\.[cm]?[jt]s$/.test(text)) return text
  throw refused('--strategy', text, 'sma-crossover, or the path of a module such as ./mine.mjs')
}

function parseShares(text: string): number {
  if (/^\d{1,9}(\.\d{1,8})?$/.test(text) && Number(text) > 0) return Number(text)
  throw refused('--shares', text, 'a positive number with at most 8 decimal places, e.g. 10')
}

function parseCash(text: string): string {
  if (/^\d{1,12}(\.\d+)?$/.test(text) && Number(text) > 0) return text
  throw refused('--cash', text, 'a plain positive amount, e.g. 1000000')
}

function parsePeriods(text: string): number {
  if (/^\d{1,6}(\.\d{1,6})?$/.test(text) && Number(text) > 0) return Number(text)
  throw refused('--periods-per-year', text, 'a number above 0, such as 252, 365 or 12')
}

function parseRiskFree(text: string): number {
  if (/^-?\d?\.?\d{1,12}$/.test(text) && Math.abs(Number(text)) < 1) return Number(text)
  throw refused('--risk-free', text, 'a fraction per year between -1 and 1: 0.02 is 2 %')
}

function parseSlippage(text: string): SlippageModel {
  if (text === 'none') return { kind: 'none' }
  const fixed = /^bps:(\d+(?:\.\d+)?)$/.exec(text)
  if (fixed !== null) return { kind: 'fixed', basisPoints: Number(fixed[1]) }
  const share = /^volume-share:(\d*\.?\d+):(\d*\.?\d+)$/.exec(text)
  if (share !== null)
    return { kind: 'volume-share', limit: Number(share[1]), impact: Number(share[2]) }
  throw refused('--slippage', text, 'none, bps:5 or volume-share:0.025:0.1 (limit, impact)')
}

function parseCommission(text: string): CommissionModel {
  if (text === 'none') return { kind: 'none' }
  const match = /^(per-share|per-trade|per-dollar):(\d*\.?\d+)$/.exec(text)
  if (match === null)
    throw refused('--commission', text, 'none, per-share:0.005, per-trade:1 or per-dollar:0.001')
  const [, kind, amount = ''] = match
  if (kind === 'per-dollar') return { kind, rate: amount }
  return { kind: kind === 'per-share' ? kind : 'per-trade', cost: amount }
}
