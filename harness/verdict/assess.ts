import { type Comparison, compareArms } from './compare.js'
import type { Finding, Outcome } from './criteria/criterion-kind.js'
import { counterOf, kindOf, type Rule } from './criteria.js'
import { boundsAt, judge, type Look } from './look.js'
import { compareMemory } from './memory.js'
import type { ProbePair } from './memory-probe.js'
import { noiseOf } from './noise.js'
import type { WorkloadReason } from './reasons.js'
import type { Round } from './rounds.js'
import { answersRepeat } from './tampering.js'
import { discordance } from './warnings.js'

/** The outcome of one workload, from the rounds so far. */
export interface Assessment {
  /**
   * `continue` means that more pairs are needed; for a guard, `accepted` means that it passes the
   * regression gate.
   */
  readonly outcome: Outcome
  /** Empty while the outcome is `continue`. */
  readonly reasons: readonly WorkloadReason[]
  /** The rounds up to the deciding look, or all so far. */
  readonly rounds: readonly Round[]
  readonly looks: readonly Look[]
}

/** One look with its outcome and the reasons for it. */
interface JudgedLook {
  readonly look: Look
  readonly reasons: readonly WorkloadReason[]
}

/** The outcome by the verdict on memory, if only blocking memory can hold an acceptance back. */
const BY_MEMORY = { within: 'accepted', over: 'rejected', undecided: 'inconclusive' } as const

/**
 * Examines the looks in order and stops at the first one that decides. Later rounds are ignored.
 *
 * A workload is accepted only if a look accepts it and no condition holds the acceptance back. If
 * a condition does, the next look is examined; at the last look the outcome is then inconclusive.
 * If only the memory limit (blocking) holds the acceptance back, more pairs would not help, so
 * this look decides, by the memory probe if there is one.
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
    const soFar = rounds.slice(0, pairs)
    const judged = judgeLook(soFar, index, rule, probed)
    if (judged === undefined)
      return { outcome: 'inconclusive', reasons: ['counter-missing'], rounds: soFar, looks }
    const { look, reasons } = judged
    looks.push(look)
    if (look.outcome !== 'continue') return { outcome: look.outcome, reasons, rounds: soFar, looks }
  }
  return { outcome: 'continue', reasons: [], rounds, looks }
}

/** The improvement estimated so far, a fraction, for progress lines; undefined below two rounds. */
export function runningEstimate(
  rounds: readonly Round[],
  rule: Pick<Rule, 'against' | 'metric'>,
): number | undefined {
  return compareArms(rounds, rule.against, rule.metric)?.improvement.estimate
}

/** Undefined if a run lacks the counter of a budget; more pairs would not supply it. */
function judgeLook(
  rounds: readonly Round[],
  index: number,
  rule: Rule,
  probed: readonly ProbePair[],
): JudgedLook | undefined {
  const last = index === rule.looks.length - 1
  const bounds = boundsAt(rounds, index, rule)
  if (bounds === undefined) return undefined
  const finding = judge(bounds, last, rule)
  const reasons = finding.reason === undefined ? [] : [finding.reason]
  if (finding.outcome === 'accepted' && exceedsMemory(rounds, rule))
    return { look: { ...bounds, outcome: 'rejected' }, reasons: ['memory-over'] }
  const held = holdsOf(rounds, finding, rule)
  if (held.length === 0) return { look: { ...bounds, outcome: finding.outcome }, reasons }
  if (held.every((code) => code === 'memory-undecided')) {
    const outcome = BY_MEMORY[compareMemory(rounds, rule.against, probed)!.verdict]
    if (outcome === 'accepted') return { look: { ...bounds, outcome }, reasons }
    if (outcome === 'rejected') return { look: { ...bounds, outcome }, reasons: ['memory-over'] }
    return { look: { ...bounds, outcome, held }, reasons: held }
  }
  const final = last || held.some((code) => FINAL.includes(code))
  return { look: { ...bounds, outcome: final ? 'inconclusive' : 'continue', held }, reasons: held }
}

/** Holds that more pairs cannot lift. */
const FINAL: readonly WorkloadReason[] = ['calibration-failed', 'answers-repeat']

function exceedsMemory(rounds: readonly Round[], { memory, against }: Rule): boolean {
  return memory === 'blocking' && compareMemory(rounds, against)?.verdict === 'over'
}

/** Conditions that hold back an acceptance or a rejection although the criterion decides. */
function holdsOf(
  rounds: readonly Round[],
  { outcome, certified }: Finding,
  rule: Rule,
): WorkloadReason[] {
  if (outcome !== 'accepted' && outcome !== 'rejected') return []
  const comparison = compareArms(rounds, rule.against, rule.metric)!
  const comparesArms = counterOf(rule.criterion) === undefined
  const isRed = comparesArms && !certified && noiseOf(comparison.estimate).class === 'RED'
  const noise: WorkloadReason[] = isRed ? ['noise-red'] : []
  return outcome === 'rejected' ? noise : [...noise, ...acceptanceHolds(rounds, comparison, rule)]
}

function acceptanceHolds(
  rounds: readonly Round[],
  comparison: Comparison,
  rule: Rule,
): WorkloadReason[] {
  const comparesCpu = counterOf(rule.criterion) === undefined && rule.metric === 'cpu'
  const isDiscordant = comparesCpu && discordance(rounds, rule) !== undefined
  return [
    ...(rule.calibrationFailed === true ? ['calibration-failed' as const] : []),
    ...(isDiscordant ? ['discordant' as const] : []),
    ...(rounds.some(({ runs }) => answersRepeat(runs.baseline!))
      ? ['answers-repeat' as const]
      : []),
    ...memoryHolds(rounds, rule),
    ...(kindOf(rule.criterion).holds?.(comparison) ?? []),
  ]
}

function memoryHolds(rounds: readonly Round[], { memory, against }: Rule): WorkloadReason[] {
  if (memory !== 'blocking') return []
  const measured = compareMemory(rounds, against)
  if (measured === undefined) return ['memory-unmeasured']
  return measured.verdict === 'undecided' ? ['memory-undecided'] : []
}
