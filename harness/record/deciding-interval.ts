import { formatLimit } from '../text/format.js'
import { improvementOf } from '../verdict/compare.js'
import { counterOf } from '../verdict/criteria.js'
import { FIXED_TAIL } from '../verdict/look.js'
import { criterionOf } from './claim.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

/**
 * The interval that people read: the bounds of the look that decided, as improvements. They allow
 * for every look of the plan, unlike the interval of a single look (`ci95`), which misses the truth
 * too often where measuring stopped because it crossed a limit.
 *
 * @returns undefined without a look at all of the pairs, without variation, and for a budget, whose
 * times are not judged
 * @source Jennison & Turnbull 1989, JRSS B 51 (repeated confidence intervals)
 */
export function decidingInterval(
  workload: Pick<WorkloadRecord, 'role' | 'looks' | 'pairs'>,
  record: Pick<DecisionRecord, 'criterion'>,
): [number, number] | undefined {
  const look = decidingLook(workload)
  if (look === undefined || counterOf(criterionOf(workload, record)) !== undefined) return undefined
  return [improvementOf(look.upper), improvementOf(look.lower)]
}

/** The last look; undefined if it was not at all of the pairs, or they do not vary. */
export function decidingLook({
  looks,
  pairs,
}: Pick<WorkloadRecord, 'looks' | 'pairs'>): WorkloadRecord['looks'][number] | undefined {
  const look = looks.at(-1)
  return look === undefined || look.pairs !== pairs || look.se === 0 ? undefined : look
}

/** How sure each bound of the interval is: `95 % over all looks`, `97.5 % at the one look`. */
export function sureness({ regime }: Pick<DecisionRecord, 'regime'>): string {
  return regime.fixed
    ? `${formatLimit(1 - FIXED_TAIL)} at the one look`
    : `${formatLimit(1 - regime.alpha)} over all looks`
}
