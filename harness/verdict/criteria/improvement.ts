import { formatLimit, formatPercent } from '../../text/format.js'
import { type Comparison, improvementOfMeans } from '../compare.js'
import { certifiableImprovement } from '../noise.js'
import { certifiedSpeed } from './certified-speed.js'
import {
  type CriterionKind,
  type CriterionOf,
  certified,
  estimated,
  isSound,
  undecided,
} from './criterion-kind.js'

type Improvement = CriterionOf<'improvement'>

/** The two-sided p of an acceptance must be below this. */
const SIGNIFICANT_BELOW = 0.05
/**
 * After the last look, an estimate can accept only if the bounds certify this part of the
 * threshold.
 */
const CERTIFIED_PART = 0.4
/**
 * After the last look, an estimate can reject only if half the distance between the bounds is at
 * most this part of the threshold.
 */
const NARROW_PART = 0.8

const reasons = {
  'certified-improvement': ({ atLeast }: Improvement) =>
    `the lower bound of the improvement reaches the threshold of ${formatLimit(atLeast)}`,
  'estimated-improvement': ({ atLeast }: Improvement) =>
    `after the last look, the estimate reaches ${formatLimit(atLeast)} and the lower bound reaches ${formatLimit(CERTIFIED_PART * atLeast)}`,
  'certified-below-threshold': ({ atLeast }: Improvement) =>
    `the upper bound of the improvement is below the threshold of ${formatLimit(atLeast)}`,
  'estimate-below-threshold': ({ atLeast }: Improvement) =>
    `after the last look, the estimate is below ${formatLimit(atLeast)} and the bounds are narrow enough to reject`,
  'not-significant': () => 'the difference from no change is not significant (p ≥ 0.05)',
  'means-disagree': () => 'the plain means do not improve',
}

/**
 * Improvement: the candidate takes at least θ less time. The margin is ln(1 − θ).
 *
 * @source Jennison & Turnbull 1989, JRSS B 51 (decisions by bounds); for decisions by the
 * estimate, docs/methodology.md, with their error rates in docs/characteristics.md
 */
export const improvement: CriterionKind<Improvement, keyof typeof reasons> = {
  judge(position, { atLeast }) {
    const { m, lower, upper, last, tolerance } = position
    const margin = Math.log(1 - atLeast)
    if (!isSound(position)) return undecided(last)
    if (upper <= margin + tolerance) return certified('accepted', 'certified-improvement')
    if (lower > margin + tolerance) return certified('rejected', 'certified-below-threshold')
    if (!last) return undecided(last)
    if (m <= margin && upper <= Math.log(1 - CERTIFIED_PART * atLeast))
      return estimated('accepted', 'estimated-improvement')
    if (m > margin && (upper - lower) / 2 <= NARROW_PART * atLeast)
      return estimated('rejected', 'estimate-below-threshold')
    return undecided(last)
  },
  holds: significanceHolds,
  reasons,
  demand: ({ atLeast }, metric) =>
    `Improvement of at least ${formatLimit(atLeast)} in ${metric} time`,
  threshold: ({ atLeast }) => `threshold ${formatLimit(atLeast)}`,
  needed: ({ atLeast }) => `≥ ${formatLimit(atLeast)} faster`,
  certified: certifiedSpeed,
  margins: ({ atLeast }) => [atLeast],
  certifiable: (noise, bounds, { atLeast }) => ({
    certifiable: certifiableImprovement(noise, bounds, atLeast),
  }),
  resolution: (noise, bounds, { atLeast }) =>
    formatPercent(certifiableImprovement(noise, bounds, atLeast)),
  resolutionMeaning:
    '"Resolution" of an improvement: the smallest true improvement that the last planned look certifies to reach the threshold with 80 % power, at the noise of these pairs.',
}

function significanceHolds(comparison: Comparison): ('not-significant' | 'means-disagree')[] {
  const { estimate, improvement: change } = comparison
  const isSignificant = estimate.zeroVariance || change.p! < SIGNIFICANT_BELOW
  return [
    ...(isSignificant ? [] : ['not-significant' as const]),
    ...(improvementOfMeans(comparison) > 0 ? [] : ['means-disagree' as const]),
  ]
}
