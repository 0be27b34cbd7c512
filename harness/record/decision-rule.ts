import { escapeMarkdown, escapeName } from '../text/escape-markdown.js'
import { formatCount, formatCounted, formatLimit } from '../text/format.js'
import { criterionFor, kindOf } from '../verdict/criteria.js'
import { DECISION_REASONS } from '../verdict/reasons.js'
import { workloadReason } from './claim.js'
import { verdictWords, workloadOutcome } from './outcome-word.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

/** How a decision was measured and made, in lines of markdown. */

/** Warm-up, iterations and pairs of one workload, and its work per second. */
export function regimeLine({
  id,
  content,
  warmup,
  iterations,
  voidedPairs,
  failedPairs,
  work,
}: WorkloadRecord): string {
  const passes =
    warmup === undefined || iterations === undefined
      ? []
      : [
          `${warmup} warm-up and ${formatCounted(iterations, 'timed iteration')} of ${escapeName(content)} in each process`,
        ]
  return `${escapeName(id)}: ${[...passes, `${formatCounted(voidedPairs, 'pair')} voided, ${failedPairs} failed`, ...workRate(work)].join('; ')}`
}

function workRate(work: WorkloadRecord['work']): string[] {
  if (work === undefined) return []
  const { baselinePerSecond, incumbentPerSecond, candidatePerSecond } = work
  const rates = [
    baselinePerSecond,
    ...(incumbentPerSecond === undefined ? [] : [incumbentPerSecond]),
    candidatePerSecond,
  ]
  return [`${rates.map(formatCount).join(' → ')} ${escapeName(work.unit)}/s`]
}

/** The rule of the decision, as it was planned. */
export function ruleLines({ criterion, regime, workloads }: DecisionRecord): string[] {
  const targets = workloads.filter(({ role }) => role === 'target').map(({ id }) => escapeName(id))
  const guards = workloads.filter(({ role }) => role === 'guard').map(({ id }) => escapeName(id))
  const metric = workloads[0]?.metric ?? 'cpu'
  const looks = regime.fixed
    ? `One look after ${regime.looks.at(-1)} pairs, by the two-sided 95 % interval.`
    : `Looks after ${regime.looks.join(', ')} pairs; Pocock-type boundaries keep the one-sided error at ${formatLimit(regime.alpha)} over all looks.`
  const demand = (role: WorkloadRecord['role'], ids: readonly string[]) => {
    const judgedBy = criterionFor(role, criterion)
    const { mostLooks } = kindOf(judgedBy)
    const when =
      regime.fixed || mostLooks === undefined ? '' : ` (only at the first ${mostLooks} looks)`
    return `${escapeMarkdown(kindOf(judgedBy).demand(judgedBy, metric))} on ${ids.join(', ')}${when}.`
  }
  return [demand('target', targets), ...(guards.length > 0 ? [demand('guard', guards)] : []), looks]
}

/** The verdict of the layer and of each workload, with their reasons. */
export function reasonLines(record: DecisionRecord): string[] {
  return [
    `**${verdictWords(record)}**: ${record.reasons.map((code) => DECISION_REASONS[code]).join('; ')}.`,
    ...record.workloads.map((workload) => {
      const { id, pairs, reasons } = workload
      const why = reasons.map((code) => escapeMarkdown(workloadReason(code, workload, record)))
      return `${escapeName(id)}: ${workloadOutcome(workload)} after ${formatCounted(pairs, 'pair')} (${why.join('; ')}).`
    }),
  ]
}
