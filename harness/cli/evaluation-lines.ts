import type { Equivalence, EvaluationPlan } from '../evidence/evidence.js'
import { certifiableClaim, certifiedClaim, criterionOf } from '../record/claim.js'
import type { DecisionRecord, WorkloadRecord } from '../record/decision-record.js'
import { divergencePlace } from '../text/divergence-place.js'
import { formatCounter, formatMs, formatNumber, formatP, formatPercent } from '../text/format.js'
import { visibleLine, visibleText } from '../text/visible-text.js'
import { thresholdOf } from '../verdict/criteria.js'

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
  const { arm, field, baseline, candidate } = divergence
  return `not equivalent: ${divergencePlace(divergence)}: ${visibleText(field)} is ${visibleText(baseline)} in baseline and ${visibleText(candidate)} in ${arm}`
}

/**
 * `grid-search   1.243 s → 0.745 s   40.1 % faster  [38.6, 41.5]  Welch t 41.2 df 14.3 p 2e-16
 * certified ≥ 38.2 %   certifies from 6.9 %   accepted`
 */
export function workloadLine(workload: WorkloadRecord, record: DecisionRecord): string {
  const { id, improvement, verdict, reasons, budget } = workload
  const criterion = criterionOf(workload, record)
  const certified = certifiedClaim(workload, criterion)
  const ending = verdict === 'accepted' ? verdict : `${verdict} (${reasons.join(', ')})`
  // The whole line compares the candidate with this one arm.
  const [other, welch] =
    workload.against === 'incumbent'
      ? [workload.incumbent, workload.welchIncumbent]
      : [workload.baseline, workload.welch]
  const parts = [
    other && workload.candidate && `${formatMs(other.mean)} → ${formatMs(workload.candidate.mean)}`,
    improvement && describeImprovement(improvement),
    welch && `Welch t ${formatNumber(welch.t)} df ${formatNumber(welch.df)} p ${formatP(welch.p)}`,
    budget &&
      `${budget.counter} ${formatCounter(budget.counter, budget.mean)} (${thresholdOf(criterion)})`,
    certified && `certified ${certified.replace(/^at least /, '≥ ')}`,
    certifiableClaim(workload, criterion),
    describeRate(workload),
    ending,
  ]
  return `${id.padEnd(NAME_WIDTH)} ${parts.filter((part) => typeof part === 'string').join('   ')}`
}

function describeImprovement({
  estimate,
  ci95,
}: NonNullable<WorkloadRecord['improvement']>): string {
  const sign = estimate < 0 ? -1 : 1
  const bounds = ci95?.map((bound) => sign * bound).sort((a, b) => a - b)
  const interval =
    bounds === undefined ? '' : `  [${bounds.map((bound) => formatNumber(100 * bound)).join(', ')}]`
  return `${formatPercent(sign * estimate)} ${sign < 0 ? 'slower' : 'faster'}${interval}`
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
  return `${record.verdict.padEnd(NAME_WIDTH)} ${paths.join(' · ')} · replay with: ${replayCommand}`
}
