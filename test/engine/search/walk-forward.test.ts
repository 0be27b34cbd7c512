import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BacktestResult,
  calendarFrom,
  digest,
  discrete,
  inlineExecutor,
  Money,
  memoryBundle,
  openEngine,
  parameterSpace,
  pureBaseline,
  type TrialTask,
  type WalkForwardPlan,
  walkForward,
  walkForwardWindows,
} from '../../../engine/index.js'
import { isoDays, smaCrossover, sp500Content } from '../../support.js'

const PLAN: WalkForwardPlan = {
  mode: 'rolling',
  train: 80,
  validation: 30,
  test: 20,
  step: 20,
  warmUp: 40,
}

describe('walk-forward windows', () => {
  it('roll, and drop a partial last one', () => {
    expect(walkForwardWindows(190, PLAN)).toEqual([
      {
        train: { start: 40, end: 120 },
        validation: { start: 120, end: 150 },
        test: { start: 150, end: 170 },
      },
      {
        train: { start: 60, end: 140 },
        validation: { start: 140, end: 170 },
        test: { start: 170, end: 190 },
      },
    ])
    expect(walkForwardWindows(189, PLAN)).toHaveLength(1)
    expect(walkForwardWindows(10_000, { ...PLAN, maxWindows: 5 })).toHaveLength(5)
  })

  it('keep the start of train where anchored', () => {
    const [, second] = walkForwardWindows(190, { ...PLAN, mode: 'anchored' })
    expect(second!.train).toEqual({ start: 40, end: 140 })
  })

  it('are adjacent, in order, inside the calendar, and as many as fit', () => {
    const length = fc.integer({ min: 1, max: 40 })
    const plan = fc.record({
      mode: fc.constantFrom('rolling' as const, 'anchored' as const),
      train: length,
      validation: length,
      test: length,
      step: length,
      warmUp: fc.nat({ max: 40 }),
    })
    fc.assert(
      fc.property(plan, fc.integer({ min: 160, max: 400 }), (given, sessions) => {
        const windows = walkForwardWindows(sessions, given)
        const { train, validation, test, step, warmUp } = given
        for (const [w, window] of windows.entries()) {
          expect(window.train.end - train).toBe(warmUp + w * step)
          expect([window.validation.start, window.test.start]).toEqual([
            window.train.end,
            window.validation.end,
          ])
          expect([
            window.validation.end - window.validation.start,
            window.test.end - window.test.start,
          ]).toEqual([validation, test])
          expect(window.test.end).toBeLessThanOrEqual(sessions)
        }
        expect(warmUp + windows.length * step + train + validation + test).toBeGreaterThan(sessions)
      }),
      { numRuns: 1000 },
    )
  })

  it.each<[Partial<WalkForwardPlan>, RegExp]>([
    [{ train: 0 }, /train of 0/],
    [{ step: 1.5 }, /step of 1.5/],
    [{ maxWindows: 0 }, /maxWindows of 0/],
    [{ warmUp: -1 }, /warm-up of -1/],
    [{ train: 500 }, /needs 590 sessions and there are 200/],
  ])('refuse %j', (change, message) => {
    expect(() => walkForwardWindows(200, { ...PLAN, ...change })).toThrow(message)
  })
})

describe('walk-forward', () => {
  const bundle = memoryBundle(sp500Content(260))
  const engine = openEngine(pureBaseline())
  const space = parameterSpace({ fast: discrete(3, 9, 3), slow: discrete(20, 40, 10) })
  const tasks: TrialTask[] = []
  const work = (task: TrialTask): Promise<BacktestResult> => {
    tasks.push(task)
    const { parameters, range } = task
    return engine.backtest({
      bundle,
      algorithm: smaCrossover({ fast: Number(parameters.fast), slow: Number(parameters.slow) }),
      warmUp: 40,
      ...(range !== undefined && { range }),
    })
  }

  it('takes the best five of train to validation, the winner to test, and test once', async () => {
    tasks.length = 0
    const { windows, objective } = await walkForward(
      space,
      PLAN,
      bundle.calendar,
      inlineExecutor(work),
    )
    expect([objective, windows.length]).toEqual(['total-return', 5])
    expect(tasks).toHaveLength(5 * (9 + 5 + 1))
    for (const { train, validation, winner, test, window } of windows) {
      const byScore = [...train].sort((a, b) => b.score - a.score || a.index - b.index)
      expect(validation.map(({ index }) => index)).toEqual(
        byScore.slice(0, 5).map(({ index }) => index),
      )
      const best = [...validation].sort((a, b) => b.score - a.score || a.index - b.index)[0]!
      expect([winner, test.parameters, test.index]).toEqual([
        best.parameters,
        best.parameters,
        best.index,
      ])
      const ranges = tasks.filter(
        ({ range }) => range!.start === window.test.start && range!.end === window.test.end,
      )
      expect(ranges).toHaveLength(1)
      expect(test.result.sessions).toBe(20)
    }
  })

  it('trades nothing outside a segment and starts each with fresh capital', async () => {
    const { windows } = await walkForward(space, PLAN, bundle.calendar, inlineExecutor(work))
    const dates = sp500Content(260).sessions
    for (const { window, test } of windows) {
      const { fills, startingCash, equityCurve } = test.result
      expect(startingCash).toBe('1000000')
      expect(equityCurve.dates).toEqual(dates.slice(window.test.start, window.test.end))
      for (const { date } of fills) expect(equityCurve.dates).toContain(date)
    }
  })

  it('chains the test returns, and compares test with train per year', async () => {
    const result = await walkForward(space, PLAN, bundle.calendar, inlineExecutor(work))
    const growth = result.windows.reduce(
      (product, { test }) => product.times(test.result.finalEquity).div(1_000_000),
      new Money(1_000_000),
    )
    expect(new Money(result.finalEquity).minus(growth).abs().lt('0.000001')).toBe(true)
    expect(result.stitched.dates).toEqual(
      result.windows.flatMap(({ test }) => test.result.equityCurve.dates),
    )
    expect(result.stitched.equity.at(-1)).toBe(result.finalEquity)
    for (const { train, test, efficiency, winner } of result.windows) {
      const trained = train.find(({ parameters }) => parameters === winner)!.score
      const perYear = (score: number, sessions: number) => (1 + score) ** (252 / sessions) - 1
      if (trained <= 0) expect(efficiency).toBeUndefined()
      else expect(efficiency).toBeCloseTo(perYear(test.score, 20) / perYear(trained, 80), 9)
    }
  })

  it('is the same for any executor, and when repeated', async () => {
    const backwards = {
      async map(given: readonly TrialTask[]) {
        const results: BacktestResult[] = []
        for (const task of [...given].reverse()) results.unshift(await work(task))
        return results
      },
    }
    const digests = async (executor: typeof backwards) => {
      const { windows, ...rest } = await walkForward(
        space,
        { ...PLAN, mode: 'anchored' },
        bundle.calendar,
        executor,
      )
      return [
        JSON.stringify(rest),
        ...windows.flatMap(({ train, test }) =>
          [...train, test].map(({ result }) => digest(result)),
        ),
      ]
    }
    expect(await digests(backwards)).toEqual(
      await digests(inlineExecutor(work) as typeof backwards),
    )
  })

  it('counts trading days, not bars, on intraday calendars', async () => {
    const hours = isoDays(8).flatMap((day) => [`${day}T10:00:00`, `${day}T11:00:00`])
    const seen: TrialTask[] = []
    const executor = inlineExecutor((task: TrialTask) => {
      seen.push(task)
      return work({ parameters: task.parameters, range: { start: 100, end: 120 } })
    })
    const one = parameterSpace({ fast: discrete(3, 3), slow: discrete(20, 20) })
    const plan: WalkForwardPlan = {
      mode: 'rolling',
      train: 3,
      validation: 2,
      test: 2,
      step: 2,
      warmUp: 1,
    }
    await walkForward(one, plan, calendarFrom('1h', hours), executor)
    expect(seen.map(({ range }) => range)).toEqual([
      { start: 2, end: 8 },
      { start: 8, end: 12 },
      { start: 12, end: 16 },
    ])
  })
})
