import { performance } from 'node:perf_hooks'
import {
  type BacktestResult,
  type BacktestSpec,
  type CommissionModel,
  checkData,
  checkLookAhead,
  type DataNote,
  type DividendPolicy,
  defaults,
  digest,
  type Engine,
  EngineError,
  engineLog,
  type FillPolicy,
  ingestCsv,
  type LogLevel,
  type LookAheadReport,
  makeStrategy,
  memoryBundle,
  type OpenBundle,
  type OptimizationConfig,
  openEngine,
  plainBundleSource,
  pureBaseline,
  type ReturnType,
  type SlippageModel,
  type StrategyMaker,
} from '../../engine/index.js'
import { printJson } from '../../harness/cli/output.js'
import { AssayError, EXIT, type ExitCode } from '../../harness/errors.js'
import { defined } from '../../harness/evidence/defined.js'
import type { Io } from '../../harness/io.js'
import { formatPercent } from '../../harness/text/format.js'
import { unknownName } from '../../harness/text/nearest-name.js'
import { smaCrossover } from '../strategies/sma-crossover.js'
import { onUserInput } from './engine-input.js'
import { type GivenPrices, ingestOptions } from './given-prices.js'
import { outcomeNotes } from './outcome-notes.js'
import { SHIPPED_STRATEGY } from './shipped-strategy.js'
import { strategyError, strategyModule } from './strategy-module.js'

/**
 * A `backtest` command. Everything has been checked except what depends on the layers of the
 * suite.
 */
export interface BacktestCommand extends GivenPrices {
  /** `sma-crossover`, or the absolute path of a module. */
  readonly strategy: string
  readonly fast: number
  readonly slow: number
  readonly shares: number
  readonly cash: string
  readonly start?: string
  readonly end?: string
  /** Undefined if the configuration decides. */
  readonly returnType?: ReturnType
  /** `baseline`, `defaults`, or layer ids joined by `+`. */
  readonly config: string
  readonly fill: FillPolicy
  readonly slippage: SlippageModel
  readonly commission: CommissionModel
  readonly dividendPolicy: DividendPolicy
  /** Undefined if it follows from the spacing of the data. */
  readonly periodsPerYear?: number
  /** Risk-free return per year, a fraction. */
  readonly riskFree: number
  readonly log: LogLevel
  readonly json?: boolean
  /** Note also what is likely in order. */
  readonly checkData?: boolean
  /** Also run the strategy on data that end earlier. */
  readonly checkLookahead?: boolean
  /** How often the data end earlier. */
  readonly lookaheadCuts: number
}

/**
 * Runs the backtest of a command and prints its result.
 *
 * @throws {InputError} the configuration is unknown, or the engine refuses the user's input
 * @throws {AssayError} after printing, exit 1: the strategy looks ahead, or its runs differ; exit
 * 3: that could not be checked
 */
export function runBacktest(command: BacktestCommand, io: Io): Promise<ExitCode> {
  return onUserInput(async () => {
    const { result, seconds, lookAhead } = await backtest(command, io)
    const barsPerSecond = Math.round(result.bars / seconds)
    if (command.json) printJson(toJson(result, barsPerSecond, lookAhead), io)
    else io.stdout(toText(result, barsPerSecond))
    return lookAhead === undefined ? EXIT.done : concludeCheck(lookAhead, io)
  })
}

function concludeCheck({ verdict, message }: LookAheadReport, io: Io): ExitCode {
  if (verdict !== 'clean')
    throw new AssayError(verdict === 'unchecked' ? EXIT.inconclusive : EXIT.failed, message)
  io.stderr(`note: ${message}\n`)
  return EXIT.done
}

/** `baseline`, `defaults`, or layer ids joined by `+`. */
async function configOf(text: string, env: Io['env']): Promise<OptimizationConfig> {
  if (text === 'baseline') return pureBaseline()
  if (text === 'defaults') return defaults(env)
  const { suite } = await import('../suite.js')
  const layers = suite.layers.map(({ id }) => id)
  const stack = text.split('+')
  const unknown = stack.find((id) => !layers.includes(id))
  if (unknown !== undefined)
    throw unknownName('--config', unknown.slice(0, 60), ['baseline', 'defaults', ...layers])
  const { foldStack } = await import('../../harness/measurement/stack.js')
  return foldStack(suite, stack)
}

/** What a command ran. */
interface Outcome {
  readonly result: BacktestResult
  /** Time of the backtest, which includes opening a bundle but not reading price files. */
  readonly seconds: number
  /** Absent if it was not requested. */
  readonly lookAhead?: LookAheadReport
}

async function backtest(command: BacktestCommand, io: Io): Promise<Outcome> {
  const config = await configOf(command.config, io.env)
  const returnType = command.returnType ?? (config.arrayReturns ? 'array' : 'dataframe')
  const strategy = makerOf(command, returnType)
  const bundle = await bundleOf(command, io)
  const engine = openEngine(config, { log: engineLog(command.log, { write: io.stderr }) })
  try {
    const before = await printNotes(bundle, command, io)
    const spec = specOf(command, bundle)
    const { checkLookahead, lookaheadCuts: cuts } = command
    const lookAhead = checkLookahead
      ? await checkLookAhead(engine, { ...spec, strategy }, { cuts })
      : undefined
    const algorithm = await algorithmOf(engine, strategy, bundle)
    const begin = performance.now()
    const result = await engine.backtest({ ...spec, algorithm })
    const seconds = (performance.now() - begin) / 1000
    for (const note of outcomeNotes(result, command.slippage, before, isShipped(command)))
      io.stderr(`note: ${note}\n`)
    return { result, seconds, ...defined({ lookAhead }) }
  } catch (error) {
    if (isShipped(command) || error instanceof EngineError || error instanceof AssayError)
      throw error
    throw strategyError(command.strategy, error)
  } finally {
    engine.close()
    if (typeof bundle !== 'string') bundle.close()
  }
}

function isShipped({ strategy }: BacktestCommand): boolean {
  return strategy === SHIPPED_STRATEGY
}

function makerOf(command: BacktestCommand, returnType: ReturnType): StrategyMaker {
  const { fast, slow, shares, strategy } = command
  return isShipped(command)
    ? () => smaCrossover({ fast, slow, shares, returnType })
    : strategyModule(strategy)
}

function specOf(
  command: BacktestCommand,
  bundle: string | OpenBundle,
): Omit<BacktestSpec, 'algorithm'> {
  const { start, end, cash, fill, slippage, commission, dividendPolicy, riskFree } = command
  return {
    bundle,
    ...(start === undefined && end === undefined ? {} : { range: defined({ start, end }) }),
    cash,
    fill,
    slippage,
    commission,
    dividendPolicy,
    riskFree,
    ...defined({ periodsPerYear: command.periodsPerYear }),
  }
}

async function algorithmOf(engine: Engine, make: StrategyMaker, source: string | OpenBundle) {
  const bundle = typeof source === 'string' ? await engine.open(source) : source
  try {
    return await makeStrategy(make, bundle)
  } finally {
    if (bundle !== source) bundle.close()
  }
}

async function bundleOf(command: BacktestCommand, io: Io): Promise<string | OpenBundle> {
  const { csv = [], bundle } = command
  if (bundle !== undefined) return bundle
  const content = await ingestCsv(csv, ingestOptions(command, 'csv'))
  for (const note of content.notes) io.stderr(`note: ${note}\n`)
  return memoryBundle(content)
}

/** How many notes of one kind are printed; the rest is a number. */
const NOTES_OF_A_KIND = 5

/** Prints what the run would pass over in silence, before it starts. */
async function printNotes(
  source: string | OpenBundle,
  command: BacktestCommand,
  io: Io,
): Promise<readonly DataNote[]> {
  const bundle = typeof source === 'string' ? await plainBundleSource().open(source) : source
  const { start, end, checkData: thorough = false } = command
  const range = defined({ start, end })
  const longestWindow = isShipped(command) ? command.slow : undefined
  const notes = await checkData(bundle, { range, thorough, ...defined({ longestWindow }) })
  const kinds = new Set(notes.map(({ code }) => code))
  for (const kind of kinds) {
    const ofKind = notes.filter(({ code }) => code === kind)
    for (const { message } of ofKind.slice(0, NOTES_OF_A_KIND)) io.stderr(`note: ${message}\n`)
    const more = ofKind.length - NOTES_OF_A_KIND
    if (more > 0) io.stderr(`note: and ${more} more like this (${kind})\n`)
  }
  if (thorough && notes.length === 0)
    io.stderr(`note: ${checkedText(bundle.manifest.assets.length)}, nothing found\n`)
  return notes
}

function checkedText(assets: number): string {
  return assets === 1 ? '1 asset checked' : `${assets} assets checked`
}

function toJson(result: BacktestResult, barsPerSecond: number, lookAhead?: LookAheadReport) {
  return {
    bars: result.bars,
    finalEquity: result.finalEquity,
    closedTrades: result.closedTrades,
    openTrades: result.openTrades,
    fills: result.fills.map(({ date, asset, shares, price }) => ({ date, asset, shares, price })),
    metrics: result.metrics,
    ...defined({ bankrupt: result.bankrupt }),
    periodsPerYear: result.periodsPerYear,
    riskFree: result.riskFree,
    digest: digest(result),
    ...defined({ lookAhead }),
    barsPerSecond,
  }
}

function toText(result: BacktestResult, barsPerSecond: number): string {
  const { totalReturn, sharpe, maxDrawdown } = result.metrics
  return [
    `final equity   ${result.finalEquity}`,
    `trades         ${result.closedTrades} closed, ${result.openTrades} open, ${result.fills.length} fills`,
    `total return   ${formatPercent(totalReturn)}   maximum drawdown ${formatPercent(maxDrawdown)}   Sharpe ${sharpe?.toFixed(2) ?? 'undefined'} (${result.periodsPerYear} sessions per year)`,
    `bars           ${result.bars} (${barsPerSecond} per second)`,
    `digest         ${digest(result)}`,
    '',
  ].join('\n')
}
