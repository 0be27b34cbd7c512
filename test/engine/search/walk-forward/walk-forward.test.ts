import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BacktestResult,
  type BundleContent,
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
} from '../../../../engine/index.js'
import { divideHalfEven, ticksToText } from '../../../../engine/market/money.js'
import { drawn } from '../../../fixtures/drawn.js'
import { eachBar, isoDays, simpleContent, smaCrossover, sp500Content } from '../../../support.js'

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
      { numRuns: drawn(1000) },
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
      const byScore = [...train].sort((a, b) => b.score! - a.score! || a.index - b.index)
      expect(validation.map(({ index }) => index)).toEqual(
        byScore.slice(0, 5).map(({ index }) => index),
      )
      const best = [...validation].sort((a, b) => b.score! - a.score! || a.index - b.index)[0]!
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
      const trained = train.find(({ parameters }) => parameters === winner)!.score!
      const perYear = (score: number, sessions: number) => (1 + score) ** (252 / sessions) - 1
      if (trained <= 0) expect(efficiency).toBeUndefined()
      else expect(efficiency).toBeCloseTo(perYear(test.score!, 20) / perYear(trained, 80), 9)
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

  it.each([
    [1, 6, 8],
    [2, 3, 7],
    [3, 2, 6],
    [4, 2, 6],
  ])(
    'stitches each session once, in order, where the step is %d',
    async (step, windows, sessions) => {
      const closes = Array.from({ length: 12 }, (_, i) => 100 + 10 * i)
      const rising = memoryBundle(simpleContent(closes))
      const run = ({ range }: TrialTask) =>
        engine.backtest({
          bundle: rising,
          cash: 1000,
          algorithm: eachBar((context) => void context.orderTarget('A', 1)),
          ...(range !== undefined && { range }),
        })
      const plan: WalkForwardPlan = {
        mode: 'rolling',
        train: 2,
        validation: 2,
        test: 3,
        step,
        warmUp: 0,
      }
      const result = await walkForward(
        parameterSpace({ only: discrete(1, 1) }),
        plan,
        rising.calendar,
        inlineExecutor(run),
      )
      const { dates, equity } = result.stitched
      expect([result.windows.length, dates.length, equity.length]).toEqual([
        windows,
        sessions,
        sessions,
      ])
      expect([...new Set(dates)].sort()).toEqual(dates)
      // The expected chain: each window until the next one starts, from fresh capital.
      let reached = 1000
      const chained = result.windows.flatMap(({ test, window }, w) => {
        const next = result.windows[w + 1]?.window.test.start ?? window.test.end
        const own = test.result.equityCurve.equity.slice(0, next - window.test.start).map(Number)
        const grown = own.map((value) => (reached * value) / 1000)
        reached = grown.at(-1)!
        return grown
      })
      for (const [i, value] of chained.entries()) expect(Number(equity[i])).toBeCloseTo(value, 1)
      expect(result.finalEquity).toBe(equity.at(-1))
      expect(result.metrics.totalReturn).toBeCloseTo(reached / 1000 - 1, 4)
      expect(result).not.toHaveProperty('bankrupt')
    },
  )

  it('ends where a test segment loses everything: no figure after', async () => {
    const flat = [1000, 1000, 1000, 1000]
    const squeezed = [1000, 4000, 1000, 4000]
    const column = (odd: readonly number[], even: readonly number[]) =>
      Float64Array.from({ length: 12 }, (_, i) => (i % 2 === 1 ? odd : even)[i % 4]!)
    const content: BundleContent = {
      ...simpleContent([1]),
      sessions: isoDays(12),
      bars: [
        {
          asset: 'A',
          session: Int32Array.from({ length: 12 }, (_, i) => i),
          open: column(flat, flat),
          low: column(flat, flat),
          high: column(squeezed, flat),
          close: column(squeezed, flat),
          volume: new Float64Array(12).fill(1000),
        },
      ],
    }
    const bundle = memoryBundle(content)
    const run = ({ range }: TrialTask) =>
      engine.backtest({
        bundle,
        cash: 100,
        algorithm: eachBar((context) => void context.orderTarget('A', -4)),
        ...(range !== undefined && { range }),
      })
    const plan: WalkForwardPlan = {
      mode: 'rolling',
      train: 2,
      validation: 2,
      test: 2,
      step: 2,
      warmUp: 0,
    }
    const result = await walkForward(
      parameterSpace({ only: discrete(1, 1) }),
      plan,
      bundle.calendar,
      inlineExecutor(run),
    )
    // Short 4 at 10, and 40 at the close.
    expect(result.windows.map(({ test }) => test.result.finalEquity)).toEqual([
      '-20',
      '-20',
      '-20',
      '-20',
    ])
    expect(result.stitched).toEqual({ dates: ['2014-01-05', '2014-01-06'], equity: ['100', '-20'] })
    expect([result.bankrupt, result.finalEquity]).toEqual(['2014-01-06', '-20'])
    expect(result).not.toHaveProperty('efficiency')
    expect(Object.keys(result.metrics)).toEqual(['totalReturn', 'maxDrawdown'])
  })

  it('ends where the stitched equity is less than half a tick', async () => {
    // A short position loses 99 % in each segment.
    const column = Float64Array.from({ length: 18 }, (_, i) => (i % 3 === 2 ? 19_900 : 10_000))
    const [own] = simpleContent(Array(18).fill(1)).bars
    const content: BundleContent = {
      ...simpleContent([1]),
      sessions: isoDays(18),
      bars: [{ ...own!, open: column, high: column, low: column, close: column }],
    }
    const bundle = memoryBundle(content)
    const run = ({ range }: TrialTask) =>
      engine.backtest({
        bundle,
        cash: 100,
        algorithm: eachBar((context) => void context.orderTarget('A', -1)),
        ...(range !== undefined && { range }),
      })
    const segments = { train: 2, validation: 1, test: 3, step: 3, warmUp: 0 }
    const result = await walkForward(
      parameterSpace({ only: discrete(1, 1) }),
      { mode: 'rolling', ...segments },
      bundle.calendar,
      inlineExecutor(run),
    )
    expect(result.stitched.equity.join(' ')).toBe('100 100 1 1 1 0.01 0.01 0.01 0')
    expect([result.bankrupt, result.stitched.dates.at(-1)]).toEqual(['2014-01-12', '2014-01-12'])
    expect(Object.keys(result.metrics)).toEqual(['totalReturn', 'maxDrawdown'])
  })

  it('rounds a stitched value once, after any number of segments', async () => {
    const closes = Array.from({ length: 120 }, (_, i) => 100 + ((i * 7) % 13))
    const bundle = memoryBundle(simpleContent(closes))
    const run = ({ range }: TrialTask) =>
      engine.backtest({
        bundle,
        cash: 777,
        algorithm: eachBar((context) => void context.orderTarget('A', 3)),
        ...(range !== undefined && { range }),
      })
    const plan: WalkForwardPlan = {
      mode: 'rolling',
      train: 2,
      validation: 2,
      test: 2,
      step: 2,
      warmUp: 0,
    }
    const { windows, stitched } = await walkForward(
      parameterSpace({ only: discrete(1, 1) }),
      plan,
      bundle.calendar,
      inlineExecutor(run),
    )
    const cents = (text: string) => BigInt(Math.round(Number(text) * 100))
    let [top, bottom] = [1n, 1n]
    const expected = windows.flatMap(({ test }) => {
      const own = test.result.equityCurve.equity.map((value) =>
        ticksToText(divideHalfEven(cents(value) * top, bottom), 2),
      )
      top *= cents(test.result.finalEquity)
      bottom *= 77_700n
      return own
    })
    expect(windows).toHaveLength(58)
    expect(stitched.equity).toEqual(expected)
  })
})
