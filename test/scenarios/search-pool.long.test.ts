import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { enable, inlineExecutor, openEngine, pureBaseline, search } from '../../engine/index.js'
import { CACHE_VARIABLE } from '../../harness/system/cache-root.js'
import { ensureMarket } from '../../scenarios/market/market-cache.js'
import { coordinatorWorkload } from '../../scenarios/workloads/coordinator.js'
import { searchPoolWorkload } from '../../scenarios/workloads/search-pool.js'
import { crossoverOf, crossoverSpace } from '../../scenarios/workloads/search-space.js'
import { watchThreads } from '../engine/execution/pool-cases.js'
import { temporaryDirectory } from '../fixtures/bench.js'

const GRID = {
  fast: { from: 5, to: 10, step: 5 },
  slow: { from: 20, to: 30, step: 5 },
  assets: 2,
  sessions: 50,
}
const SEARCHES = { ...GRID, workers: 2, objectives: ['total-return', 'sharpe'] as const }
const COORDINATOR = { ...GRID, workers: [1, 3], searches: 2 }
const SIZE = { assets: 2, sessions: 80 }

describe('the workloads with worker threads', () => {
  const root = temporaryDirectory()
  let before: string | undefined
  let bundle: string
  beforeEach(async () => {
    before = process.env[CACHE_VARIABLE]
    process.env[CACHE_VARIABLE] = root
    bundle = (await ensureMarket(SIZE, 5, () => {}, root)).directory
  })
  afterEach(() => {
    if (before === undefined) delete process.env[CACHE_VARIABLE]
    else process.env[CACHE_VARIABLE] = before
  })

  /** The same search without threads. */
  const inline = (objective: 'total-return' | 'sharpe') => {
    const engine = openEngine(pureBaseline())
    const spec = ({
      parameters,
    }: {
      readonly parameters: { readonly [name: string]: string | number }
    }) => ({
      bundle,
      algorithm: crossoverOf(parameters, pureBaseline()),
      range: { start: 30 },
    })
    const executors = {
      trials: inlineExecutor((task: Parameters<typeof spec>[0]) =>
        engine.trial(spec(task), objective),
      ),
      backtests: inlineExecutor((task: Parameters<typeof spec>[0]) => engine.backtest(spec(task))),
    }
    return search(crossoverSpace(GRID.fast, GRID.slow), executors, { objective })
  }

  it('search-pool finds what the searches find without threads, and leaves no thread', async () => {
    const threads = watchThreads()
    const expected = structuredClone([await inline('total-return'), await inline('sharpe')])
    for (const persistentWorkers of [false, true]) {
      const config = enable(pureBaseline(), { persistentWorkers })
      const { output, counters, work } = await searchPoolWorkload.run(config, SEARCHES, 5)
      expect(output).toEqual(expected)
      expect(counters).toMatchObject({ 'workers.tasks': 14 })
      expect(Object.keys(counters!)).toEqual(
        expect.arrayContaining(['search.firstMs', 'search.laterMs', 'workers.batches']),
      )
      expect(work).toEqual({ unit: 'bars', amount: 14 * 2 * 50 })
      expect(threads.size).toBe(0)
    }
  })

  it('search-pool starts its threads once per search, or once in all', async () => {
    const started: unknown[] = []
    const onStart = (worker: unknown) => started.push(worker)
    process.on('worker', onStart)
    await searchPoolWorkload.run(pureBaseline(), SEARCHES, 5)
    expect(started).toHaveLength(4)
    await searchPoolWorkload.run(enable(pureBaseline(), { persistentWorkers: true }), SEARCHES, 5)
    expect(started).toHaveLength(6)
    process.off('worker', onStart)
  })

  it('coordinator searches twice with each number of threads, with the same figures', async () => {
    const threads = watchThreads()
    const { trials } = await inline('total-return')
    const { output, counters, work } = await coordinatorWorkload.run(pureBaseline(), COORDINATOR, 5)
    const again = trials.map((trial) => ({ ...trial, index: trial.index + trials.length }))
    expect(output).toEqual([1, 3].map(() => [...trials, ...again]))
    expect(work).toEqual({ unit: 'bars', amount: 24 * 2 * 50 })
    expect(counters!['coordinator.efficiency.3']).toBe(
      counters!['coordinator.lastMs.1']! / counters!['coordinator.lastMs.3']!,
    )
    expect(threads.size).toBe(0)
  })

  it('name the search, the backtest and the figure that differ', async () => {
    const { output } = await searchPoolWorkload.run(pureBaseline(), SEARCHES, 5)
    const other = structuredClone(output) as (typeof output)[number][]
    expect(searchPoolWorkload.diverge(output, other)).toBeUndefined()
    const [trial, ...rest] = other[1]!.trials
    other[1] = { ...other[1]!, trials: [{ ...trial!, fills: 99 }, ...rest] }
    expect(searchPoolWorkload.diverge(output, other)).toEqual({
      at: { search: 'sharpe', backtest: 'fast=5 slow=20' },
      field: 'fills',
      baseline: String(trial!.fills),
      candidate: '99',
    })
    const { best } = other[0]!
    other[0] = { ...other[0]!, best: { ...best, result: { ...best.result, bars: 7 } } }
    expect(searchPoolWorkload.diverge(output, other)).toMatchObject({
      at: { search: 'total-return', backtest: expect.stringMatching(/^best · fast=/) },
      field: 'bars',
      candidate: '7',
    })
    const [short] = output
    expect(searchPoolWorkload.diverge(output, [short!])).toMatchObject({
      at: { search: 'sharpe' },
      candidate: 'none',
    })
    expect(coordinatorWorkload.diverge([short!.trials], [other[1]!.trials])).toMatchObject({
      at: { pool: 'number 1' },
    })
  })
})
