import { EXIT, type ExitCode } from '../errors.js'
import { MINIMUM_PAIRS } from '../statistics/trimmed.js'
import { assessWorkload } from '../verdict/assess.js'
import type { Bounds } from '../verdict/bounds.js'
import type { Outcome } from '../verdict/criteria/criterion-kind.js'
import { judgeCriterion, type Rule } from '../verdict/criteria.js'
import { certifiableSlowdown } from '../verdict/noise.js'
import type { WorkloadReason } from '../verdict/reasons.js'
import type { Round } from '../verdict/rounds.js'
import type { ValueComparison } from './compare-values.js'

/** Result of the regression rule in a single look. Slowdowns are fractions: 0.1 is 10 % slower. */
export interface RegressionCheck {
  readonly limit: number
  readonly outcome: 'passed' | 'failed' | 'inconclusive' | 'not-comparable'
  /** Codes of the verdict; for `not-comparable`, `problem` holds the reason. */
  readonly reasons: readonly (WorkloadReason | 'not-comparable')[]
  readonly problem?: string
  readonly slowdown?: { readonly estimate: number; readonly bounds: readonly number[] }
  /**
   * The largest true slowdown certified as below the limit with 80 % power, at this noise and
   * number of values.
   */
  readonly certifiable?: number
}

const OUTCOMES: Readonly<Record<Outcome, RegressionCheck['outcome']>> = {
  accepted: 'passed',
  rejected: 'failed',
  inconclusive: 'inconclusive',
  continue: 'inconclusive',
}

const EXIT_CODES: Readonly<Record<RegressionCheck['outcome'], ExitCode>> = {
  passed: EXIT.done,
  failed: EXIT.failed,
  inconclusive: EXIT.inconclusive,
  'not-comparable': EXIT.invalid,
}

/**
 * The exit code of several checks, in order of priority: not comparable, failed, inconclusive,
 * passed.
 */
export function exitCodeOf(checks: readonly RegressionCheck[]): ExitCode {
  const order = [EXIT.invalid, EXIT.failed, EXIT.inconclusive]
  return (
    order.find((code) => checks.some(({ outcome }) => EXIT_CODES[outcome] === code)) ?? EXIT.done
  )
}

/**
 * Applies the regression rule to two sets of values from any source. Fewer than ten values each,
 * values that do not vary, and values without ratios are not comparable.
 *
 * @param limit slowdown that fails, a fraction above 0
 */
export function checkValues(comparison: ValueComparison, limit: number): RegressionCheck {
  const problem = notComparable(comparison)
  const { look, noise } = comparison
  if (problem !== undefined || look === undefined || noise === undefined)
    return {
      limit,
      outcome: 'not-comparable',
      reasons: ['not-comparable'],
      problem: problem ?? 'the noise is unknown',
    }
  const { m, lower, upper } = look
  const finding = judgeCriterion(
    { m, lower, upper, last: true, tolerance: 0 },
    { kind: 'regression', atMost: limit },
  )
  // With RED noise only certified verdicts count, as in an evaluation.
  const held = noise.class === 'RED' && !finding.certified && finding.outcome !== 'inconclusive'
  return {
    limit,
    outcome: held ? 'inconclusive' : OUTCOMES[finding.outcome],
    reasons: held ? ['noise-red'] : finding.reason === undefined ? [] : [finding.reason],
    ...toSlowdown(look),
    certifiable: certifiableSlowdown(noise, look, limit),
  }
}

/**
 * Applies the regression rule to measured rounds, with all the checks of an evaluation.
 *
 * @param rule of `roundsRule`  @param comparison of the same rounds
 */
export function checkRounds(
  rounds: readonly Round[],
  rule: Rule,
  comparison: ValueComparison,
  limit: number,
): RegressionCheck {
  const check = checkValues(comparison, limit)
  if (check.outcome === 'not-comparable') return check
  const { outcome, reasons } = assessWorkload(rounds, rule)
  return { ...check, outcome: OUTCOMES[outcome], reasons }
}

/**
 * The rule for a single look at all rounds. With a limit, it has the regression criterion; without
 * one, an improvement criterion, of which only the warnings are used.
 */
export function roundsRule(
  rounds: readonly Round[],
  arms: Pick<Rule, 'against' | 'metric'>,
  limit: number | undefined,
): Rule {
  return {
    ...arms,
    role: limit === undefined ? 'target' : 'guard',
    criterion:
      limit === undefined
        ? { kind: 'improvement', atLeast: 0.05 }
        : { kind: 'regression', atMost: limit },
    looks: [Math.max(MINIMUM_PAIRS, rounds.length)],
    fixed: true,
    alpha: 0.05,
    memory: 'advisory',
  }
}

function notComparable({
  baseline,
  candidate,
  absent,
  improvement,
}: ValueComparison): string | undefined {
  if (absent.improvement !== undefined) return absent.improvement
  const fewest = Math.min(baseline.n, candidate.n)
  if (fewest < MINIMUM_PAIRS)
    return `a verdict needs at least ${MINIMUM_PAIRS} values of each, got ${baseline.n} and ${candidate.n}; measure more`
  return improvement?.ci95 === undefined
    ? (absent['improvement.ci95'] ?? 'the interval is unknown')
    : undefined
}

function toSlowdown({ m, lower, upper }: Bounds): Pick<RegressionCheck, 'slowdown'> {
  return { slowdown: { estimate: Math.expm1(m), bounds: [Math.expm1(lower), Math.expm1(upper)] } }
}
