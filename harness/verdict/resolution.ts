import type { Criterion } from '../contract.js'
import type { EvaluationPlan } from '../evidence/evidence.js'
import { trimmedDf } from '../statistics/trimmed.js'
import { type Bounds, boundsOf } from './bounds.js'
import { counterOf, kindOf, looksOf } from './criteria.js'
import { nominalTail } from './look.js'
import type { Noise } from './noise.js'

/** The smallest effect that a plan could have certified. */
export interface Resolution {
  /** Pairs at the last planned look. */
  readonly pairs: number
  /** The effect: `6.5 %`, `7.9 % slower`, or a mean of a budget's counter. */
  readonly text: string
}

type Regime = Pick<EvaluationPlan['regime'], 'looks' | 'fixed' | 'alpha'>

/**
 * What a plan could have certified with 80 % power at its last look, if all its pairs vary like
 * those measured. A plan that stops early could have gone on, so the look at which it stopped does
 * not limit its resolution.
 *
 * @param noise of the pairs measured
 * @param look  the look that decided
 */
export function resolutionOf(
  regime: Regime,
  criterion: Criterion,
  noise: Noise,
  look: Bounds,
): Resolution {
  const bounds = plannedBounds(regime, criterion, look)
  return { pairs: bounds.pairs, text: kindOf(criterion).resolution(noise, bounds, criterion) }
}

/** The bounds of a look as those of the last planned one: its pairs and its critical value. */
export function plannedBounds(regime: Regime, criterion: Criterion, look: Bounds): Bounds {
  const looks = looksOf(regime, criterion)
  const pairs = looks.at(-1)!
  const pNominal = nominalTail({ ...regime, looks }, looks.length - 1)
  const df = counterOf(criterion) === undefined ? trimmedDf(pairs) : pairs - 1
  const shrink = Math.sqrt(look.pairs / pairs)
  return boundsOf(
    { pairs, m: look.m, se: look.se * shrink, seUsed: look.seUsed * shrink, df },
    pNominal,
  )
}
