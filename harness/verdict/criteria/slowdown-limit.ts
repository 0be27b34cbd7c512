import { formatPercent } from '../../text/format.js'
import { type CertifiableEffect, certifiableSlowdown } from '../noise.js'
import { certifiedSpeed } from './certified-speed.js'
import type { CriterionKind, CriterionOf } from './criterion-kind.js'

type SlowdownLimit = CriterionKind<CriterionOf<'regression' | 'non-inferiority'>, string>

/** The part that the regression gate and non-inferiority share, since both limit a slowdown. */
export const slowdownLimit: Pick<
  SlowdownLimit,
  'certified' | 'margins' | 'certifiable' | 'certifiableClaim' | 'certifiableMeaning'
> = {
  certified: certifiedSpeed,
  margins: ({ atMost }) => [-atMost],
  certifiable: (noise, bounds, { atMost }) => ({
    certifiableSlowdown: certifiableSlowdown(noise, bounds, atMost),
  }),
  certifiableClaim,
  certifiableMeaning:
    '"Passes": the largest true slowdown that is certified to stay below the limit with 80 % power, at this noise and number of pairs.',
}

function certifiableClaim({ certifiableSlowdown: change }: CertifiableEffect): string | undefined {
  if (change === undefined) return undefined
  return change < 0
    ? `passes only from ${formatPercent(-change)} faster`
    : `passes up to ${formatPercent(change)} slower`
}
