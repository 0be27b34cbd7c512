import {
  fitVarianceMixture,
  type MixedError,
  mixedError,
  type RelativeVariance,
  updateMixture,
  type VarianceMixture,
} from '../../statistics/variance-mixture.js'

/** The profiled processes of one arm: which share of the samples each part has. */
export interface ProcessShares {
  /** Busy samples of each process, > 0; at least two processes. */
  readonly samples: readonly number[]
  /** For each process, the share of each part, from 0 to 1. */
  readonly shares: readonly Float64Array[]
}

/** The share of each part over all processes of an arm, and how it varies between them. */
export interface MeanShares {
  readonly processes: number
  /** Mean number of samples of a process. */
  readonly samples: number
  readonly mean: Float64Array
  /** Variance of the share in one process, with `processes − 1` degrees of freedom. */
  readonly variance: Float64Array
}

/**
 * How shares vary from process to process. Of a share q, the expected variance in one process of N
 * samples is q(1 − q)/N from sampling, plus (spread·q(1 − q))² from processes that differ. The true
 * variance of each part is a multiple of it, whose distribution is the mixture.
 */
export interface ShareNoise {
  readonly spread: number
  readonly mixture: VarianceMixture
}

/** The spreads among which the fit chooses. */
const SPREADS = [0, 0.02, 0.05, 0.1, 0.2, 0.4]

/** Pools the processes of an arm, each with the weight of its samples. */
export function meanShares({ samples, shares }: ProcessShares): MeanShares {
  const processes = shares.length
  const total = samples.reduce((sum, count) => sum + count, 0)
  const mean = new Float64Array(shares[0]!.length)
  for (const [process, share] of shares.entries())
    for (let part = 0; part < mean.length; part++)
      mean[part]! += (samples[process]! / total) * share[part]!
  const variance = new Float64Array(mean.length)
  for (const [process, share] of shares.entries()) {
    const weight = (processes * samples[process]!) / total / (processes - 1)
    for (let part = 0; part < mean.length; part++)
      variance[part]! += weight * (share[part]! - mean[part]!) ** 2
  }
  return { processes, samples: total / processes, mean, variance }
}

/**
 * Fits the noise to what the arms show: every part varies between processes of the same arm, and
 * together hundreds of parts tell how much, although each has only a few processes.
 *
 * @param parts indexes of the parts to learn from; they should not contain each other
 */
export function fitShareNoise(arms: readonly MeanShares[], parts: readonly number[]): ShareNoise {
  const fits = SPREADS.map((spread) => fitAt(arms, parts, spread))
  return fits.reduce((best, fit) => (fit.logLikelihood > best.logLikelihood ? fit : best))
}

function fitAt(
  arms: readonly MeanShares[],
  parts: readonly number[],
  spread: number,
): ShareNoise & { readonly logLikelihood: number } {
  const known: RelativeVariance[] = []
  let density = 0
  for (const part of parts) {
    const relative = relativeVariance(arms, part, spread)
    if (relative === undefined) continue
    known.push(relative)
    // The likelihood is that of the variances, and not of their ratios to what was expected.
    for (const arm of varyingArms(arms, part))
      density -= ((arm.processes - 1) / 2) * Math.log(expectedVariance(arm, part, spread))
  }
  const { mixture, logLikelihood } = fitVarianceMixture(known)
  return { spread, mixture, logLikelihood: logLikelihood + density }
}

/**
 * The error of a change Σ factor·share, one factor for each arm. It is never below the error of
 * sampling alone; undefined for a share that cannot vary: that of everything.
 */
export function errorOfChange(
  arms: readonly MeanShares[],
  factors: readonly number[],
  part: number,
  { spread, mixture }: ShareNoise,
): MixedError | undefined {
  const own = relativeVariance(arms, part, spread)
  if (own === undefined) return undefined
  const expected = (of: number): number =>
    arms.reduce(
      (sum, arm, index) =>
        sum + (factors[index]! ** 2 * expectedVariance(arm, part, of)) / arm.processes,
      0,
    )
  return mixedError(updateMixture(mixture, own), expected(spread), expected(0))
}

/** The variance of a part in all arms together; undefined if it cannot vary. */
function relativeVariance(
  arms: readonly MeanShares[],
  part: number,
  spread: number,
): RelativeVariance | undefined {
  let squares = 0
  let df = 0
  for (const arm of varyingArms(arms, part)) {
    squares += ((arm.processes - 1) * arm.variance[part]!) / expectedVariance(arm, part, spread)
    df += arm.processes - 1
  }
  return df === 0 ? undefined : { ratio: squares / df, df }
}

/** The arms in which a part is neither nothing nor everything. */
function varyingArms(arms: readonly MeanShares[], part: number): readonly MeanShares[] {
  return arms.filter((arm) => binomialOf(arm, part) > ROUNDING)
}

function expectedVariance(arm: MeanShares, part: number, spread: number): number {
  const binomial = binomialOf(arm, part)
  return binomial / arm.samples + (spread * binomial) ** 2
}

function binomialOf({ mean }: MeanShares, part: number): number {
  return mean[part]! * (1 - mean[part]!)
}

/** A share of everything is 1 up to this error of adding it up. */
const ROUNDING = 1e-9
