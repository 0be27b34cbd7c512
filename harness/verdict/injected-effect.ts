import type { Metric } from '../contract.js'
import { defined } from '../evidence/defined.js'
import type { Trial } from './attempts.js'
import { compareArms } from './compare.js'
import { BIAS_SE } from './identical-arms.js'
import { realisedImprovement } from './injected-size.js'
import type { Round } from './rounds.js'

/** Whether an injected effect was measured correctly. `incomplete`: pairs are missing. */
type Detection = 'seen' | 'missed' | 'undecidable' | 'incomplete'

/** Pairs with a known true effect. */
export interface InjectedAttempt {
  /** Complete pairs. */
  readonly n: number
  /** Trimmed mean of ln(B/A) and its standard error. */
  readonly m?: number
  readonly se?: number
  readonly df?: number
  /** The improvement that the injected work really made, if its runs timed it. */
  readonly realised?: number
  /** The measured improvement, a fraction. */
  readonly improvement?: number
  /** Its 95 % interval. */
  readonly ci95?: readonly [number, number]
  /** How far noise alone can move m: 2.8 standard errors, log scale. */
  readonly reach?: number
  readonly outcome: Detection
}

/**
 * The allowed difference between the measured and the injected improvement: 2 points, as in 8 ±
 * 2 %.
 */
const TOLERANCE = 0.02

/**
 * The trial of a known effect. Extra work in the other arm makes the candidate look faster, and
 * the harness has to measure that improvement to within two percentage points.
 *
 * Noise can move an estimate by 2.8 standard errors. If that is within the tolerance, an estimate
 * inside the tolerance is `seen` and any other is `missed`. If that is more than the tolerance (at
 * 20 pairs, an effective sd above 3.4 %), an estimate that is off by more than tolerance and noise
 * together is `missed`. Any other is then `undecidable`: it proves neither a correct nor a wrong
 * measurement, and does not fail a calibration.
 *
 * @param improvement injected, a fraction in (0.02, 0.9)
 * @param pairs of one attempt, ≥ 10
 */
export function injectedEffect(
  improvement: number,
  pairs: number,
  metric: Metric,
): Trial<InjectedAttempt> {
  return {
    pairs,
    judge: (rounds) => judgeInjected(rounds, improvement, pairs, metric),
    hasFailed: ({ outcome }) => outcome === 'missed' || outcome === 'incomplete',
  }
}

function judgeInjected(
  rounds: readonly Round[],
  injected: number,
  pairs: number,
  metric: Metric,
): InjectedAttempt {
  const n = rounds.length
  const comparison = compareArms(rounds, 'baseline', metric)
  if (comparison === undefined) return { n, outcome: 'incomplete' }
  const { m, se, df } = comparison.estimate
  const { estimate: improvement, ci95 } = comparison.improvement
  const reach = BIAS_SE * se
  const realised = realisedImprovement(rounds, 'baseline')
  return defined({
    n,
    m,
    se,
    df,
    realised,
    improvement,
    ci95: ci95 && ([ci95.lower, ci95.upper] as const),
    reach,
    outcome: n < pairs ? 'incomplete' : detect(m, reach, realised ?? injected),
  })
}

function detect(m: number, reach: number, injected: number): Detection {
  const lower = Math.log1p(-(injected + TOLERANCE))
  const upper = Math.log1p(-(injected - TOLERANCE))
  if (reach <= upper - Math.log1p(-injected)) return lower <= m && m <= upper ? 'seen' : 'missed'
  return lower - reach <= m && m <= upper + reach ? 'undecidable' : 'missed'
}
