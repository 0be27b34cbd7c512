import type { Metric } from '../contract.js'
import { defined } from '../evidence/defined.js'
import { lag1 } from '../statistics/autocorrelation.js'
import type { Trial } from './attempts.js'
import { compareArms } from './compare.js'
import { type Noise, noiseOf } from './noise.js'
import { POSITION_T, positionT } from './position-effect.js'
import type { Round } from './rounds.js'

/** A condition that must hold if both arms are the same code. */
export interface Check {
  /**
   * `pairs`: at least the bound; `bias`: |m| at most the bound, log scale; `position-effect`: |t|
   * below the bound.
   */
  readonly code: 'pairs' | 'bias' | 'position-effect'
  readonly value: number
  readonly bound: number
  readonly ok: boolean
}

/**
 * A/A pairs: both arms are the same code. Fields are absent if there are too few pairs or the
 * values do not vary.
 */
export interface IdenticalAttempt extends Partial<Noise> {
  /** Complete pairs. */
  readonly n: number
  /** Trimmed mean of ln(B/A) and its standard error. */
  readonly m?: number
  readonly se?: number
  readonly df?: number
  readonly positionT?: number
  readonly lag1?: number
  readonly checks: readonly Check[]
  readonly ok: boolean
  /** Noise alone could hide a bias of two points, so equal arms prove little. */
  readonly undecidable?: true
}

/**
 * Equal arms may differ by this many standard errors. At 40 pairs, noise exceeds that in 1 % of
 * trials.
 */
export const BIAS_SE = 2.8
/** A bias of this size, log scale, must not hide in the noise. */
const HIDDEN_BIAS = 0.02
/** The rounding error allowed if the pairs do not vary. */
const ROUNDING = 1e-12

/**
 * The trial of A/A pairs: the difference of the arms must be noise alone.
 *
 * @param pairs of one attempt, ≥ 10
 */
export function identicalArms(pairs: number, metric: Metric): Trial<IdenticalAttempt> {
  return {
    pairs,
    judge: (rounds) => judgeIdentical(rounds, pairs, metric),
    hasFailed: ({ ok }) => !ok,
  }
}

function judgeIdentical(rounds: readonly Round[], pairs: number, metric: Metric): IdenticalAttempt {
  const n = rounds.length
  const complete: Check = { code: 'pairs', value: n, bound: pairs, ok: n >= pairs }
  const comparison = compareArms(rounds, 'baseline', metric)
  if (comparison === undefined) return { n, checks: [complete], ok: false }
  const { estimate, logRatios } = comparison
  const { m, se, df } = estimate
  const t = positionT(rounds, logRatios, 'baseline')
  const checks = [complete, checkBias(m, se), ...(t === undefined ? [] : [checkPosition(t)])]
  return defined({
    n,
    m,
    se,
    df,
    ...noiseOf(estimate),
    positionT: t,
    lag1: lag1(logRatios),
    checks,
    ok: checks.every(({ ok }) => ok),
    undecidable: BIAS_SE * se > HIDDEN_BIAS ? (true as const) : undefined,
  })
}

function checkBias(m: number, se: number): Check {
  const bound = Math.max(BIAS_SE * se, ROUNDING)
  return { code: 'bias', value: Math.abs(m), bound, ok: Math.abs(m) <= bound }
}

function checkPosition(t: number): Check {
  return {
    code: 'position-effect',
    value: Math.abs(t),
    bound: POSITION_T,
    ok: Math.abs(t) < POSITION_T,
  }
}

/** Whether consecutive pairs are correlated beyond chance: |lag 1| above 2/√n. */
export function isAutocorrelated({ n, lag1: r1 }: Pick<IdenticalAttempt, 'n' | 'lag1'>): boolean {
  return r1 !== undefined && Math.abs(r1) > 2 / Math.sqrt(n)
}
