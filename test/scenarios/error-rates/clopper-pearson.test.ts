import { expect, it } from 'vitest'
import { clopperPearson } from '../../../scenarios/error-rates/clopper-pearson.js'

/** scipy 1.17: binomtest(k, n).proportion_ci(0.95, 'exact'). */
const GOLDEN = [
  [0, 100, 0, 0.03621669264519054],
  [1, 100, 0.00025314603268189283, 0.054459385392080666],
  [29, 30, 0.827830544366587, 0.9991564290733507],
  [30, 30, 0.8842966917779725, 1],
  [8, 10_000, 0.0003454444769961986, 0.0015757071053788358],
  [9977, 10_000, 0.9965508573729991, 0.9985414559207054],
  [84, 1080, 0.06251004106787184, 0.0953909173688729],
  [5000, 10_000, 0.4901513805899749, 0.509848619410025],
  [3, 3, 0.2924017738212867, 1],
] as const

it.each(GOLDEN)('%i of %i: the exact interval of scipy', (count, trials, lower, upper) => {
  const interval = clopperPearson(count, trials)
  expect(Math.abs(interval.lower - lower)).toBeLessThanOrEqual(1e-6 * lower)
  expect(Math.abs(interval.upper - upper)).toBeLessThanOrEqual(1e-6 * upper)
})

it('contains the share, and is mirrored when successes and failures are swapped', () => {
  for (let count = 0; count <= 30; count += 1) {
    const interval = clopperPearson(count, 30)
    const mirrored = clopperPearson(30 - count, 30)
    expect(interval.lower).toBeLessThanOrEqual(count / 30)
    expect(interval.upper).toBeGreaterThanOrEqual(count / 30)
    expect(interval.lower).toBeCloseTo(1 - mirrored.upper, 9)
  }
})
