import { compareArms, improvementOfMeans } from './compare.js'
import type { Finding, Outcome, Rule } from './criteria.js'
import { boundsAt, judge, type Look } from './look.js'
import { compareMemory } from './memory.js'
import type { ProbePair } from './memory-probe.js'
import { noiseOf } from './noise.js'
import type { Round } from './rounds.js'
import { discordance } from './warnings.js'

/** What the rounds so far say about one workload. */
export interface Assessment {
  /**
   * `continue`: more pairs are needed. For a guard, `accepted` means that it passes the regression
   * gate.
   */
  readonly outcome: Outcome
  /** Codes; empty while the outcome is `continue`. */
  readonly reasons: readonly string[]
  /** Rounds the assessment is made of: those up to the deciding look, or all so far. */
  readonly rounds: readonly Round[]
  readonly looks: readonly Look[]
}

/** Two-sided p an acceptance needs, beside its bounds. */
const SIGNIFICANT_BELOW = 0.05
const MEMORY_UNDECIDED = 'memory-undecided'
/** What becomes of an acceptance that only blocking memory stands in the way of. */
const BY_MEMORY = { within: 'accepted', over: 'rejected', undecided: 'inconclusive' } as const

/**
 * Examines the looks in order and stops at the first that decides; rounds beyond it are ignored.
 * Nothing is accepted unless a look says so and no condition holds it back; a held acceptance goes
 * on to the next look, and after the last one it is inconclusive.
 *
 * Where blocking memory alone holds an acceptance back, more pairs would not help: that look
 * decides, by the probe where there is one.
 *
 * @param rounds complete rounds in order of pair number (`roundsOf`)
 * @param probed pairs of the memory probe (`probePairs`)
 */
export function assessWorkload(
  rounds: readonly Round[],
  rule: Rule,
  probed: readonly ProbePair[] = [],
): Assessment {
  const looks: Look[] = []
  for (const [index, pairs] of rule.looks.entries()) {
    if (rounds.length < pairs) break
    const seen = rounds.slice(0, pairs)
    const taken = takeLook(seen, index, rule, probed)
    if (taken === undefined)
      return { outcome: 'inconclusive', reasons: ['counter-missing'], rounds: seen, looks }
    const { look, reasons } = taken
    looks.push(look)
    if (look.outcome !== 'continue') return { outcome: look.outcome, reasons, rounds: seen, looks }
  }
  return { outcome: 'continue', reasons: [], rounds, looks }
}

/**
 * Point estimate of the improvement so far, a fraction, for progress lines; undefined below two
 * rounds.
 */
export function runningEstimate(
  rounds: readonly Round[],
  rule: Pick<Rule, 'against' | 'metric'>,
): number | undefined {
  return compareArms(rounds, rule.against, rule.metric)?.improvement.estimate
}

/** Undefined where a run lacks what a budget counts: no further pair could mend that. */
function takeLook(
  rounds: readonly Round[],
  index: number,
  rule: Rule,
  probed: readonly ProbePair[],
): { readonly look: Look; readonly reasons: readonly string[] } | undefined {
  const last = index === rule.looks.length - 1
  const bounds = boundsAt(rounds, index, rule)
  if (bounds === undefined) return undefined
  const finding = judge(bounds, last, rule)
  const reasons = finding.reason === undefined ? [] : [finding.reason]
  if (exceedsMemory(rounds, rule) && finding.outcome === 'accepted') {
    return { look: { ...bounds, outcome: 'rejected' }, reasons: ['memory-over'] }
  }
  const held = holds(rounds, finding, rule)
  if (held.length === 0) return { look: { ...bounds, outcome: finding.outcome }, reasons }
  if (held.every((code) => code === MEMORY_UNDECIDED)) {
    const outcome = BY_MEMORY[compareMemory(rounds, rule.against, probed)!.verdict]
    if (outcome === 'accepted') return { look: { ...bounds, outcome }, reasons }
    if (outcome === 'rejected') return { look: { ...bounds, outcome }, reasons: ['memory-over'] }
    return { look: { ...bounds, outcome, held }, reasons: held }
  }
  const final = last || held.includes('calibration-failed')
  return { look: { ...bounds, outcome: final ? 'inconclusive' : 'continue', held }, reasons: held }
}

function exceedsMemory(rounds: readonly Round[], { memory, against }: Rule): boolean {
  return memory === 'blocking' && compareMemory(rounds, against)?.verdict === 'over'
}

/**
 * Why a finding must not stand although its bounds say so. A failed calibration and blocking memory
 * hold every acceptance; noise and discordance those that compare two arms; significance and the
 * plain means only the claim that something got faster.
 */
function holds(rounds: readonly Round[], { outcome, certified }: Finding, rule: Rule): string[] {
  if (outcome !== 'accepted' && outcome !== 'rejected') return []
  const comparison = compareArms(rounds, rule.against, rule.metric)!
  const { estimate, improvement } = comparison
  const isRatio = rule.criterion.kind !== 'budget'
  const held: string[] = []
  if (isRatio && !certified && noiseOf(estimate).class === 'RED') held.push('noise-red')
  if (outcome === 'rejected') return held
  if (rule.calibrationFailed === true) held.push('calibration-failed')
  if (isRatio && rule.metric === 'cpu' && discordance(rounds, rule) !== undefined)
    held.push('discordant')
  if (rule.memory === 'blocking') {
    const memory = compareMemory(rounds, rule.against)
    if (memory === undefined) held.push('memory-unmeasured')
    else if (memory.verdict === 'undecided') held.push(MEMORY_UNDECIDED)
  }
  if (rule.criterion.kind === 'improvement') {
    if (!estimate.zeroVariance && !(improvement.p! < SIGNIFICANT_BELOW))
      held.push('not-significant')
    if (!(improvementOfMeans(comparison) > 0)) held.push('means-disagree')
  }
  return held
}
