import { isDeepStrictEqual } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import {
  type BacktestResult,
  type BacktestSpec,
  type Context,
  categorical,
  defaults,
  discrete,
  type Engine,
  EngineError,
  enable,
  gridPoints,
  gridSearch,
  type IndicatorHandle,
  inlineExecutor,
  memoryBundle,
  type Objective,
  openEngine,
  type ParameterSpace,
  type Portal,
  parameterSpace,
  pureBaseline,
  rerun,
  type SearchExecutors,
  type SearchedTrial,
  search,
  sma,
  type TradingAlgorithm,
  type TrialTask,
} from '../../../engine/index.js'
import { eachBar, simpleContent, smaCrossover, sp500Content } from '../../support.js'
import { type Scenario, scenario } from '../exact/scenario.js'

/** More: `PARITY_TRIALS=100000 npx vitest run test/engine/search/search-mode.test.ts` */
const TRIALS = Number(process.env.PARITY_TRIALS ?? 300)
const FIRST = Number(process.env.PARITY_SEED ?? 1)

const EVERYTHING = enable(defaults({}), {
  assetListCache: true,
  preGroupedBars: true,
  arrayReturns: true,
  historyCache: true,
  historyCacheArrays: true,
  sharedIndicators: true,
  bundlePool: true,
  tickLedger: true,
})
const CONFIGS = { pure: pureBaseline(), defaults: defaults({}), everything: EVERYTHING }

/** The number of sessions with a gain. */
const gains: Objective = {
  name: 'gains',
  score: ({ equityCurve: { equity } }) =>
    equity.filter((value, i) => i > 0 && Number(value) > Number(equity[i - 1])).length,
}
/** Undefined for every third result. */
const odd: Objective = {
  name: 'odd',
  best: 'lowest',
  score: ({ fills, orders }) => (fills.length % 3 === 0 ? undefined : orders.length),
}
const OBJECTIVES: readonly Objective[] = [
  'final-equity',
  'total-return',
  'sharpe',
  'max-drawdown',
  'calmar',
  'profit-factor',
  gains,
  odd,
]

type SpecOf = (task: TrialTask) => BacktestSpec

function executorsOf(engine: Engine, specOf: SpecOf, objective?: Objective): SearchExecutors {
  return {
    trials: inlineExecutor((task) => engine.trial(specOf(task), objective)),
    backtests: inlineExecutor((task) => engine.backtest(specOf(task))),
  }
}

const NEEDS_PRICE = ['orderValue', 'orderTargetPercent']

/** The actions of a scenario, `times` as large, as long as the average of `bars` bars is ready. */
function strategyOf(given: Scenario, times: number, bars: number): TradingAlgorithm {
  const averages = new Map<string, IndicatorHandle>()
  const act = (context: Context, data: Portal, early: boolean) => {
    for (const { asset, call, amount, style, ...action } of given.actions) {
      if (action.session !== context.session || action.early !== early) continue
      if (call === 'cancel') context.cancel(amount)
      else if (NEEDS_PRICE.includes(call) && !data.canTrade(asset)) continue
      else if (early || averages.get(asset)!.ready)
        context[call](asset, call === 'orderTargetPercent' ? amount : amount * times, style)
    }
  }
  return {
    initialize(context) {
      for (const asset of context.assets) averages.set(asset, context.indicator(asset, sma(bars)))
    },
    beforeTradingStart: (context, data) => act(context, data, true),
    handleData: (context, data) => act(context, data, false),
  }
}

/** A market, costs and a space of strategies from a seed. */
function drawnSearch(seed: number): { readonly specOf: SpecOf; readonly space: ParameterSpace } {
  const { content, actions, ...rest } = scenario(seed)
  const bundle = memoryBundle(content)
  const risk = [{}, { riskFree: 0.03 }, { periodsPerYear: 365 }][seed % 3]
  return {
    specOf: ({ parameters: { times, bars } }) => ({
      ...rest,
      ...risk,
      bundle,
      algorithm: strategyOf({ content, actions, ...rest }, Number(times), Number(bars)),
    }),
    space: parameterSpace({
      times: seed % 2 === 0 ? categorical(1, 3, 2, 5) : discrete(0, 5),
      bars: discrete(1, 1 + (seed % 5)),
    }),
  }
}

/** Scores as the metrics define them; the other objectives have tests of their own. */
const SCORES: Readonly<Record<string, (result: BacktestResult) => number | undefined>> = {
  'final-equity': ({ finalEquity }) => Number(finalEquity),
  'total-return': ({ metrics }) => metrics.totalReturn,
  sharpe: ({ metrics }) => metrics.sharpe,
  'max-drawdown': ({ metrics }) => metrics.maxDrawdown,
  calmar: ({ metrics: { annualReturn, maxDrawdown } }) =>
    annualReturn === undefined || maxDrawdown === 0 ? undefined : annualReturn / maxDrawdown,
}

/** The trial as it should be, its figures read from a full result alone. */
function expectedTrial(trial: SearchedTrial, result: BacktestResult) {
  const { index, parameters, objective } = trial
  const { bundle, bars, finalEquity, metrics, fills, bankrupt } = result
  const score = objective in SCORES ? SCORES[objective]!(result) : trial.score
  return {
    index,
    parameters,
    objective,
    bundle,
    bars,
    finalEquity,
    totalReturn: metrics.totalReturn,
    maxDrawdown: metrics.maxDrawdown,
    fills: fills.length,
    ...(score !== undefined && { score }),
    closedTrades: result.closedTrades,
    ...(bankrupt !== undefined && { bankrupt }),
  }
}

function scoresOf(trials: readonly { readonly score?: number }[]) {
  return trials.map(({ score }) => score)
}

/** Checks that a search that was refused was refused as the same parameters run alone are. */
async function expectRefusal(error: unknown, space: ParameterSpace, lone: Run): Promise<void> {
  if (!(error instanceof EngineError) || error.code === 'search-differs') throw error
  for (const parameters of gridPoints(space)) {
    const alone = await lone({ parameters }).catch((thrown: unknown) => thrown)
    if (!(alone instanceof Error)) continue
    expect(alone).toEqual(error)
    return
  }
  throw error
}

type Run = (task: TrialTask) => Promise<BacktestResult>

describe('search mode', () => {
  it(
    `gives each trial the figures of the same parameters run alone, 0 differences (${TRIALS})`,
    async () => {
      const seen = { trials: 0, fills: 0, scored: 0, bankrupt: 0, refused: 0, differences: 0 }
      const configs = Object.values(CONFIGS)
      for (let seed = FIRST; seen.trials < TRIALS; seed++) {
        const objective = OBJECTIVES[seed % OBJECTIVES.length]!
        const config = configs[seed % configs.length]!
        const { specOf, space } = drawnSearch(seed)
        const [searching, lone] = [openEngine(config), openEngine(config)]
        const executors = executorsOf(searching, specOf, objective)
        const found = await search(space, executors, { objective }).catch((error: unknown) =>
          expectRefusal(error, space, (task) => lone.backtest(specOf(task))),
        )
        if (found === undefined) {
          seen.refused++
          continue
        }
        for (const trial of found.trials) {
          const result = await lone.backtest(specOf(trial))
          const expected = expectedTrial(trial, result)
          if (!isDeepStrictEqual(trial, expected)) {
            seen.differences++
            expect({ seed, ...trial }).toStrictEqual({ seed, ...expected })
          }
          seen.trials++
          seen.fills += trial.fills
          seen.scored += Number(trial.score !== undefined)
          seen.bankrupt += Number(trial.bankrupt !== undefined)
        }
        const drawn = found.trials[seed % found.trials.length]!
        await rerun(drawn, executors.backtests, objective)
        if (seed % 8 < 2) {
          const full = await gridSearch(space, executors.backtests, { objective })
          expect(full.best.index).toBe(found.best.index)
          expect(scoresOf(full.trials)).toEqual(scoresOf(found.trials))
        }
        searching.close()
        lone.close()
      }
      if (TRIALS > 300) process.stdout.write(`${JSON.stringify(seen)}\n`)
      expect(seen.differences).toBe(0)
      expect(seen.fills).toBeGreaterThan(TRIALS)
      expect(seen.scored).toBeGreaterThan(TRIALS / 3)
      expect(seen.bankrupt).toBeGreaterThan(0)
    },
    60_000 + TRIALS * 100,
  )

  const bundle = memoryBundle(sp500Content(200))
  const space = parameterSpace({ fast: discrete(5, 15, 5), slow: discrete(20, 40, 10) })
  const crossover: SpecOf = ({ parameters: { fast, slow } }) => ({
    bundle,
    algorithm: smaCrossover({ fast: Number(fast), slow: Number(slow) }),
  })

  it('finds the winner of a grid search, and has its whole result', async () => {
    const engine = openEngine(EVERYTHING)
    const executors = executorsOf(engine, crossover)
    const [found, full] = [
      await search(space, executors),
      await gridSearch(space, executors.backtests),
    ]
    expect(found.objective).toBe('total-return')
    expect(found.best.parameters).toEqual(full.best.parameters)
    expect(found.best.result).toEqual(full.best.result)
    expect(scoresOf(found.trials)).toEqual(scoresOf(full.trials))
    expect(engine.counters()['engine.backtests']).toBe(2 * 9 + 1)
  })

  it('has the same outcome when trials end in another order', async () => {
    const engine = openEngine(EVERYTHING)
    const { trials, backtests } = executorsOf(engine, crossover)
    const backwards: typeof trials = {
      map: async (tasks) => [...(await trials.map([...tasks].reverse()))].reverse(),
    }
    expect(await search(space, { trials: backwards, backtests })).toEqual(
      await search(space, { trials, backtests }),
    )
  })

  it('keeps plain data: scalars, and the identity of the bundle', async () => {
    const engine = openEngine(EVERYTHING)
    for (const objective of OBJECTIVES) {
      const executors = executorsOf(engine, crossover, objective)
      const { trials } = await search(space, executors, { objective })
      for (const { parameters, bundle: identity, ...figures } of trials) {
        for (const value of Object.values({ ...parameters, ...identity, ...figures }))
          expect(typeof value).toMatch(/^(string|number)$/)
      }
      expect(structuredClone(trials)).toEqual(trials)
    }
  })

  describe('refuses', () => {
    /** Each run of this strategy buys one share more than the one before. */
    const drifting = (): SpecOf => {
      let runs = 0
      return () => {
        const shares = ++runs
        return {
          bundle,
          algorithm: eachBar((context) => void context.orderTarget('SP500', shares)),
        }
      }
    }

    it.each(Object.entries(CONFIGS))(
      'a strategy that depends on how often it ran, under %s',
      async (_, config) => {
        const executors = executorsOf(openEngine(config), drifting())
        await expect(search(space, executors)).rejects.toMatchObject({
          code: 'search-differs',
          message: expect.stringMatching(
            /^search ≠ backtest: trial \d \(fast=\d+, slow=\d+\) has score [-\d.e]+ in the search and [-\d.e]+ run again; let the strategy depend only on/,
          ),
          details: { trial: expect.any(Number), figure: 'score' },
        })
      },
    )

    it('a disagreement in any one figure, and names it', async () => {
      const { trials, backtests } = executorsOf(openEngine(EVERYTHING), crossover)
      const changes = {
        bars: 1,
        score: 0.25,
        finalEquity: '1000000.000001',
        totalReturn: 0.25,
        maxDrawdown: 0.25,
        fills: 0,
        closedTrades: 7,
        bankrupt: '2000-01-04',
      }
      for (const [figure, value] of Object.entries(changes)) {
        const changed = {
          map: async (tasks: readonly TrialTask[]) =>
            (await trials.map(tasks)).map((summary) => ({ ...summary, [figure]: value })),
        }
        const outcome = search(space, { trials: changed, backtests })
        await expect(outcome).rejects.toMatchObject({
          code: 'search-differs',
          details: { figure, searched: String(value) },
        })
      }
    })

    it('trials that were scored by another objective', async () => {
      const { trials } = executorsOf(openEngine(EVERYTHING), crossover, 'sharpe')
      const { backtests } = executorsOf(openEngine(EVERYTHING), crossover)
      await expect(search(space, { trials, backtests })).rejects.toThrow(
        /trial 0 was scored by sharpe in a search by total-return; pass the same objective/,
      )
    })

    it('to run a trial again on another version of the bundle', async () => {
      const engine = openEngine(EVERYTHING)
      const { trials } = await search(space, executorsOf(engine, crossover))
      const other = memoryBundle(sp500Content(201))
      const { backtests } = executorsOf(engine, (task) => ({ ...crossover(task), bundle: other }))
      await expect(rerun(trials[3]!, backtests)).rejects.toMatchObject({ code: 'bundle-changed' })
    })

    it('to run on a closed engine', async () => {
      const engine = openEngine(EVERYTHING)
      engine.close()
      await expect(engine.trial(crossover({ parameters: {} }))).rejects.toThrow(/engine is closed/)
    })
  })

  it('keeps no equity: 2 000 trials over 5 000 bars add less than 10 of their curves', async () => {
    const SESSIONS = 5000
    const CURVE_BYTES = SESSIONS * 8
    const engine = openEngine(EVERYTHING)
    const market = memoryBundle(
      simpleContent(Array.from({ length: SESSIONS }, (_, i) => 100 + (i % 7))),
    )
    const specOf: SpecOf = ({ parameters: { shares } }) => ({
      bundle: market,
      algorithm: eachBar((context) => {
        if (context.session === 1) context.order('A', Number(shares))
      }),
    })
    const executors = executorsOf(engine, specOf)
    const shares = (count: number) => parameterSpace({ shares: discrete(1, count) })
    await search(shares(2), executors)
    const before = arrayBytes()
    const found = await search(shares(2000), executors)
    expect(found.trials.length).toBe(2000)
    expect(arrayBytes() - before).toBeLessThan(10 * CURVE_BYTES)
    // The same measure sees the results that a grid search keeps.
    const kept = await gridSearch(shares(100), executors.backtests)
    expect(arrayBytes() - before).toBeGreaterThanOrEqual(100 * CURVE_BYTES)
    expect(kept.trials.length).toBe(100)
  })
})

/** Bytes of array buffers in use after a collection. */
function arrayBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().arrayBuffers
}
