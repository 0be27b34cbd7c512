import type { PairDesign } from '../../harness/contract.js'
import type { Interval } from '../../harness/statistics/interval.js'
import { fallbackLevel } from '../../harness/statistics/online-fallback.js'
import { type Assessment, assessWorkload } from '../../harness/verdict/assess.js'
import { LEAST_LEVEL } from '../../harness/verdict/campaign-level.js'
import { compareArms } from '../../harness/verdict/compare.js'
import type { Rule } from '../../harness/verdict/criteria.js'
import type { Round } from '../../harness/verdict/rounds.js'
import { SHIPPED_RULES } from './studied-rules.js'
import { roundOf, type TimedPair } from './timed-pair.js'

/** Error budget of the simulated campaigns, the default of `evaluate --campaign`. */
export const STUDIED_BUDGET = 0.05
/** Pairs in which all accepted candidates are measured again together, as in `evaluate all`. */
const SUMMARY_PAIRS = 20

/** Candidates whose true effects are known, and the noise they are measured in. */
export interface TrialSetting {
  /** Recorded pairs of identical code, made in one design. */
  readonly pairs: readonly TimedPair[]
  readonly design: PairDesign
  /** Multiplies the log ratio of every recorded pair: 2 is noise of twice the size. */
  readonly noise: number
  /** True improvement of each candidate over the one it is compared with, in their order. */
  readonly improvements: readonly number[]
}

/** How a campaign ended. */
export interface CampaignTrial {
  /** Places of the candidates, from 0, that passed their screening. */
  readonly passed: readonly number[]
  /** Places of the candidates that their confirmation accepted. */
  readonly accepted: readonly number[]
  /** Pairs of all rounds. */
  readonly pairs: number
  /**
   * The sum of the accepted log ratios: its true value; the interval that follows from the bounds
   * of the confirmations; and, from fresh pairs of all accepted together, an estimate with its 95 %
   * interval. Absent if nothing was accepted.
   */
  readonly sum?: {
    readonly truth: number
    readonly claimed: Interval
    readonly again: Interval & { readonly m: number }
  }
}

/**
 * Runs one campaign on recorded noise, with the rule that decides about layers: each candidate is
 * screened; each that passes is confirmed with fresh pairs at the level that is next.
 *
 * Pairs are drawn singly and with replacement. A coin swaps the two runs of each, so that their
 * true difference is zero, and the times of the candidate are multiplied by its true effect.
 *
 * @param random uniform numbers in [0, 1); determines the result
 */
export function runTrial(setting: TrialSetting, random: () => number): CampaignTrial {
  const passed: number[] = []
  const accepted: { readonly place: number; readonly bounds: Interval }[] = []
  let pairs = 0
  let notAccepted = 0
  for (const [place, improvement] of setting.improvements.entries()) {
    const screening = evaluate(setting, improvement, ruleAt(setting, STUDIED_BUDGET), random)
    pairs += screening.rounds.length
    if (screening.outcome !== 'accepted') continue
    passed.push(place)
    const alpha = fallbackLevel(STUDIED_BUDGET, passed.length, notAccepted)
    // The command would refuse this candidate before its screening.
    if (alpha < LEAST_LEVEL) break
    const confirmation = evaluate(setting, improvement, ruleAt(setting, alpha), random)
    pairs += confirmation.rounds.length
    if (confirmation.outcome === 'accepted')
      accepted.push({ place, bounds: confirmation.looks.at(-1)! })
    else notAccepted = passed.length
  }
  const places = accepted.map(({ place }) => place)
  if (accepted.length === 0) return { passed, accepted: places, pairs }
  const logs = places.map((place) => Math.log(1 - setting.improvements[place]!))
  const truth = total(logs)
  const claimed = {
    lower: total(accepted.map(({ bounds }) => bounds.lower)),
    upper: total(accepted.map(({ bounds }) => bounds.upper)),
  }
  const again = measureAgain(setting, truth, random)
  return { passed, accepted: places, pairs, sum: { truth, claimed, again } }
}

function ruleAt({ design }: TrialSetting, alpha: number): Rule {
  return { ...SHIPPED_RULES['improvement-40'], design, alpha }
}

/** One evaluation: pairs are drawn until a look decides. */
function evaluate(
  setting: TrialSetting,
  improvement: number,
  rule: Rule,
  random: () => number,
): Assessment {
  const rounds: Round[] = []
  for (;;) {
    const next = rule.looks.find((pairs) => pairs > rounds.length)!
    while (rounds.length < next) rounds.push(drawRound(setting, 1 - improvement, rounds, random))
    const assessment = assessWorkload(rounds, rule)
    if (assessment.outcome !== 'continue') return assessment
  }
}

/** All accepted candidates together, in fresh pairs at one look. */
function measureAgain(setting: TrialSetting, truth: number, random: () => number) {
  const rounds: Round[] = []
  while (rounds.length < SUMMARY_PAIRS)
    rounds.push(drawRound(setting, Math.exp(truth), rounds, random))
  const { estimate, improvement } = compareArms(rounds, 'baseline', 'cpu')!
  const { lower, upper } = improvement.ci95!
  return { m: estimate.m, lower: Math.log(1 - upper), upper: Math.log(1 - lower) }
}

/**
 * The next pair: one of the recorded pairs, its runs swapped or not, and the times of the candidate
 * multiplied.
 *
 * @param factor of the candidate's times; 0.92 is 8 % faster
 * @param before the pairs so far
 */
export function drawRound(
  { pairs, noise }: TrialSetting,
  factor: number,
  before: readonly Round[],
  random: () => number,
): Round {
  const { a, b } = pairs[Math.floor(random() * pairs.length)]!
  const drawn = random() < 0.5 ? { a, b } : { a: b, b: a }
  return roundOf(before.length + 1, noise === 1 ? drawn : withNoise(drawn, noise), factor)
}

function withNoise({ a, b }: TimedPair, noise: number): TimedPair {
  const scaled = (one: number, other: number) => one * (other / one) ** noise
  return {
    a,
    b: { ...b, cpuMs: scaled(a.cpuMs, b.cpuMs), wallMs: scaled(a.wallMs, b.wallMs) },
  }
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
