import { describe, expect, it } from 'vitest'
import {
  categorical,
  continuous,
  discrete,
  type MethodName,
  makeSampler,
  type ParameterSpace,
  type Parameters,
  parameterSpace,
} from '../../../engine/index.js'

type Task = readonly [ParameterSpace, (point: Readonly<Record<string, number>>) => number]

const intervals = (count: number, from: number, to: number): ParameterSpace =>
  parameterSpace(
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, continuous(from, to, 5)])),
  )

const FIRST_COSTS = [1, 0.7, 0, 0.5, 0.9]
const SECOND_COSTS = [0.8, 0.9, 0.4, 0, 1]

/** Functions to minimise, whose minimum is 0. */
const TASKS: Readonly<Record<string, Task>> = {
  branin: [
    parameterSpace({ x: continuous(-5, 10, 5), y: continuous(0, 15, 5) }),
    ({ x, y }) =>
      (y! - (5.1 / (4 * Math.PI ** 2)) * x! ** 2 + (5 / Math.PI) * x! - 6) ** 2 +
      10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x!) +
      10 -
      0.39788735772973816,
  ],
  rosenbrock: [
    intervals(5, -2, 2),
    (point) => {
      const x = Object.values(point)
      return x
        .slice(1)
        .reduce((sum, next, i) => sum + 100 * (next - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2, 0)
    },
  ],
  rastrigin: [
    intervals(5, -5.12, 4.6),
    (point) =>
      Object.values(point).reduce(
        (sum, x) => sum + 10 + x ** 2 - 10 * Math.cos(2 * Math.PI * x),
        0,
      ),
  ],
  mixed: [
    parameterSpace({
      first: categorical(0, 1, 2, 3, 4),
      second: categorical(0, 1, 2, 3, 4),
      days: discrete(2, 60),
      bars: discrete(10, 120),
      x: continuous(-1, 1, 5),
      y: continuous(-1, 1, 5),
    }),
    ({ first, second, days, bars, x, y }) =>
      FIRST_COSTS[first!]! +
      SECOND_COSTS[second!]! +
      (2 * Math.abs(days! - 17)) / 58 +
      (2 * Math.abs(bars! - 43)) / 110 +
      (x! - 0.3) ** 2 +
      (y! + 0.6) ** 2 +
      (first === 2 ? 0 : 0.5 * Math.abs(Math.sin(3 * (x! - 0.3)))),
  ],
}

/** The median over 30 seeds of the least value found in 100 points. */
function medianRegret(method: MethodName, [space, cost]: Task): number {
  const regrets = Array.from({ length: 30 }, (_, i) => {
    const sampler = makeSampler(space, method, { seed: i + 1 })
    let least = Number.POSITIVE_INFINITY
    for (let trial = 0; trial < 100; trial++) {
      const [{ id, parameters }] = sampler.ask(1) as [{ id: number; parameters: Parameters }]
      const value = cost(parameters as Readonly<Record<string, number>>)
      least = Math.min(least, value)
      sampler.tell([{ id, score: -value }])
    }
    return least
  }).sort((a, b) => a - b)
  return (regrets[14]! + regrets[15]!) / 2
}

// Medians of Optuna 3.1.0's TPESampler with its defaults, over 15 seeds of 100 trials, on the same
// functions: branin 0.0187, rosenbrock 6.06, rastrigin 22.0, mixed 0.167; of its RandomSampler:
// 0.196, 75.9, 35.4 and 1.43. Ours is behind it on the first two.
describe('the tree-structured Parzen estimator', () => {
  it.each([
    ['branin', 0.08],
    ['rosenbrock', 20],
    ['rastrigin', 1.1 * 22.01],
    ['mixed', 1.1 * 0.1672],
  ])(
    'comes close to the minimum of %s in 100 points',
    (name, bound) => {
      const regret = medianRegret('tpe', TASKS[name]!)
      expect(regret).toBeLessThan(bound)
      expect(regret).toBeLessThan(0.75 * medianRegret('random', TASKS[name]!))
    },
    60_000,
  )
})

// Medians of its CmaEsSampler: branin 0.0096, rosenbrock 5.51, rastrigin 19.2; it does not handle
// listed values.
describe('CMA-ES', () => {
  it.each([
    ['branin', 0.02],
    ['rosenbrock', 1.1 * 5.51],
    ['rastrigin', 1.1 * 19.2],
    ['mixed', 0.7],
  ])(
    'comes close to the minimum of %s in 100 points',
    (name, bound) => {
      const regret = medianRegret('cma-es', TASKS[name]!)
      expect(regret).toBeLessThan(bound)
      expect(regret).toBeLessThan(0.75 * medianRegret('random', TASKS[name]!))
    },
    60_000,
  )
})
