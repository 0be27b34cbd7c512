import { formatLimit } from '../../text/format.js'
import {
  type CriterionKind,
  type CriterionOf,
  certified,
  isSound,
  undecided,
} from './criterion-kind.js'
import { slowdownLimit } from './slowdown-limit.js'

type NonInferiority = CriterionOf<'non-inferiority'>

const reasons = {
  'certified-non-inferiority': ({ atMost }: NonInferiority) =>
    `certified less than ${formatLimit(atMost)} slower`,
  'certified-inferiority': ({ atMost }: NonInferiority) =>
    `certified at least ${formatLimit(atMost)} slower`,
}

/**
 * Non-inferiority: the candidate is less than θ slower. The margin is ln(1 + θ). Unlike in the
 * regression gate, only bounds decide.
 *
 * @source Blackwelder 1982, Controlled Clinical Trials 3
 */
export const nonInferiority: CriterionKind<NonInferiority, keyof typeof reasons> = {
  ...slowdownLimit,
  judge(position, { atMost }) {
    const { lower, upper, last, tolerance } = position
    const margin = Math.log(1 + atMost)
    if (!isSound(position)) return undecided(last)
    if (lower >= margin - tolerance) return certified('rejected', 'certified-inferiority')
    if (upper < margin - tolerance) return certified('accepted', 'certified-non-inferiority')
    return undecided(last)
  },
  reasons,
  demand: ({ atMost }, metric) =>
    `Certified less than ${formatLimit(atMost)} slower in ${metric} time`,
}
