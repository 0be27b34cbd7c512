import { performance } from 'node:perf_hooks'
import {
  type BacktestResult,
  digest,
  engineLog,
  ingestCsv,
  memoryBundle,
  type OpenBundle,
  openEngine,
  plainBundleSource,
} from '../../engine/index.js'
import type { ExtraCommand } from '../../harness/cli/extra-command.js'
import { EXIT } from '../../harness/errors.js'
import type { Io } from '../../harness/io.js'
import { formatPercent } from '../../harness/text/format.js'
import { smaCrossover } from '../strategies/sma-crossover.js'
import { type BacktestOptions, parseBacktestOptions } from './backtest-options.js'
import { onUserInput } from './engine-input.js'

/**
 * `assay backtest`: one backtest of a shipped strategy, so that the engine can be checked against
 * numbers one trusts.
 */
export const backtestCommand: ExtraCommand = {
  name: 'backtest',
  summary: 'run one backtest of a shipped strategy over CSV files or a bundle',
  declare(command) {
    command
      .option(
        '--csv <files...>',
        'price files: date, open, high, low, close, volume; one asset per file or an asset column',
      )
      .option('--bundle <dir>', 'a bundle, instead of price files')
      .option(
        '--adjustments <file>',
        'splits and dividends for the price files: asset,session,kind,value',
      )
      .option(
        '--price-scale <places>',
        'decimal places kept of prices in the price files (default: as many as they have)',
      )
      .option(
        '--volume-scale <places>',
        'decimal places kept of volumes in the price files (default: as many as they have)',
      )
      .option(
        '--round-price',
        'round prices beyond --price-scale half-even instead of refusing them',
      )
      .option(
        '--round-volume',
        'round volumes beyond --volume-scale half-even instead of refusing them',
      )
      .option('--strategy <name>', 'sma-crossover', 'sma-crossover')
      .option('--fast <bars>', 'bars of the fast average', '20')
      .option('--slow <bars>', 'bars of the slow average', '50')
      .option('--shares <n>', 'shares held while the fast average is above the slow one', '10')
      .option('--cash <amount>', 'starting cash', '1000000')
      .option('--start <session>', 'first session traded; earlier bars are warm-up')
      .option('--end <session>', 'trading stops before this session')
      .option(
        '--return-type <type>',
        'dataframe or array: how the strategy asks for history (default: dataframe)',
      )
      .option('--config <config>', 'baseline, defaults, or layers joined by +', 'baseline')
      .option('--fill <policy>', 'next-open or next-close', 'next-open')
      .option('--slippage <model>', 'none, bps:5 or volume-share:LIMIT:IMPACT', 'none')
      .option(
        '--commission <model>',
        'none, per-share:0.005, per-trade:1 or per-dollar:0.001',
        'none',
      )
      .option('--dividend-policy <policy>', 'prior-close or ex-close', 'prior-close')
      .option(
        '--log <level>',
        'silent, warn or debug (every operation of every cache), as JSON lines on stderr',
        'silent',
      )
      .option('--json', 'one JSON document on stdout; decimals are strings')
      .addHelpText(
        'after',
        `
Prices are exact decimals; where fifteen digits cannot hold them all they are rounded, and a note says so. Adjustments are applied point in time; price files are taken as they are unless --adjustments names events.

Examples
  assay backtest --csv AAPL.csv --fast 20 --slow 50 --json
  assay backtest --bundle data/mag8 --config layer1 --return-type array
  assay backtest --bundle data/mag8 --config layer1+layer2 --log debug 2> caches.jsonl`,
      )
  },
  async run(_args, options, { io }) {
    return onUserInput(async () => {
      const given = parseBacktestOptions(options, io.cwd, io.env)
      const { result, seconds } = await backtest(given, io)
      const barsPerSecond = Math.round(result.bars / seconds)
      io.stdout(
        given.json
          ? `${JSON.stringify(toJson(result, barsPerSecond), null, 2)}\n`
          : toText(result, barsPerSecond),
      )
      return EXIT.done
    })
  },
}

/**
 * The backtest, and how long it took, opening and decoding a bundle included, reading price files
 * not.
 */
async function backtest(
  options: BacktestOptions,
  io: Io,
): Promise<{ result: BacktestResult; seconds: number }> {
  const bundle = await bundleOf(options, io)
  const engine = openEngine(options.config, { log: engineLog(options.log, { write: io.stderr }) })
  try {
    const begin = performance.now()
    const result = await engine.backtest({
      bundle,
      algorithm: smaCrossover({ ...options.strategy, returnType: options.returnType }),
      ...(options.start === undefined && options.end === undefined
        ? {}
        : { range: rangeOf(options) }),
      cash: options.cash,
      fill: options.fill,
      slippage: options.slippage,
      commission: options.commission,
      dividendPolicy: options.dividendPolicy,
    })
    const seconds = (performance.now() - begin) / 1000
    if (result.fills.length === 0 && (await neverTraded(bundle)))
      io.stderr(`note: ${NEVER_TRADED}\n`)
    return { result, seconds }
  } finally {
    engine.close()
    if (typeof bundle !== 'string') bundle.close()
  }
}

async function bundleOf(options: BacktestOptions, io: Io): Promise<string | OpenBundle> {
  const { source, adjustments, priceScale, volumeScale, roundPrice, roundVolume } = options
  if (source.kind === 'bundle') return source.directory
  const content = await ingestCsv(source.files, {
    name: 'csv',
    scales: {
      ...(priceScale !== undefined && { price: priceScale }),
      ...(volumeScale !== undefined && { volume: volumeScale }),
    },
    fitScales: true,
    roundPrice,
    roundVolume,
    ...(adjustments !== undefined && { adjustments }),
  })
  if (content.provenance.notes !== undefined) io.stderr(`note: ${content.provenance.notes}\n`)
  return memoryBundle(content)
}

const NEVER_TRADED =
  'no bar has any volume, so no order can ever fill; give the traded volumes, or any positive number, to let orders fill'

async function neverTraded(source: string | OpenBundle): Promise<boolean> {
  const bundle = typeof source === 'string' ? await plainBundleSource().open(source) : source
  return (await bundle.table()).volume.every((volume) => volume === 0)
}

function rangeOf({ start, end }: BacktestOptions) {
  return { ...(start !== undefined && { start }), ...(end !== undefined && { end }) }
}

function toJson(result: BacktestResult, barsPerSecond: number) {
  return {
    bars: result.bars,
    finalEquity: result.finalEquity,
    closedTrades: result.closedTrades,
    openTrades: result.openTrades,
    fills: result.fills.map(({ date, asset, shares, price }) => ({ date, asset, shares, price })),
    metrics: result.metrics,
    digest: digest(result),
    barsPerSecond,
  }
}

function toText(result: BacktestResult, barsPerSecond: number): string {
  const { totalReturn, sharpe, maxDrawdown } = result.metrics
  return [
    `final equity   ${result.finalEquity}`,
    `trades         ${result.closedTrades} closed, ${result.openTrades} open, ${result.fills.length} fills`,
    `total return   ${formatPercent(totalReturn)}   maximum drawdown ${formatPercent(maxDrawdown)}   Sharpe ${sharpe?.toFixed(2) ?? 'undefined'}`,
    `bars           ${result.bars} (${barsPerSecond} per second)`,
    `digest         ${digest(result)}`,
    '',
  ].join('\n')
}
