import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fc, it as property } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { EngineError } from '../../../../engine/errors.js'
import {
  type OptimizedTrial,
  openEngine,
  openSearch,
  pureBaseline,
  type SearchJournal,
  type SearchProgress,
  searchModule,
} from '../../../../engine/index.js'
import { trainTestWindows } from '../../../../engine/search/walk-forward/walk-forward-search.js'
import { temporaryDirectory } from '../../../fixtures/bench.js'

const PRICES = resolve('scenarios', 'market', 'data', 'example.csv')
const ENGINE = pathToFileURL(resolve('dist', 'engine', 'index.js')).href

/** Holds on the first `days` of every ten sessions. */
const STRATEGY = `({ days }) => ({
  handleData: (context) => { context.orderTarget('example', context.session % 10 < days ? 50 : 0) },
})`

function moduleOf(fields = ''): string {
  const file = join(temporaryDirectory(), 'mine.search.mjs')
  writeFileSync(
    file,
    `import { discrete, parameterSpace } from ${JSON.stringify(ENGINE)}
export default {
  prices: ${JSON.stringify(PRICES)},
  space: parameterSpace({ days: discrete(1, 9) }),
  strategy: ${STRATEGY},
  objective: 'sharpe',
  ${fields}
}`,
  )
  return file
}

describe('the windows of a walk-forward search', () => {
  const lengths = { train: fc.integer({ min: 1, max: 60 }), test: fc.integer({ min: 1, max: 40 }) }
  property.prop({
    ...lengths,
    start: fc.integer({ min: 0, max: 30 }),
    sessions: fc.integer({ min: 1, max: 400 }),
    mode: fc.constantFrom('rolling' as const, 'anchored' as const),
  })('trade each session once, after those that were searched', (given) => {
    const { train, test, start, sessions, mode } = given
    const days = { start, end: start + sessions }
    if (train + test > sessions) {
      expect(() => trainTestWindows(days, { train, test, mode })).toThrow(EngineError)
      return
    }
    const windows = trainTestWindows(days, { train, test, mode })
    const tested = windows.flatMap(({ test: { start: from, end } }) =>
      Array.from({ length: end - from }, (_, i) => from + i),
    )
    expect(tested).toEqual(tested.map((_, i) => start + train + i))
    expect(sessions - train - tested.length).toBeLessThan(test)
    for (const window of windows) {
      expect(window.train.end).toBe(window.test.start)
      expect(window.train.start).toBe(mode === 'anchored' ? start : window.train.end - train)
    }
  })
})

describe('a search that a module describes', () => {
  it('has the trials of its backtests, one by one', async () => {
    const search = await openSearch(moduleOf("method: 'grid'"), { workers: 1 })
    const { outcome } = await search.run()
    const engine = openEngine(pureBaseline())
    for (const { parameters, score, totalReturn, closedTrades } of outcome.trials) {
      const days = Number(parameters['days'])
      const { metrics, ...result } = await engine.backtest({
        bundle: search.bundle.directory,
        algorithm: {
          handleData: (context) => {
            context.orderTarget('example', context.session % 10 < days ? 50 : 0)
          },
        },
      })
      expect([metrics.sharpe, metrics.totalReturn, result.closedTrades]).toEqual([
        score,
        totalReturn,
        closedTrades,
      ])
    }
    await search.close()
    expect(existsSync(search.bundle.directory)).toBe(false)
  })

  it('searches each window on its train sessions, and tests the winner after them', async () => {
    const { outcome, walkForward } = await searchModule(
      moduleOf("method: 'grid', windows: { train: 200, test: 150 }"),
      { workers: 2 },
    )
    const { dates } = outcome.best.result.equityCurve
    expect(walkForward!.windows).toHaveLength(3)
    for (const [w, { outcome: searched, test }] of walkForward!.windows.entries()) {
      const train = dates.slice(150 * w, 150 * w + 200)
      expect(searched.best.result.equityCurve.dates).toEqual(train)
      const file = moduleOf(
        `method: 'grid', backtest: { range: { start: '${train[0]}', end: '${dates[150 * w + 200]}' } }`,
      )
      const alone = await searchModule(file, { workers: 1 })
      expect(searched.best.parameters).toEqual(alone.outcome.best.parameters)
      expect(searched.trials.map(({ score }) => score)).toEqual(
        alone.outcome.trials.map(({ score }) => score),
      )
      expect(test.result.equityCurve.dates).toEqual(dates.slice(150 * w + 200, 150 * w + 350))
      expect(test.score).toBe(test.result.metrics.sharpe)
    }
    const growth = walkForward!.windows.reduce(
      (product, { test }) => product * (1 + test.result.metrics.totalReturn),
      1,
    )
    expect(walkForward!.metrics.totalReturn).toBeCloseTo(growth - 1, 8)
  })

  it('reports progress over all of its parts, and keeps trials by part', async () => {
    const kept = new Map<number, OptimizedTrial[]>()
    const seen: SearchProgress[] = []
    const journal: SearchJournal = {
      partOf: (part) => ({
        done: [],
        record: (trials) => void kept.set(part, [...(kept.get(part) ?? []), ...trials]),
      }),
    }
    const file = moduleOf("method: 'tpe', trials: 6, batch: 4, windows: { train: 300, test: 200 }")
    await searchModule(file, { workers: 1, journal, onProgress: (one) => void seen.push(one) })
    expect(seen.map(({ part, spent }) => [part, spent])).toEqual([
      [0, 4],
      [0, 6],
      [1, 10],
      [1, 12],
      [2, 16],
      [2, 18],
    ])
    expect(new Set(seen.map(({ budget, windows }) => `${budget} ${windows}`))).toEqual(
      new Set(['18 2']),
    )
    expect([...kept].map(([part, trials]) => [part, trials.length])).toEqual([
      [0, 6],
      [1, 6],
      [2, 6],
    ])
  })

  it('stops at a signal with what is done', async () => {
    const controller = new AbortController()
    const file = moduleOf("method: 'random', trials: 9, batch: 3")
    const { outcome, stopped } = await searchModule(file, {
      workers: 1,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    })
    expect(stopped).toBe(true)
    expect(outcome.trials).toHaveLength(3)
  })

  it.each([
    [{ workers: 0 }, /0 workers; give a positive whole number/],
    [{ trials: 0 }, /trials 0/],
    [{ constraints: { minTrades: -1 } }, /minTrades -1/],
    [{ windows: { train: 700, test: 100 } }, /need 800, and the range has 756/],
    [{ prices: { files: ['/nowhere.csv'] } }, /nowhere\.csv/],
  ])('refuses %o before any trial runs', async (given, message) => {
    await expect(openSearch(moduleOf(), given)).rejects.toThrow(message)
  })
})
