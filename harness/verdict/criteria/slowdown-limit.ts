import { formatLimit, formatPercent } from '../../text/format.js'
import { certifiableSlowdown } from '../noise.js'
import { certifiedSpeed } from './certified-speed.js'
import type { CriterionKind, CriterionOf } from './criterion-kind.js'

type SlowdownLimit = CriterionKind<CriterionOf<'regression' | 'non-inferiority'>, string>

/** The part that the regression gate and non-inferiority share, since both limit a slowdown. */
export const slowdownLimit: Pick<
  SlowdownLimit,
  | 'threshold'
  | 'needed'
  | 'certified'
  | 'margins'
  | 'certifiable'
  | 'resolution'
  | 'resolutionMeaning'
> = {
  threshold: ({ atMost }) => `limit ${formatLimit(atMost)} slower`,
  needed: ({ atMost }) => `< ${formatLimit(atMost)} slower`,
  certified: certifiedSpeed,
  margins: ({ atMost }) => [-atMost],
  certifiable: (noise, bounds, { atMost }) => ({
    certifiableSlowdown: certifiableSlowdown(noise, bounds, atMost),
  }),
  resolution: (noise, bounds, { atMost }) => {
    const change = certifiableSlowdown(noise, bounds, atMost)
    return change < 0 ? `${formatPercent(-change)} faster` : `${formatPercent(change)} slower`
  },
  resolutionMeaning:
    '"Resolution" of a limit on slowdowns: the largest true slowdown that the last planned look certifies as below the limit with 80 % power, at the noise of these pairs.',
}
