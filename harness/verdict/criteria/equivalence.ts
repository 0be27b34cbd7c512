import { formatLimit, formatPercent } from '../../text/format.js'
import { certifiableEquivalence } from '../noise.js'
import {
  type CriterionKind,
  type CriterionOf,
  certified,
  isSound,
  undecided,
} from './criterion-kind.js'

type Equivalence = CriterionOf<'equivalence'>

const reasons = {
  'certified-equivalence': ({ within }: Equivalence) =>
    `both bounds lie within ± ${formatLimit(within)}`,
  'certified-difference': ({ within }: Equivalence) =>
    `both bounds lie more than ${formatLimit(within)} from no change, on the same side`,
}

/**
 * Equivalence: the time changes by at most θ in either direction. Two one-sided tests against the
 * margins ± ln(1 + θ); only bounds decide.
 *
 * @source Schuirmann 1987, J. Pharmacokinet. Biopharm. 15 (two one-sided tests)
 */
export const equivalence: CriterionKind<Equivalence, keyof typeof reasons> = {
  judge(position, { within }) {
    const { lower, upper, last, tolerance } = position
    const margin = Math.log(1 + within)
    if (!isSound(position)) return undecided(last)
    if (lower >= -margin - tolerance && upper <= margin + tolerance)
      return certified('accepted', 'certified-equivalence')
    if (upper < -margin - tolerance || lower > margin + tolerance)
      return certified('rejected', 'certified-difference')
    return undecided(last)
  },
  reasons,
  demand: ({ within }, metric) =>
    `At most ${formatLimit(within)} faster or slower in ${metric} time (two one-sided tests)`,
  threshold: ({ within }) => `margin ± ${formatLimit(within)}`,
  needed: ({ within }) => `within ± ${formatLimit(within)}`,
  certified({ lower, upper }, isRejected) {
    const [nearest, farthest] = [Math.abs(lower), Math.abs(upper)].sort((a, b) => a - b)
    return isRejected
      ? `changed by at least ${formatPercent(Math.expm1(nearest!))}`
      : `unchanged within ± ${formatPercent(Math.expm1(farthest!))}`
  },
  // On the log scale the margins are ± ln(1 + θ).
  margins: ({ within }) => [-within, within / (1 + within)],
  certifiable: (noise, bounds) => ({
    certifiableEquivalence: certifiableEquivalence(noise, bounds),
  }),
  resolution: (noise, bounds) => `± ${formatPercent(certifiableEquivalence(noise, bounds))}`,
  resolutionMeaning:
    '"Resolution" of an equivalence: the smallest margin within which the last planned look certifies an unchanged candidate with 80 % power, at the noise of these pairs.',
}
