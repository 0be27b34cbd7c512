import { describe, expect, it } from 'vitest'
import {
  discrete,
  type Engine,
  enable,
  indicatorSum,
  inlineExecutor,
  memoryBundle,
  type OptimizeOptions,
  openEngine,
  optimize,
  overfittingOf,
  type Parameters,
  parameterSpace,
  pureBaseline,
  type SearchExecutors,
  search,
  signalStrategy,
  sma,
  type TrialTask,
  workerPool,
  writeBundle,
} from '../../../../engine/index.js'
import {
  BLOCKS,
  blockStart,
  returnBlocksOf,
  sharpeOfSums,
  totalOf,
} from '../../../../engine/search/overfitting/return-blocks.js'
import { temporaryDirectory } from '../../../fixtures/bench.js'
import { eachBar, simpleContent, smaCrossover, sp500Content } from '../../../support.js'

const bundle = memoryBundle(sp500Content(120))
const engine = openEngine(pureBaseline())
const space = parameterSpace({ fast: discrete(2, 5), slow: discrete(8, 20, 4) })
const RISK = { riskFree: 0.02, periodsPerYear: 260 }

function specOf({ parameters: { fast, slow }, range }: TrialTask) {
  return {
    ...RISK,
    bundle,
    cash: 20_000,
    algorithm: smaCrossover({ fast: Number(fast), slow: Number(slow), returnType: 'array' }),
    ...(range !== undefined && { range }),
  }
}

const executorsOf = (of: Engine): SearchExecutors => ({
  trials: inlineExecutor((task) => of.trial(specOf(task), 'sharpe', task)),
  backtests: inlineExecutor((task) => of.backtest(specOf(task))),
})

const OPTIONS: OptimizeOptions = { method: 'grid', objective: 'sharpe', returnBlocks: true }

describe('return blocks', () => {
  it('divide the sessions evenly by index, and give the Sharpe ratio of the metrics', async () => {
    const { trials, best } = await search(space, executorsOf(engine), OPTIONS)
    expect(best.result.metrics.sharpe).toBeDefined()
    for (const { returnBlocks, score } of trials) {
      expect(returnBlocks).toMatchObject({ sessions: 120 })
      expect(returnBlocks?.sums).toHaveLength(BLOCKS)
      const { count, sum, squares } = totalOf(returnBlocks!)
      const sharpe = sharpeOfSums(count, sum, squares) * Math.sqrt(RISK.periodsPerYear)
      expect(sharpe).toBeCloseTo(score ?? 0, 10)
    }
    const starts = Array.from({ length: 17 }, (_, block) => blockStart(block, 120))
    expect(starts).toEqual([0, 7, 15, 22, 30, 37, 45, 52, 60, 67, 75, 82, 90, 97, 105, 112, 120])
  })

  it('are in no trial unless the search wants them, with or without a method', async () => {
    const executors = executorsOf(engine)
    const plain = await search(space, executors, { objective: 'sharpe' })
    const random = await optimize(space, executors, {
      method: 'random',
      trials: 4,
      objective: 'sharpe',
    })
    for (const trial of [...plain.trials, ...random.trials])
      expect(trial).not.toHaveProperty('returnBlocks')
    const wanted = await optimize(space, executors, OPTIONS)
    for (const trial of wanted.trials) expect(trial).toHaveProperty('returnBlocks')
    const without = wanted.trials.map(({ returnBlocks: _, ...trial }) => trial)
    expect(without).toEqual(plain.trials)
  })

  it('come from threads as from the same thread', async () => {
    const directory = temporaryDirectory()
    await writeBundle(directory, sp500Content(120))
    const module = new URL('../../../fixtures/pool-search.mjs', import.meta.url)
    const pool = workerPool({ module, options: {}, bundle: directory, workers: 1 })
    const two = parameterSpace({ bars: discrete(3, 9, 3) })
    const { trials } = await pool.search((executors) => search(two, executors, OPTIONS), {
      objective: 'sharpe',
    })
    await pool.close()
    const bundle = await engine.open(directory)
    const { default: make } = await import(module.href)
    const inline = inlineExecutor((task: TrialTask) => {
      const algorithm = make({}).strategy(task.parameters)
      return engine.trial({ bundle, algorithm }, 'sharpe', task)
    })
    const tasks = trials.map(({ parameters }) => ({ parameters, withReturnBlocks: true as const }))
    const expected = await inline.map(tasks)
    expect(trials.map(({ returnBlocks }) => returnBlocks)).toEqual(
      expected.map(({ returnBlocks }) => returnBlocks),
    )
    expect(trials[0]!.returnBlocks?.sessions).toBe(120)
  })

  it('of a sweep are those of the backtests', async () => {
    const task = { parameters: { fast: 3, slow: 9 }, withReturnBlocks: true as const }
    const signal = {
      inputs: ({ fast, slow }: Parameters) =>
        [fast, slow].map((bars) => indicatorSum(sma(Number(bars)))),
      decide: () => (fast: number, slow: number) =>
        Number.isNaN(slow) ? Number.NaN : fast * 3 > slow ? 10 : 0,
    }
    const config = enable(pureBaseline(), { tickLedger: true })
    const swept = await openEngine(config)
      .sweep({ bundle, ...RISK, signal }, 'sharpe')
      .map([task])
    const algorithm = signalStrategy(signal, task.parameters)
    const run = await engine.trial({ bundle, ...RISK, algorithm }, 'sharpe', task)
    expect(swept).toEqual([run])
    expect(run.returnBlocks?.sums.some((sum) => sum !== 0)).toBe(true)
  })

  it('survive structured clones and JSON', async () => {
    const { trials } = await search(space, executorsOf(engine), OPTIONS)
    expect(structuredClone(trials)).toEqual(trials)
    expect(JSON.parse(JSON.stringify(trials))).toEqual(trials)
  })

  it('count a bankruptcy as a loss of everything, and nothing after it', () => {
    const { sums, squares } = returnBlocksOf(100, [110, 0, 50, 60], 0)
    expect(sums.filter((sum) => sum !== 0)).toEqual([expect.closeTo(0.1, 12), -1])
    expect(squares.filter((square) => square !== 0)).toEqual([expect.closeTo(0.01, 12), 1])
    expect(returnBlocksOf(100, [110n, -20n, 50n, 60n], 0).sums).toEqual(sums)
  })

  it('of no sessions or one have a Sharpe ratio of 0', () => {
    for (const equity of [[], [110]]) {
      const { count, sum, squares } = totalOf(returnBlocksOf(100, equity, 0.01))
      expect(count).toBe(equity.length)
      expect(sharpeOfSums(count, sum, squares)).toBe(0)
    }
  })
})

describe('the overfitting of a search', () => {
  it('follows from its trials and its best result', async () => {
    const { trials, best } = await optimize(space, executorsOf(engine), OPTIONS)
    const { deflatedSharpe, backtestOverfitting } = overfittingOf(trials, best)
    expect(deflatedSharpe).toMatchObject({ kind: 'given', trials: 16, sessions: 120 })
    if (deflatedSharpe.kind === 'absent') throw new Error(deflatedSharpe.reason)
    const annual = deflatedSharpe.sharpe * Math.sqrt(RISK.periodsPerYear)
    expect(annual).toBeCloseTo(best.result.metrics.sharpe!, 10)
    expect(backtestOverfitting).toMatchObject({ kind: 'given', trials: 16, divisions: 12_870 })
  })

  it('counts a point once, and compares no trial on a share of the bars', async () => {
    const { trials, best } = await optimize(space, executorsOf(engine), OPTIONS)
    const once = overfittingOf(trials, best)
    expect(overfittingOf([...trials, ...trials].toReversed(), best)).toMatchObject({
      deflatedSharpe: { trials: 16 },
      backtestOverfitting: { ...once.backtestOverfitting, slope: expect.any(Number) },
    })
    const partly = trials.map((trial, i) => (i < 10 ? { ...trial, fidelity: 1 / 3 } : trial))
    expect(overfittingOf(partly, best)).toMatchObject({
      deflatedSharpe: { trials: 16 },
      backtestOverfitting: {
        trials: partly.slice(10).some(({ index }) => index === best.index) ? 6 : 7,
      },
    })
  })

  it('is absent, with the remedy, without return blocks', async () => {
    const { trials, best } = await search(space, executorsOf(engine), { objective: 'sharpe' })
    const reason = expect.stringMatching(/search with returnBlocks/)
    expect(overfittingOf(trials, best)).toEqual({
      deflatedSharpe: { kind: 'absent', reason },
      backtestOverfitting: { kind: 'absent', reason },
    })
  })

  it('is absent for one trial, for few sessions and where nothing is traded', async () => {
    const one = parameterSpace(space.dimensions, (point) => point.fast === 2 && point.slow === 8)
    const alone = await search(one, executorsOf(engine), OPTIONS)
    expect(overfittingOf(alone.trials, alone.best)).toEqual({
      deflatedSharpe: { kind: 'absent', reason: 'one trial was not chosen among others' },
      backtestOverfitting: { kind: 'absent', reason: expect.stringMatching(/two trials/) },
    })
    const idle = {
      bundle: memoryBundle(simpleContent(new Array<number>(20).fill(10))),
      algorithm: eachBar(() => {}),
    }
    const quiet = await search(
      space,
      {
        trials: inlineExecutor((task) => engine.trial(idle, 'sharpe', task)),
        backtests: inlineExecutor(() => engine.backtest(idle)),
      },
      OPTIONS,
    )
    expect(overfittingOf(quiet.trials, quiet.best)).toEqual({
      deflatedSharpe: { kind: 'absent', reason: expect.stringMatching(/no variance/) },
      backtestOverfitting: { kind: 'absent', reason: expect.stringMatching(/32 sessions .* 20/) },
    })
  })
})
