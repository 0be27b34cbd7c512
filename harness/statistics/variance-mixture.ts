import { normalUpperQuantile, normalUpperTail } from './normal.js'

/** A variance estimated from few values, relative to the variance that was expected. */
export interface RelativeVariance {
  /** Estimated ÷ expected variance, ≥ 0. */
  readonly ratio: number
  /** Degrees of freedom of the estimate, > 0. */
  readonly df: number
}

/**
 * What true variances are, relative to expected ones: for each of `FACTORS`, the part of the
 * quantities whose variance is that many times the expected one.
 */
export type VarianceMixture = readonly number[]

/** Ratios of true to expected variances. */
const FACTORS: readonly number[] = [0.5, 1, 2, 4, 8, 16, 32, 64, 256, 1024]
/**
 * Quantities that the fit adds to those it sees, spread over all factors, so that few quantities do
 * not make it sure that a large variance never occurs.
 */
const ADDED = 4
const STEPS = 40
/** Of a quantile, relative. */
const PRECISION = 1e-3

/**
 * Learns from many variances, each estimated from few values, how true variances scatter about
 * expected ones.
 *
 * @param variances of normal values
 * @returns the mixture, and the log likelihood of the variances but for a constant
 * @source Lu & Stephens 2016, Bioinformatics 32 (variance adaptive shrinkage); Kiefer & Wolfowitz
 * 1956, Ann. Math. Stat. 27; weights by expectation and maximization
 */
export function fitVarianceMixture(variances: readonly RelativeVariance[]): {
  readonly mixture: VarianceMixture
  readonly logLikelihood: number
} {
  const likelihoods = variances.map(likelihoodOf)
  let mixture: number[] = FACTORS.map(() => 1 / FACTORS.length)
  for (let step = 0; step < STEPS; step += 1) {
    const sums = FACTORS.map(() => ADDED / FACTORS.length)
    for (const { relative } of likelihoods) {
      const whole = weighted(relative, mixture)
      for (let index = 0; index < sums.length; index += 1)
        sums[index]! += (mixture[index]! * relative[index]!) / whole
    }
    mixture = sums.map((sum) => sum / (variances.length + ADDED))
  }
  const logLikelihood = likelihoods.reduce(
    (sum, { highest, relative }) => sum + highest + Math.log(weighted(relative, mixture)),
    0,
  )
  return { mixture, logLikelihood }
}

/** The same mixture for one quantity whose own variance was estimated as well. */
export function updateMixture(mixture: VarianceMixture, own: RelativeVariance): VarianceMixture {
  const { relative } = likelihoodOf(own)
  const whole = weighted(relative, mixture)
  return mixture.map((weight, index) => (weight * relative[index]!) / whole)
}

/** A normal error whose standard deviation is one of several. */
export interface MixedError {
  readonly weights: VarianceMixture
  /** For each weight. */
  readonly sds: readonly number[]
}

/**
 * The normal error of a quantity.
 *
 * @param expected variance
 * @param least    no variance is smaller
 */
export function mixedError(weights: VarianceMixture, expected: number, least: number): MixedError {
  return { weights, sds: FACTORS.map((factor) => Math.sqrt(Math.max(factor * expected, least))) }
}

/** Probability of an error of at least this size, in either direction. */
export function twoSidedTail({ weights, sds }: MixedError, size: number): number {
  let sum = 0
  for (let index = 0; index < sds.length; index += 1)
    sum += 2 * weights[index]! * normalUpperTail(size / sds[index]!)
  return sum
}

/**
 * Finds the size that an error reaches, in either direction, with a probability of `tail`; it is at
 * most 0.1 % too large.
 */
export function twoSidedQuantile(tail: number): (error: MixedError) => number {
  const z = normalUpperQuantile(tail / 2)
  return (error) => {
    let low = z * Math.min(...error.sds)
    let high = z * Math.max(...error.sds)
    while (high > (1 + PRECISION) * low) {
      const middle = Math.sqrt(low * high)
      if (twoSidedTail(error, middle) > tail) low = middle
      else high = middle
    }
    return high
  }
}

/**
 * The likelihood of each factor but for a constant, from χ² with df degrees of freedom: its highest
 * logarithm, and the likelihoods relative to that, which do not all underflow.
 */
function likelihoodOf({ ratio, df }: RelativeVariance) {
  const logs = FACTORS.map((factor) => (-df / 2) * (Math.log(factor) + ratio / factor))
  const highest = Math.max(...logs)
  return { highest, relative: logs.map((log) => Math.exp(log - highest)) }
}

function weighted(likelihood: readonly number[], mixture: VarianceMixture): number {
  let sum = 0
  for (let index = 0; index < mixture.length; index += 1)
    sum += mixture[index]! * likelihood[index]!
  return sum
}
