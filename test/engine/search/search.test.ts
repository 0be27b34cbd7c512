import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BacktestResult,
  categorical,
  continuous,
  type Dimension,
  discrete,
  type Executor,
  gridPoints,
  gridSearch,
  inlineExecutor,
  memoryBundle,
  openEngine,
  type Parameters,
  parameterSpace,
  pureBaseline,
  type TrialTask,
} from '../../../engine/index.js'
import { valuesOf } from '../../../engine/search/parameter-space.js'
import { eachBar, simpleContent, smaCrossover, sp500Content } from '../../support.js'

const dimension: fc.Arbitrary<Dimension> = fc.oneof(
  fc
    .uniqueArray(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom('a', 'b')), {
      minLength: 1,
      maxLength: 4,
    })
    .map((values) => categorical(...values)),
  fc
    .record({
      from: fc.integer({ min: -5, max: 5 }),
      length: fc.nat({ max: 6 }),
      step: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ from, length, step }) => discrete(from, from + length, step)),
  fc
    .record({ from: fc.integer({ min: -5, max: 5 }), points: fc.integer({ min: 1, max: 4 }) })
    .map(({ from, points }) => continuous(from, from + 1, points)),
)

/** A simple reference for the grid: an odometer whose last wheel turns fastest. */
function odometer(dimensions: Readonly<Record<string, Dimension>>): Parameters[] {
  const wheels = Object.entries(dimensions).map(([name, given]) => ({
    name,
    values: valuesOf(given),
    at: 0,
  }))
  const points: Parameters[] = []
  for (;;) {
    points.push(Object.fromEntries(wheels.map(({ name, values, at }) => [name, values[at]!])))
    let k = wheels.length - 1
    while (k >= 0 && ++wheels[k]!.at === wheels[k]!.values.length) wheels[k--]!.at = 0
    if (k < 0) return points
  }
}

describe('a parameter space', () => {
  it('is walked in cartesian order, the last parameter fastest, constraints applied', () => {
    const dimensions = fc
      .array(dimension, { minLength: 1, maxLength: 3 })
      .map((list) => Object.fromEntries(list.map((given, i) => [`p${i}`, given])))
    fc.assert(
      fc.property(dimensions, (given) => {
        const first = ({ p0 }: Parameters) => p0 !== 0
        const expected = odometer(given).filter(first)
        if (expected.length === 0)
          expect(() => gridPoints(parameterSpace(given, first))).toThrow(/relax one/)
        else expect(gridPoints(parameterSpace(given, first))).toEqual(expected)
        expect(gridPoints(parameterSpace(given))).toEqual(odometer(given))
      }),
      { numRuns: 1000 },
    )
  })

  it('takes decimal steps exactly, and only whole steps', () => {
    expect(valuesOf(discrete(0.1, 0.5, 0.1))).toEqual([0.1, 0.2, 0.3, 0.4, 0.5])
    expect(valuesOf(discrete(5, 14, 3))).toEqual([5, 8, 11, 14])
    expect(valuesOf(discrete(5, 13, 3))).toEqual([5, 8, 11])
    expect(valuesOf(discrete(1, 3))).toEqual([1, 2, 3])
    expect(valuesOf(continuous(0, 0.3, 4))).toEqual([
      0, 0.09999999999999999, 0.19999999999999998, 0.3,
    ])
  })

  it.each<[Record<string, Dimension>, RegExp]>([
    [{}, /declare at least one/],
    [{ a: categorical() }, /parameter a: no values/],
    [
      { b: discrete(1, 2), 5: discrete(1, 2) },
      /parameter 5: a name cannot be a whole number; use p5/,
    ],
    [{ a: categorical(1, 1) }, /repeated values/],
    [{ a: discrete(2, 1) }, /range 2 to 1/],
    [{ a: discrete(1, Number.POSITIVE_INFINITY) }, /finite ends/],
    [{ a: discrete(1, 2, 0) }, /step 0/],
    [{ a: continuous(0, 1, 0) }, /0 points/],
  ])('refuses %j', (given, message) => {
    expect(() => parameterSpace(given)).toThrow(message)
  })
})

describe('grid search', () => {
  const bundle = memoryBundle(sp500Content(160))
  const engine = openEngine(pureBaseline())
  const work = ({ parameters }: TrialTask): Promise<BacktestResult> =>
    engine.backtest({
      bundle,
      algorithm: smaCrossover({ fast: Number(parameters.fast), slow: Number(parameters.slow) }),
    })
  const space = parameterSpace({ fast: discrete(5, 15, 5), slow: discrete(20, 40, 10) })

  /** Runs tasks from the last to the first, as workers might finish. */
  const backwards: Executor<TrialTask, BacktestResult> = {
    async map(tasks) {
      const results: BacktestResult[] = []
      for (const task of [...tasks].reverse()) results.unshift(await work(task))
      return results
    },
  }

  it('ranks a trial that was bankrupt last, whatever it gained afterwards', async () => {
    const squeezed = memoryBundle(simpleContent([100, 100, 300, 300, 50, 50]))
    const shortsOf = (...shares: number[]) =>
      gridSearch(
        parameterSpace({ shares: categorical(...shares) }),
        inlineExecutor(({ parameters }: TrialTask) =>
          engine.backtest({
            bundle: squeezed,
            cash: 100,
            algorithm: eachBar((context) => {
              context.orderTarget('A', Number(parameters.shares))
            }),
          }),
        ),
      )
    // Short 1 at 100: 100 in cash and 100 owed, 300 owed two sessions later, 50 in the end.
    const { best, trials } = await shortsOf(-1, 0, -2)
    expect(trials.map(({ score, result }) => [score, result.bankrupt])).toEqual([
      [0.5, '2014-01-03'],
      [0, undefined],
      [1, '2014-01-03'],
    ])
    expect(best.parameters.shares).toBe(0)
    expect(trials[0]!.result.metrics).not.toHaveProperty('annualReturn')
    expect((await shortsOf(-1, -2)).best.parameters.shares).toBe(-2)
  })

  it('has the objective, the trials in order and the best, identical for any executor', async () => {
    const search = await gridSearch(space, inlineExecutor(work))
    expect(search.objective).toBe('total-return')
    expect(
      search.trials.map(({ index, parameters }) => [index, parameters.fast, parameters.slow]),
    ).toEqual([
      [0, 5, 20],
      [1, 5, 30],
      [2, 5, 40],
      [3, 10, 20],
      [4, 10, 30],
      [5, 10, 40],
      [6, 15, 20],
      [7, 15, 30],
      [8, 15, 40],
    ])
    expect(search.best.score).toBe(Math.max(...search.trials.map(({ score }) => score!)))
    expect(await gridSearch(space, backwards)).toEqual(search)
  })

  it('prefers the earlier of equal trials', async () => {
    const never = parameterSpace({ fast: categorical(1), slow: discrete(161, 163) })
    expect((await gridSearch(never, inlineExecutor(work))).best.index).toBe(0)
  })

  it('ends with the first failure', async () => {
    let runs = 0
    const failing = inlineExecutor(async (task: TrialTask) => {
      if (++runs === 3) throw new Error('third fails')
      return work(task)
    })
    await expect(gridSearch(space, failing)).rejects.toThrow('third fails')
    expect(runs).toBe(3)
  })
})
