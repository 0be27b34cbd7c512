import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  discrete,
  gridPoints,
  inlineExecutor,
  METHODS,
  memoryBundle,
  type Objective,
  type OptimizedTrial,
  type OptimizeOptions,
  type OptimizeProgress,
  openEngine,
  optimize,
  parameterSpace,
  pureBaseline,
  rangeOf,
  type SearchExecutors,
  search,
  type TrialTask,
} from '../../../../engine/index.js'
import { smaCrossover, sp500Content } from '../../../support.js'

const bundle = memoryBundle(sp500Content(120))
const space = parameterSpace(
  { fast: discrete(2, 12), slow: discrete(4, 40, 3) },
  ({ fast, slow }) => Number(fast) < Number(slow),
)
const engine = openEngine(pureBaseline())

function specOf(task: TrialTask) {
  const { fast, slow } = task.parameters
  const range = rangeOf(task)
  return {
    bundle,
    algorithm: smaCrossover({ fast: Number(fast), slow: Number(slow), returnType: 'array' }),
    ...(range !== undefined && { range }),
  }
}

/** Executors that count the trials they run. */
function counted(objective: Objective = 'total-return') {
  const ran = { trials: 0 }
  const executors: SearchExecutors = {
    trials: inlineExecutor((task) => {
      ran.trials++
      return engine.trial(specOf(task), objective)
    }),
    backtests: inlineExecutor((task) => engine.backtest(specOf(task))),
  }
  return { ran, executors }
}

const run = (options: OptimizeOptions, objective?: Objective) =>
  optimize(space, counted(objective).executors, {
    ...options,
    ...(objective !== undefined && { objective }),
  })

describe('optimize', () => {
  it('finds with the grid what the search of all points finds', async () => {
    for (const objective of ['total-return', 'max-drawdown'] as const) {
      const all = await search(space, counted(objective).executors, { objective })
      const found = await run({ method: 'grid' }, objective)
      expect(found.trials).toEqual(all.trials)
      expect(found.best).toEqual(all.best)
      expect(found).toMatchObject({ method: 'grid', spent: all.trials.length, stopped: false })
    }
  })

  it.each(METHODS)(
    'spends the trials it is given with %s, and has the best in full',
    async (method) => {
      const found = await run({ method, trials: 20, seed: 5, batch: 4 }, 'max-drawdown')
      const shares = found.trials.map(({ fidelity = 1 }) => fidelity)
      expect(found.spent).toBeCloseTo(
        shares.reduce((sum, share) => sum + share, 0),
        8,
      )
      const points = new Set(found.trials.map(({ parameters }) => JSON.stringify(parameters)))
      if (points.size < gridPoints(space).length) expect(found.spent).toBeGreaterThan(18)
      expect(found.spent).toBeLessThan(shares.every((share) => share === 1) ? 20.5 : 21)
      expect(found.trials.map(({ index }) => index)).toEqual(found.trials.map((_, i) => i))
      const scores = found.trials.filter(({ fidelity }) => fidelity === undefined)
      expect(found.best.score).toBe(Math.min(...scores.map(({ score }) => score!)))
      expect(found.best.result.metrics.maxDrawdown).toBe(found.best.score)
      expect(await run({ method, trials: 20, seed: 5, batch: 4 }, 'max-drawdown')).toEqual(found)
    },
  )

  it('runs a share of the bars on the most recent sessions', async () => {
    const sessions = 120
    const fidelity = { least: 1 / 9, reduction: 3 }
    const found = await run({ method: 'hyperband', trials: 12, fidelity })
    const shares = new Set(found.trials.map((trial) => trial.fidelity))
    expect(shares).toEqual(new Set([1 / 9, 1 / 3, undefined]))
    for (const trial of found.trials) {
      const { parameters, fidelity: share = 1 } = trial
      const start = sessions - Math.round(share * sessions)
      const alone = await engine.trial(
        specOf({ parameters, range: { start, end: sessions } }),
        'total-return',
      )
      expect(trial).toMatchObject(alone)
    }
    expect(found.best.fidelity).toBeUndefined()
    expect(found.fidelityCorrelation!.map((one) => one.fidelity)).toEqual([1 / 9, 1 / 3])
    for (const { points } of found.fidelityCorrelation!) expect(points).toBeLessThan(8)
    expect(found.fidelityNote).toMatch(/^hyperband is not shown to pay here/)
    expect(found.spent).toBeLessThan(13)
  })

  it('has a best trial on all bars even if the trials suffice for shares only', async () => {
    const found = await run({ method: 'successive-halving', trials: 2, batch: 5 })
    const { fidelity, index, ...best } = found.best
    expect(fidelity).toBeUndefined()
    expect(index).toBe(found.trials.length - 1)
    expect(found.trials.slice(0, -1).every((trial) => trial.fidelity! < 1)).toBe(true)
    const largest = found.trials.slice(0, -1).sort((a, b) => b.fidelity! - a.fidelity!)
    const candidates = largest.filter((trial) => trial.fidelity === largest[0]!.fidelity)
    expect(Math.max(...candidates.map(({ score }) => score!))).toBe(
      candidates.find(({ parameters }) => isDeepStrictEqual(parameters, best.parameters))!.score,
    )
    expect(found.spent).toBeLessThan(3)
  })

  it('goes on from the journal of a search stopped before a trial on all bars', async () => {
    const options = { method: 'bohb', seed: 2, batch: 4, trials: 6 } as const
    const journal: OptimizedTrial[] = []
    const stop = new AbortController()
    const cut = await run({
      ...options,
      journal: { done: [], record: (trials) => void journal.push(...trials) },
      onProgress: ({ trials }) => trials >= 8 && stop.abort(),
      signal: stop.signal,
    })
    expect(cut).toMatchObject({ stopped: true, best: { index: 8 } })
    expect(cut.best.fidelity).toBeUndefined()
    expect(journal).toEqual(cut.trials.slice(0, -1))
    const { executors, ran } = counted()
    const resumed = await optimize(space, executors, {
      ...options,
      journal: { done: journal, record: () => {} },
    })
    expect(resumed).toEqual(await run(options))
    expect(ran.trials).toBe(resumed.trials.length - 8)
  })

  it('refuses an executor that runs all bars where a share is wanted', async () => {
    const executors: SearchExecutors = {
      trials: inlineExecutor(({ parameters }) => engine.trial(specOf({ parameters }))),
      backtests: inlineExecutor((task) => engine.backtest(specOf(task))),
    }
    const found = optimize(space, executors, { method: 'hyperband', trials: 9 })
    await expect(found).rejects.toThrow(/ran on as many bars .* rangeOf/)
  })

  it('prefers trials that satisfy the constraints', async () => {
    const free = await run({ method: 'grid' })
    const fills = free.trials.map((trial) => trial.fills).sort((a, b) => a - b)
    const [minFills, most] = [fills[Math.floor(fills.length / 4)]!, fills.at(-1)! - 1]
    const constraints = { minFills, own: [(trial: { fills: number }) => trial.fills - most] }
    const found = await run({ method: 'random', trials: 400, constraints })
    const holds = found.trials.filter(({ violation }) => violation === undefined)
    for (const trial of found.trials)
      expect(trial.violation === undefined).toBe(trial.fills >= minFills && trial.fills <= most)
    expect(holds.length).toBeGreaterThan(0)
    expect(found.best.violation).toBeUndefined()
    expect(found.best.score).toBe(Math.max(...holds.map(({ score }) => score!)))

    const impossible = await run({ method: 'grid', constraints: { minFills: 1000 } })
    const least = Math.min(...impossible.trials.map(({ violation }) => violation!))
    expect(impossible.best.violation).toBe(least)
    expect(least).toBe((1000 - fills.at(-1)!) / 1000)
  })

  it('goes on from a journal without running a trial again', async () => {
    const journal: OptimizedTrial[] = []
    const options = { method: 'random', trials: 30, seed: 2, batch: 4 } as const
    const whole = await run({
      ...options,
      journal: { done: [], record: (trials) => void journal.push(...trials) },
    })
    expect(journal).toEqual(whole.trials)
    const half = (JSON.parse(JSON.stringify(journal)) as OptimizedTrial[]).slice(0, 18).reverse()
    const added: OptimizedTrial[] = []
    const { executors, ran } = counted()
    const resumed = await optimize(space, executors, {
      ...options,
      journal: { done: half, record: (trials) => void added.push(...trials) },
    })
    expect(resumed).toEqual(whole)
    expect(ran.trials).toBe(12)
    expect(added).toEqual(whole.trials.slice(18))
    const other = { ...options, seed: 3, journal: { done: half, record: () => {} } }
    await expect(run(other)).rejects.toThrow(/trial 0 of the journal has parameters/)
  })

  it('stops at a signal and keeps what is done', async () => {
    const stop = new AbortController()
    const progress: OptimizeProgress[] = []
    const onProgress = (at: OptimizeProgress) => {
      progress.push(at)
      if (at.trials >= 8) stop.abort()
    }
    const options = { method: 'random', trials: 30, batch: 4 } as const
    const found = await run({ ...options, onProgress, signal: stop.signal })
    expect(found).toMatchObject({ spent: 8, stopped: true })
    const whole = await run(options)
    expect(found.trials).toEqual(whole.trials.slice(0, 8))
    expect(progress.map(({ spent, budget }) => [spent, budget])).toEqual([
      [4, 30],
      [8, 30],
    ])
    expect(progress[1]!.best.index).toBe(found.best.index)
    await expect(run({ ...options, signal: stop.signal })).rejects.toThrow(/abort/)
  })

  it('refuses options that make no sense', async () => {
    await expect(run({ method: 'random' })).rejects.toThrow(/only the grid can do without/)
    for (const trials of [0, 1.5, Number.NaN])
      await expect(run({ method: 'random', trials })).rejects.toThrow(/give a whole number/)
    await expect(run({ method: 'grid', batch: 0 })).rejects.toThrow(/batch 0/)
    await expect(run({ method: 'grid', constraints: { minFills: -1 } })).rejects.toThrow(/minFills/)
    const own = [() => Number.NaN]
    await expect(run({ method: 'grid', constraints: { own } })).rejects.toThrow(/returned NaN/)
    const trials = counted('max-drawdown')
    await expect(optimize(space, trials.executors, { method: 'grid' })).rejects.toThrow(
      /was scored by max-drawdown/,
    )
  })
})
