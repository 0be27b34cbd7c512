import { exceedsChance } from '../statistics/autocorrelation.js'
import { formatNumber } from '../text/format.js'
import type { WorkloadRecord } from './record-schema.js'

/**
 * A warning about correlated pairs for which the bounds were not widened, as below 20 pairs, where
 * the correlation is too uncertain to correct for. Rendered with the stored warnings of a record;
 * it follows from its figures.
 */
export function correlationWarning({
  lag1,
  pairs,
  budget,
  warnings,
}: Pick<WorkloadRecord, 'lag1' | 'pairs' | 'budget' | 'warnings'>):
  | WorkloadRecord['warnings'][number]
  | undefined {
  if (lag1 === undefined || budget !== undefined || !exceedsChance(lag1, pairs)) return undefined
  if (warnings.some(({ code }) => code === 'autocorrelated')) return undefined
  return {
    code: 'autocorrelated',
    hint: `consecutive pairs are correlated (lag 1: ${formatNumber(lag1, 2)}; chance alone exceeds this in less than 1 % of cases), and the bounds were not widened for it, so they may be too narrow; the speed of the host drifts: let it cool down, or fix its clock rate`,
  }
}
