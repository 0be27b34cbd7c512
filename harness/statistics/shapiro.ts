import { sum } from 'simple-statistics'
import { meanOf } from './moments.js'
import { normalUpperQuantile, normalUpperTail } from './normal.js'
import { DegenerateSampleError } from './sample.js'
import { isZeroSpread } from './zero-variance.js'

export interface NormalityTest {
  /** In (0, 1]; 1 is perfectly normal. */
  readonly w: number
  readonly p: number
}

const FEWEST = 3
/** Largest sample for which Royston's approximation was fitted. */
const MOST = 5000

/** Coefficients of Royston's polynomials, constant term first. */
const FIRST_WEIGHT = [0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056]
const SECOND_WEIGHT = [0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633]
const SMALL_GAMMA = [-2.273, 0.459]
const SMALL_MEAN = [0.544, -0.39978, 0.025054, -6.714e-4]
const SMALL_LOG_SD = [1.3822, -0.77857, 0.062767, -0.0020322]
const LARGE_MEAN = [-1.5861, -0.31082, -0.083751, 0.0038915]
const LARGE_LOG_SD = [-0.4803, -0.082676, 0.0030302]

/**
 * The Shapiro–Wilk test: could these values be normal?
 *
 * @param values 3 ≤ n ≤ 5000
 * @throws {DegenerateSampleError} fewer than three values, more than 5000, or they do not vary
 * @source Royston 1995, Applied Statistics 44, AS R94; golden vectors from scipy.stats.shapiro
 */
export function shapiroWilk(values: readonly number[]): NormalityTest {
  const n = values.length
  if (n < FEWEST)
    throw new DegenerateSampleError(
      `a normality test needs at least ${FEWEST} values, got ${n}; measure more`,
    )
  if (n > MOST)
    throw new DegenerateSampleError(
      `the test's approximation holds for at most ${MOST} values, got ${n}`,
    )
  const sorted = [...values].sort((a, b) => a - b)
  const centre = meanOf(sorted)
  const squares = sum(sorted.map((value) => (value - centre) ** 2))
  if (isZeroSpread(Math.sqrt(squares / (n - 1)), centre)) {
    throw new DegenerateSampleError(
      'the values do not vary, so normality is undefined; compare the mean itself',
    )
  }
  const numerator = sum(
    weights(n).map((weight, index) => weight * (sorted[n - 1 - index]! - sorted[index]!)),
  )
  const w = Math.min(1, numerator ** 2 / squares)
  return { w, p: significance(w, n) }
}

/**
 * Weights of the differences between the largest and the smallest value, the next ones, and so on.
 */
function weights(n: number): number[] {
  if (n === FEWEST) return [Math.SQRT1_2]
  const scores = Array.from({ length: Math.floor(n / 2) }, (_, index) =>
    normalUpperQuantile((index + 0.625) / (n + 0.25)),
  )
  const total = 2 * sum(scores.map((score) => score ** 2))
  const [outer, next] = [scores[0]!, scores[1]!]
  const first = polynomial(FIRST_WEIGHT, 1 / Math.sqrt(n)) + outer / Math.sqrt(total)
  if (n <= 5) {
    const scale = Math.sqrt((total - 2 * outer ** 2) / (1 - 2 * first ** 2))
    return [first, ...scores.slice(1).map((score) => score / scale)]
  }
  const second = polynomial(SECOND_WEIGHT, 1 / Math.sqrt(n)) + next / Math.sqrt(total)
  const scale = Math.sqrt(
    (total - 2 * outer ** 2 - 2 * next ** 2) / (1 - 2 * first ** 2 - 2 * second ** 2),
  )
  return [first, second, ...scores.slice(2).map((score) => score / scale)]
}

function significance(w: number, n: number): number {
  // For three values w is at least 3/4, and its exact distribution is used.
  if (n === FEWEST)
    return Math.max(0, (6 / Math.PI) * (Math.asin(Math.sqrt(w)) - Math.asin(Math.sqrt(0.75))))
  const y = Math.log(1 - w)
  if (n > 11) {
    const x = Math.log(n)
    return normalUpperTail((y - polynomial(LARGE_MEAN, x)) / Math.exp(polynomial(LARGE_LOG_SD, x)))
  }
  const gamma = polynomial(SMALL_GAMMA, n)
  if (y >= gamma) return 0
  return normalUpperTail(
    (-Math.log(gamma - y) - polynomial(SMALL_MEAN, n)) / Math.exp(polynomial(SMALL_LOG_SD, n)),
  )
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((total, coefficient) => total * x + coefficient, 0)
}
