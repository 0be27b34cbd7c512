import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  canonical,
  defaults,
  discrete,
  enable,
  inlineExecutor,
  openEngine,
  type Parameters,
  parameterSpace,
  plainBundleSource,
  pureBaseline,
  search,
  sma,
  type TrialTask,
  type WalkForwardPlan,
  walkForward,
  workerPool,
  writeBundle,
} from '../../../engine/index.js'
import { marketContent } from '../../../scenarios/market/market-content.js'
import { temporaryDirectory } from '../../fixtures/bench.js'
import {
  errorOf,
  generator,
  inlineOf,
  MODULE,
  marketOf,
  poolOf,
  SHARED,
  smallMarket,
  tasksOf,
  watchThreads,
} from './pool-cases.js'

/** More: `POOL_TRIALS=100000 npx vitest run worker-pool` */
const TRIALS = Number(process.env.POOL_TRIALS ?? 1000)
const SEED = Number(process.env.POOL_SEED ?? 1)

/** Of the market of drawn tasks. */
const SESSIONS = 60

const SPACE = parameterSpace({ bars: discrete(2, 9), shares: discrete(1, 3) })
const OWN = enable(defaults({}), { persistentWorkers: true })

describe('results', () => {
  it('have the same bytes inline and in 1, 2 and 8 workers, whatever the tasks are', {
    timeout: 60_000 + TRIALS * 20,
  }, async () => {
    const bundle = await marketOf(marketContent({ assets: 3, sessions: SESSIONS }, SEED))
    const inline = await inlineOf({ bundle, objective: 'sharpe' })
    const pools = [1, 2, 8].map((workers) => poolOf({ bundle, objective: 'sharpe' }, { workers }))
    const draw = generator(SEED)
    let trials = 0
    while (trials < TRIALS) {
      const tasks = drawnTasks(draw)
      trials += tasks.length
      const expected = JSON.stringify(await inline.trials.map(tasks))
      for (const pool of pools)
        expect(JSON.stringify(await pool.trials().map(tasks))).toBe(expected)
    }
    for (const pool of pools) expect(pool.statistics().total).toMatchObject({ tasks: trials })
  })

  it('have the same bytes in full, with a bundle of each worker and with a shared one', async () => {
    const bundle = await marketOf()
    const inline = await (await inlineOf({ bundle }, pureBaseline())).backtests.map(tasksOf(12))
    for (const config of [
      SHARED,
      OWN,
      pureBaseline(),
      enable(pureBaseline(), { sharedBundles: true }),
    ]) {
      const pool = poolOf({ bundle }, { config })
      const results = await pool.backtests().map(tasksOf(12))
      expect(results.map(canonical)).toEqual(inline.map(canonical))
      expect(results[5]!.bundle).toEqual(inline[5]!.bundle)
    }
  })

  it('are reported as they come in, each once', async () => {
    const pool = poolOf({ bundle: await marketOf() })
    const reported = new Map<number, unknown>()
    const results = await pool
      .trials({
        onResults: (first, some) => {
          for (const [i, one] of some.entries()) {
            expect(reported.has(first + i)).toBe(false)
            reported.set(first + i, one)
          }
        },
      })
      .map(tasksOf(60))
    expect([...reported].sort(([a], [b]) => a - b).map(([, one]) => one)).toEqual(results)
  })

  it('end with an error that a listener throws', async () => {
    const pool = poolOf({ bundle: await marketOf() })
    const onResults = () => {
      throw new Error('the journal is full')
    }
    await expect(pool.trials({ onResults }).map(tasksOf(9))).rejects.toThrow('the journal is full')
    expect(await pool.trials().map(tasksOf(3))).toHaveLength(3)
  })

  it('follow the objective that is named, and otherwise that of the module', async () => {
    const pool = poolOf({ bundle: await marketOf(), objective: 'max-drawdown' })
    const [own] = await pool.trials().map(tasksOf(1))
    const [named] = await pool.trials({ objective: 'final-equity' }).map(tasksOf(1))
    expect([own!.objective, named!.objective]).toEqual(['max-drawdown', 'final-equity'])
    expect(named!.score).toBe(Number(named!.finalEquity))
  })

  it('are none for no tasks, without starting a thread', async () => {
    const threads = watchThreads()
    expect(await poolOf({ bundle: '/nowhere' }).trials().map([])).toEqual([])
    expect(threads.size).toBe(0)
  })
})

describe('one pool', () => {
  it('serves several searches and the windows of a walk-forward with the same threads', async () => {
    const threads = watchThreads()
    const bundle = await marketOf()
    const settings = { bundle, backtest: { range: { start: 10 }, warmUp: 10 } }
    const pool = poolOf(settings)
    const inline = await inlineOf(settings)
    const { calendar, version } = await plainBundleSource().open(bundle)

    const first = await pool.search((executors) => search(SPACE, executors))
    const started = [...threads]
    expect(first).toEqual(plain(await search(SPACE, inline)))
    const walked = await pool.search(({ backtests }) =>
      walkForward(SPACE, PLAN, calendar, backtests, version),
    )
    expect(walked).toEqual(plain(await walkForward(SPACE, PLAN, calendar, inline.backtests)))
    expect(walked.windows.length).toBe(2)
    expect(started).toHaveLength(2)
    expect([...threads]).toEqual(started)
    expect(pool.statistics().total.restarts).toBe(0)
  })

  it('serves searches that run at the same time', async () => {
    const bundle = await marketOf()
    const pool = poolOf({ bundle })
    const inline = await inlineOf({ bundle })
    const [left, right] = await Promise.all([
      pool.search((executors) => search(SPACE, executors)),
      pool.search(({ backtests }) => backtests.map(tasksOf(20))),
    ])
    expect(left).toEqual(plain(await search(SPACE, inline)))
    expect(right).toEqual(plain(await inline.backtests.map(tasksOf(20))))
  })

  it('ends its threads with each search if they are not persistent, and starts them again', async () => {
    const threads = watchThreads()
    const bundle = await marketOf()
    const pool = poolOf({ bundle }, { config: enable(SHARED, { persistentWorkers: false }) })
    for (let i = 0; i < 2; i++) {
      const seen = await pool.search(async ({ trials }) => {
        await trials.map(tasksOf(6))
        await trials.map(tasksOf(6))
        return [...threads]
      })
      expect(seen).toHaveLength(2)
      expect(threads.size).toBe(0)
    }
    expect(pool.statistics().total).toMatchObject({ tasks: 24, restarts: 0 })
  })

  it('counts batches, tasks and busy time of each worker, and gives each at most two batches', async () => {
    const pool = poolOf({ bundle: await marketOf() })
    await pool.start()
    await pool.trials().map(tasksOf(200))
    const { workers, total } = pool.statistics()
    expect(workers).toHaveLength(2)
    expect(total.tasks).toBe(200)
    expect(total.batches).toBeLessThan(200)
    for (const { batches, tasks, restarts, busyMs } of workers) {
      expect(Math.min(batches, tasks)).toBeGreaterThan(0)
      expect(restarts).toBe(0)
      expect(busyMs).toBeGreaterThan(0)
    }
  })

  it('starts no more threads than it has tasks', async () => {
    const threads = watchThreads()
    const pool = poolOf({ bundle: await marketOf() }, { workers: 8 })
    await pool.trials().map(tasksOf(3))
    expect(threads.size).toBe(3)
  })

  it('lets go of its threads when it is closed, twice as well as once', async () => {
    const threads = watchThreads()
    const pool = poolOf({ bundle: await marketOf() })
    await pool.trials().map(tasksOf(4))
    const running = pool.trials().map(tasksOf(50, () => ({ fault: 'is slow' })))
    const ended = expect(running).rejects.toThrow(/pool is closed; open another one/)
    await Promise.all([pool.close(), pool.close()])
    await ended
    expect(threads.size).toBe(0)
    await pool.close()
    await expect(pool.trials().map(tasksOf(1))).rejects.toMatchObject({ code: 'strategy-misuse' })
    await expect(pool.start()).rejects.toThrow(/closed/)
    await expect(pool.search(async () => 1)).rejects.toThrow(/closed/)
  })

  it('can be closed before it has started', async () => {
    await expect(poolOf({ bundle: '/nowhere' }).close()).resolves.toBeUndefined()
  })
})

describe('a bundle that is rewritten', () => {
  const restated = () => {
    const content = smallMarket()
    return { ...content, bars: content.bars.map((bars) => ({ ...bars, open: bars.high })) }
  }

  it('during a run leaves the run on the old version, and is used by the next run', async () => {
    const bundle = await marketOf()
    const before = await (await inlineOf({ bundle })).trials.map(tasksOf(40))
    const pool = poolOf({ bundle })
    const writing: Promise<unknown>[] = []
    const onResults = () => {
      if (writing.length === 0) writing.push(writeBundle(bundle, restated()))
    }
    const results = await pool.trials({ onResults }).map(tasksOf(40))
    await Promise.all(writing)
    expect(results).toEqual(before)
    const after = await pool.trials().map(tasksOf(40))
    expect(after).toEqual(await (await inlineOf({ bundle })).trials.map(tasksOf(40)))
    expect(after[0]!.bundle.version).not.toBe(before[0]!.bundle.version)
  })

  it('between two windows of a search ends it', async () => {
    const bundle = await marketOf()
    const { calendar } = await plainBundleSource().open(bundle)
    const pool = poolOf({ bundle, backtest: { warmUp: 10 } })
    let maps = 0
    const rewriting = pool.search(({ backtests }) =>
      walkForward(SPACE, PLAN, calendar, {
        async map(tasks) {
          if (++maps === 3) await writeBundle(bundle, restated())
          return backtests.map(tasks)
        },
      }),
    )
    await expect(rewriting).rejects.toMatchObject({ code: 'bundle-changed' })
  })

  it('during a run of workers that open it themselves ends the run', async () => {
    const bundle = await marketOf()
    const pool = poolOf({ bundle }, { config: OWN, workers: 1 })
    const writing: Promise<unknown>[] = []
    const onResults = () => {
      if (writing.length === 0) writing.push(writeBundle(bundle, restated()))
    }
    const slow = tasksOf(80, () => ({ fault: 'is slow', bars: 80 }))
    const error = await errorOf(pool.trials({ onResults }), slow)
    await Promise.all(writing)
    expect(error).toMatchObject({ code: 'bundle-changed' })
  })
})

describe('the search module of a pool', () => {
  const moduleOf = (text: string, ending = 'mjs') => {
    const file = join(temporaryDirectory(), `search.${ending}`)
    writeFileSync(file, text)
    return file
  }

  it.each([
    ['export const strategy = 1', /has no default export/],
    ['export default { strategy() {} }', /has nothing as its bundle/],
    ['throw new Error("no licence")', /cannot be imported \(no licence\)/],
  ])('is refused: %s', async (text, message) => {
    const threads = watchThreads()
    const pool = poolOf({}, { module: moduleOf(text) })
    for (const refused of [pool.start(), pool.trials().map(tasksOf(3))]) {
      await expect(refused).rejects.toMatchObject({ code: 'input-invalid' })
      await expect(refused).rejects.toThrow(message)
    }
    await pool.close()
    expect(threads.size).toBe(0)
  })

  it('is loaded again after it was corrected', async () => {
    const file = moduleOf('export const nothing = 1')
    const pool = poolOf({}, { module: pathToFileURL(file) })
    await expect(pool.start()).rejects.toThrow(/no default export/)
    writeFileSync(file, `export { default } from ${JSON.stringify(pathToFileURL(MODULE).href)}`)
    await expect(pool.start()).rejects.toThrow(/failed to make its search|nothing as its bundle/)
  })

  it('names a bundle that is not there', async () => {
    for (const config of [SHARED, OWN])
      await expect(
        poolOf({ bundle: '/nowhere' }, { config }).trials().map(tasksOf(2)),
      ).rejects.toMatchObject({ code: 'bundle-missing' })
  })

  it.each([
    ['that Node can strip', 'const bars: number = 3'],
    ['with an enum, which Node cannot strip', 'enum Bars { three = 3 }'],
    ['that imports assay from a folder without it', "import { sma, type Indicator } from 'assay'"],
  ])('can be TypeScript %s', async (_what, line) => {
    const text = `${line}
      export default { bundle: ${JSON.stringify(await marketOf())}, strategy: () => ({ handleData() {} }) }`
    const pool = poolOf({}, { module: moduleOf(text, 'ts') })
    expect(await pool.trials().map(tasksOf(2))).toHaveLength(2)
  })

  it('declares indicators with the engine that runs it', async () => {
    const bundle = await marketOf()
    const file = moduleOf(`
      import { sma } from ${JSON.stringify(new URL('../../../dist/engine/index.js', import.meta.url).href)}
      ${declaring.toString()}
      export default { bundle: ${JSON.stringify(bundle)}, strategy: (point) => declaring(sma, point) }`)
    const engine = openEngine(defaults({}))
    const inline = inlineExecutor(({ parameters }: TrialTask) =>
      engine.trial({ bundle, algorithm: declaring(sma, parameters) }),
    )
    const tasks = tasksOf(10)
    for (const sharedIndicators of [false, true]) {
      const pool = poolOf({}, { module: file, config: enable(SHARED, { sharedIndicators }) })
      expect(await pool.trials().map(tasks)).toEqual(await inline.map(tasks))
    }
  })
})

describe('a pool is refused', () => {
  it.each([0, -1, 1.5, Number.NaN])('with %j workers', (workers) => {
    expect(() => workerPool({ module: MODULE, workers })).toThrow(/workers; give a positive whole/)
  })

  it('with options that cannot be sent to a thread', () => {
    expect(() => workerPool({ module: MODULE, options: { objective: () => 1 } })).toThrow(
      /not plain data \(.*\); move functions into the search module/,
    )
  })
})

const PLAN: WalkForwardPlan = {
  mode: 'rolling',
  train: 30,
  validation: 15,
  test: 10,
  step: 10,
  warmUp: 10,
  maxWindows: 2,
}

/** The source of this function is part of a module, too. */
function declaring(average: typeof sma, { bars, shares }: Parameters) {
  let handle: ReturnType<import('../../../engine/index.js').Context['indicator']>
  return {
    initialize(context: import('../../../engine/index.js').Context) {
      handle = context.indicator(context.assets[0]!, average(Number(bars)))
    },
    handleData(
      context: import('../../../engine/index.js').Context,
      data: import('../../../engine/index.js').Portal,
    ) {
      const asset = context.assets[0]!
      if (handle.ready)
        context.orderTarget(asset, data.current(asset, 'price') > handle.value ? Number(shares) : 0)
    },
  }
}

/** What a copy of it is: getters have become values. */
function plain<T>(value: T): T {
  return structuredClone(value)
}

function drawnTasks(draw: (n: number) => number): readonly TrialTask[] {
  return Array.from({ length: 1 + draw(80) }, () => {
    const start = draw(SESSIONS - 10)
    return {
      parameters: { bars: 1 + draw(30), shares: draw(9) - 3 },
      ...(draw(2) === 0 && { range: { start, end: start + 2 + draw(8) } }),
      ...(draw(3) === 0 && { fidelity: 3 ** -(1 + draw(3)) }),
    }
  })
}
