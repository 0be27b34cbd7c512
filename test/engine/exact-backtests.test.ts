import { describe, expect, it } from 'vitest'
import {
  type BacktestResult,
  type Context,
  defaults,
  EngineError,
  enable,
  type Field,
  memoryBundle,
  openEngine,
  type Portal,
  pureBaseline,
} from '../../engine/index.js'
import { toNumber } from './exact/fraction.js'
import { type Scenario, scenario } from './exact/scenario.js'
import { byText, Simulator } from './exact/simulator.js'

/**
 * Number of backtests; `EXACT_BACKTESTS=3000 npx vitest run test/engine/exact-backtests.test.ts`
 * runs more.
 */
const COUNT = Number(process.env.EXACT_BACKTESTS ?? 60)
const FIRST = Number(process.env.EXACT_SEED ?? 1)

const NEEDS_PRICE = ['orderValue', 'orderTargetPercent']
const WINDOW_FIELDS: readonly Field[] = ['close', 'price', 'volume', 'high']

describe('random backtests', () => {
  it(
    `equal an independent simulator in fractions of whole numbers, to the last digit (${COUNT})`,
    async () => {
      const engines = [
        openEngine(pureBaseline()),
        openEngine(defaults({})),
        openEngine(enable(defaults({}), { tickLedger: false })),
      ]
      const seen = { backtests: 0, fills: 0, windows: 0, splits: 0, refused: 0 }
      for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
        const given = scenario(seed)
        for (const engine of engines) {
          const run = runOf(given)
          const result = await engine
            .backtest({ bundle: memoryBundle(given.content), ...run.spec })
            .catch(refusal)
          if (result === undefined) {
            seen.refused++
            continue
          }
          const expected = new Simulator(given).run()
          expect({ seed, ...resultOf(result), held: run.held }).toEqual({ seed, ...expected })
          seen.backtests++
          seen.fills += result.fills.length
          seen.windows += run.windows()
          seen.splits += given.content.adjustments.filter(({ kind }) => kind === 'split').length
        }
      }
      if (COUNT > 60) process.stdout.write(`${JSON.stringify(seen)}\n`)
      expect(seen.backtests).toBeGreaterThan(COUNT * 2.4)
      expect(seen.fills).toBeGreaterThan(COUNT)
    },
    60_000 + COUNT * 1000,
  )
})

/** Undefined where an adjusted price has too many digits to be exact; any other error fails. */
function refusal(error: unknown): undefined {
  if (error instanceof EngineError && /adjusts to more than 2\^51 ticks/.test(error.message)) return
  throw error
}

function runOf(given: Scenario) {
  const simulator = new Simulator(given)
  const held: Record<string, number> = {}
  let windows = 0
  const act = (context: Context, data: Portal, early: boolean) => {
    for (const { asset, call, amount, style, ...action } of given.actions) {
      if (action.session !== context.session || action.early !== early) continue
      if (call === 'cancel') context.cancel(amount)
      else if (NEEDS_PRICE.includes(call) && !data.canTrade(asset)) continue
      else context[call](asset, amount, style)
    }
    windows += checkWindows(context, data, simulator, early)
  }
  const { cash, fill, slippage, commission, dividendPolicy } = given
  return {
    held,
    windows: () => windows,
    spec: {
      algorithm: {
        beforeTradingStart: (context: Context, data: Portal) => act(context, data, true),
        handleData: (context: Context, data: Portal) => act(context, data, false),
        analyze(context: Context) {
          for (const asset of context.assets) {
            const shares = context.portfolio.position(asset)
            if (shares !== 0) held[asset] = shares
          }
        },
      },
      cash,
      fill,
      slippage,
      commission,
      dividendPolicy,
    },
  }
}

/** Compares one window of each asset with the simulator's, value by value. */
function checkWindows(context: Context, data: Portal, simulator: Simulator, early: boolean) {
  const { session } = context
  const bar = early ? session - 1 : session
  let count = 0
  for (const asset of context.assets) {
    const length = data.available(asset)
    if (length === 0) continue
    const field = WINDOW_FIELDS[(session + count) % WINDOW_FIELDS.length]!
    const window = data.history(asset, field, length, '1d', { returnType: 'array' })
    const expected = Array.from({ length }, (_, i) => {
      const value = simulator.value(asset, field, bar + 1 - length + i, bar, session)
      return value === undefined ? (field === 'volume' ? 0 : Number.NaN) : toNumber(value)
    })
    expect([...window]).toEqual(expected)
    count++
  }
  return count
}

function resultOf({ fills, orders, trades, equityCurve, finalCash }: BacktestResult) {
  const closed = trades.filter((trade) => trade.closed !== undefined)
  const open = trades.filter((trade) => trade.closed === undefined)
  return {
    fills,
    orders,
    trades: [...[...closed].sort(byText), ...[...open].sort(byText)],
    equity: equityCurve.equity,
    finalCash,
  }
}
