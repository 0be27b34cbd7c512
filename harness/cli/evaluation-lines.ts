import type { Equivalence, EvaluationPlan } from '../evidence/evidence.js'
import { changeText, directedInterval } from '../record/change-text.js'
import { certifiedClaim, criterionOf, resolutionClaim } from '../record/claim.js'
import { decidingInterval, sureness } from '../record/deciding-interval.js'
import type { DecisionRecord, WorkloadRecord } from '../record/decision-record.js'
import { verdictWords, workloadOutcome } from '../record/outcome-word.js'
import { divergenceText, tamperingText } from '../text/divergence-place.js'
import {
  formatCounted,
  formatCounter,
  formatMs,
  formatNumber,
  formatPercent,
  formatPercentBounds,
} from '../text/format.js'
import { visibleLine } from '../text/visible-text.js'
import { neededFor } from '../verdict/criteria.js'

/** The lines that an evaluation prints: the numbers and verdicts of its plan and record. */

const NAME_WIDTH = 13

/** `layer1 · asset-list cache …        baseline: pure · candidate: layer1 · seed 20251022` */
export function headline(
  plan: Pick<EvaluationPlan, 'layer' | 'title' | 'arms' | 'stacks' | 'seed' | 'injected'>,
): string {
  const stacks = plan.arms.map((arm) => `${arm}: ${plan.stacks[arm].join(' + ') || 'pure'}`)
  const injected =
    plan.injected === undefined
      ? []
      : [`injected: ${formatPercent(plan.injected.improvement)} by work in ${plan.injected.arm}`]
  return `${plan.layer} · ${visibleLine(plan.title)}        ${[...stacks, `seed ${plan.seed}`, ...injected].join(' · ')}`
}

/** `equivalence   grid-search 100 backtests × 3 seeds identical · …`, or the first difference. */
export function proofLine(
  plan: Pick<EvaluationPlan, 'workloads' | 'equivalenceSeeds'>,
  equivalence: Equivalence,
): string {
  if (equivalence.kind === 'different')
    return `${'equivalence'.padEnd(NAME_WIDTH)} ${describeDivergence(equivalence.divergence)}`
  const seeds = plan.equivalenceSeeds.length
  const parts = plan.workloads.map(
    ({ id, content }) => `${id} ${visibleLine(content)} × ${seeds} seeds identical`,
  )
  return `${'equivalence'.padEnd(NAME_WIDTH)} ${parts.join(' · ')}`
}

/**
 * `not equivalent: grid-search, seed 7, backtest fast=5 slow=60: price is 10.01 in baseline and
 * 10.02 in candidate`
 */
export function describeDivergence(
  divergence: Extract<Equivalence, { kind: 'different' }>['divergence'],
): string {
  return `not equivalent: ${divergenceText(divergence)}`
}

/** `tampered: spin, candidate in pair 1: replaced-clock: a clock of the measured process …` */
export function describeTampering(tampering: NonNullable<DecisionRecord['tampering']>): string {
  return `tampered: ${tamperingText(tampering)}`
}

/**
 * `grid-search   1.243 s → 0.745 s   40.1 % faster  [38.2, 41.9]   sure of ≥ 38.2 % faster, 95 %
 * over all looks (needs ≥ 5 % faster)   10 pairs   resolution 6.5 % at 40 pairs   accepted`
 */
export function workloadLine(workload: WorkloadRecord, record: DecisionRecord): string {
  const { id, improvement, verdict, reasons, budget, pairs } = workload
  const criterion = criterionOf(workload, record)
  const sure = certifiedClaim(workload, criterion)
  const resolution = resolutionClaim(workload, record)
  const outcome = workloadOutcome(workload)
  const other = workload.against === 'incumbent' ? workload.incumbent : workload.baseline
  const parts = [
    other && workload.candidate && `${formatMs(other.mean)} → ${formatMs(workload.candidate.mean)}`,
    budget
      ? `${budget.counter} ${formatCounter(budget.counter, budget.mean)}`
      : improvement &&
        describeImprovement(improvement.estimate, decidingInterval(workload, record)),
    sure &&
      `sure of ${sure.replace(/^at least /, '≥ ')}, ${sureness(record)} (needs ${neededFor(criterion)})`,
    formatCounted(pairs, 'pair'),
    resolution && `resolution ${resolution}`,
    describeRate(workload),
    verdict === 'accepted' ? outcome : `${outcome} (${reasons.join(', ')})`,
  ]
  return `${id.padEnd(NAME_WIDTH)} ${parts.filter((part) => typeof part === 'string').join('   ')}`
}

function describeImprovement(estimate: number, interval: readonly number[] | undefined): string {
  const change = changeText(estimate)
  if (interval === undefined) return change
  return `${change}  ${formatPercentBounds(directedInterval(estimate, interval))}`
}

/** `1.24 M → 2.07 M bars/s`: the speed of both arms, in units of work. */
function describeRate({ work, against }: WorkloadRecord): string | undefined {
  if (work === undefined) return undefined
  const other =
    against === 'incumbent'
      ? (work.incumbentPerSecond ?? work.baselinePerSecond)
      : work.baselinePerSecond
  return `${rate(other)} → ${rate(work.candidatePerSecond)} ${work.unit}/s`
}

function rate(perSecond: number): string {
  if (perSecond >= 1e6) return `${formatNumber(perSecond / 1e6, 2)} M`
  return perSecond >= 1e3 ? `${formatNumber(perSecond / 1e3, 1)} k` : formatNumber(perSecond, 1)
}

/** The last line: the verdict, its files, and the command that audits it. */
export function closingLine(
  record: DecisionRecord,
  paths: readonly string[],
  replayCommand: string,
): string {
  return `${verdictWords(record).padEnd(NAME_WIDTH)} ${paths.join(' · ')} · replay with: ${replayCommand}`
}
