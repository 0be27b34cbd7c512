import { EXIT, type ExitCode } from '../errors.js'
import { MINIMUM_PAIRS } from '../statistics/trimmed.js'
import { assessWorkload } from '../verdict/assess.js'
import { type Finding, judgeRegression, type Outcome, type Rule } from '../verdict/criteria.js'
import type { Bounds } from '../verdict/look.js'
import { certifiableSlowdown } from '../verdict/noise.js'
import type { Round } from '../verdict/rounds.js'
import type { ValueComparison } from './compare-values.js'

/** What the regression rule says in one fixed look; slowdowns are fractions, 0.1 is 10 % slower. */
export interface RegressionCheck {
  readonly limit: number
  readonly outcome: 'passed' | 'failed' | 'inconclusive' | 'not-comparable'
  /** Codes of the verdict; `not-comparable` explains itself in `problem`. */
  readonly reasons: readonly string[]
  readonly problem?: string
  readonly slowdown?: { readonly estimate: number; readonly bounds: readonly number[] }
  /**
   * Largest true slowdown that values this noisy certify as less than the limit four times in five.
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
 * The exit code of several checks: what could not be compared wins over a failure, and a failure
 * over doubt.
 */
export function exitCodeOf(checks: readonly RegressionCheck[]): ExitCode {
  const order = [EXIT.invalid, EXIT.failed, EXIT.inconclusive]
  return (
    order.find((code) => checks.some(({ outcome }) => EXIT_CODES[outcome] === code)) ?? EXIT.done
  )
}

/**
 * The regression rule on two sets of values, whatever measured them. It passes only what a look at
 * sound values lets pass: too few, or values that do not vary or have no ratio, decide nothing.
 *
 * @param limit slowdown that must not pass, a fraction above 0
 */
export function checkValues(comparison: ValueComparison, limit: number): RegressionCheck {
  const problem = notComparable(comparison)
  const { look, noise } = comparison
  if (problem !== undefined || look === undefined || noise === undefined)
    return {
      limit,
      outcome: 'not-comparable',
      reasons: ['not-comparable'],
      problem: problem ?? 'there is no noise to judge by',
    }
  const { m, lower, upper } = look
  const finding = judgeRegression({ m, lower, upper, last: true, tolerance: 0 }, limit)
  // In RED only certified verdicts count, as in an evaluation.
  const held = noise.class === 'RED' && !finding.certified && finding.outcome !== 'inconclusive'
  return {
    limit,
    outcome: held ? 'inconclusive' : OUTCOMES[finding.outcome],
    reasons: held ? ['noise-red'] : reasonsOf(finding),
    ...toSlowdown(look),
    certifiable: certifiableSlowdown(noise, look, limit),
  }
}

/**
 * The regression rule on measured rounds: with everything an evaluation holds against them.
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
 * One fixed look at all rounds: by the regression criterion, or where nothing is to be judged by
 * that of an improvement.
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
    return `a verdict takes at least ${MINIMUM_PAIRS} values of each, and there are ${baseline.n} and ${candidate.n}; measure more`
  return improvement?.ci95 === undefined
    ? (absent['improvement.ci95'] ?? 'there is no interval')
    : undefined
}

function reasonsOf({ reason }: Finding): string[] {
  return reason === undefined ? [] : [reason]
}

function toSlowdown({ m, lower, upper }: Bounds): Pick<RegressionCheck, 'slowdown'> {
  return { slowdown: { estimate: Math.expm1(m), bounds: [Math.expm1(lower), Math.expm1(upper)] } }
}
