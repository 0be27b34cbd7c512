import type { Metric } from '../contract.js'
import type { Trial } from './attempts.js'
import { compareArms } from './compare.js'
import { BIAS_SE } from './identical-arms.js'
import type { Round } from './rounds.js'

/**
 * What became of an effect that was put in. `incomplete`: measuring ended before all pairs were
 * made.
 */
type Sight = 'seen' | 'missed' | 'undecidable' | 'incomplete'

/** Pairs with a known true effect. */
export interface InjectedAttempt {
  /** Complete pairs. */
  readonly n: number
  /** Trimmed mean of ln(B/A) and its standard error. */
  readonly m?: number
  readonly se?: number
  readonly df?: number
  /** The improvement seen, a fraction. */
  readonly improvement?: number
  /** Its 95 % interval. */
  readonly ci95?: readonly [number, number]
  /** What noise alone may add to m or take from it: 2.8 standard errors, log scale. */
  readonly reach?: number
  readonly outcome: Sight
}

/** How far the improvement seen may lie from the one put in, as a fraction: 8 ± 2 %. */
const TOLERANCE = 0.02

/**
 * Pairs in which real extra work makes the candidate look faster: the harness has to see that much,
 * give or take two points.
 *
 * `seen`: the estimate lies within the tolerance. Where noise alone moves an estimate by more than
 * the tolerance (2.8 standard errors, at 20 pairs an effective sd above 3.4 %), lying within it
 * would be luck and lying outside no fault: then the effect is `undecidable`, which fails nothing,
 * unless the estimate is farther off than tolerance and noise together: that is `missed` on any
 * host.
 *
 * @param improvement put in, a fraction in (0.02, 0.9)
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
  return {
    n,
    m,
    se,
    df,
    improvement,
    ...(ci95 !== undefined && { ci95: [ci95.lower, ci95.upper] }),
    reach,
    outcome: n < pairs ? 'incomplete' : sight(m, reach, injected),
  }
}

function sight(m: number, reach: number, injected: number): Sight {
  const lower = Math.log1p(-(injected + TOLERANCE))
  const upper = Math.log1p(-(injected - TOLERANCE))
  if (reach <= upper - Math.log1p(-injected)) return lower <= m && m <= upper ? 'seen' : 'missed'
  return lower - reach <= m && m <= upper + reach ? 'undecidable' : 'missed'
}
