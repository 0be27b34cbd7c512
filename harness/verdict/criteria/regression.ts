import { formatLimit } from '../../text/format.js'
import {
  type CriterionKind,
  type CriterionOf,
  certified,
  estimated,
  isSound,
  undecided,
} from './criterion-kind.js'
import { slowdownLimit } from './slowdown-limit.js'

type Regression = CriterionOf<'regression'>

/**
 * After the last look, an estimate can pass only if the bounds exclude a slowdown of this multiple
 * of the limit.
 */
const EXCLUDED_MULTIPLE = 1.5

const reasons = {
  'certified-no-regression': ({ atMost }: Regression) =>
    `certified less than ${formatLimit(atMost)} slower`,
  'estimated-no-regression': ({ atMost }: Regression) =>
    `after the last look, the estimate is less than ${formatLimit(atMost)} slower and the bounds exclude ${formatLimit(EXCLUDED_MULTIPLE * atMost)} slower`,
  'certified-regression': ({ atMost }: Regression) =>
    `certified at least ${formatLimit(atMost)} slower`,
  'estimated-regression': ({ atMost }: Regression) =>
    `after the last look, the estimate is at least ${formatLimit(atMost)} slower and the bounds exclude no change`,
}

/**
 * The regression gate: the candidate is less than θ slower. The margin is ln(1 + θ). `accepted`
 * means that it passes the gate.
 *
 * @source the same as for `improvement`
 */
export const regression: CriterionKind<Regression, keyof typeof reasons> = {
  ...slowdownLimit,
  judge(position, { atMost }) {
    const { m, lower, upper, last, tolerance } = position
    const margin = Math.log(1 + atMost)
    if (!isSound(position)) return undecided(last)
    if (lower >= margin - tolerance) return certified('rejected', 'certified-regression')
    if (upper < margin - tolerance) return certified('accepted', 'certified-no-regression')
    if (!last) return undecided(last)
    if (m >= margin && lower > 0) return estimated('rejected', 'estimated-regression')
    if (m < margin && upper < Math.log(1 + EXCLUDED_MULTIPLE * atMost))
      return estimated('accepted', 'estimated-no-regression')
    return undecided(last)
  },
  mostLooks: 3,
  reasons,
  demand: ({ atMost }, metric) => `Less than ${formatLimit(atMost)} slower in ${metric} time`,
}
