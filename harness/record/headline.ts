import { escapeMarkdown, escapeName } from '../text/escape-markdown.js'
import {
  formatCounted,
  formatCounter,
  formatPercent,
  formatPercentInterval,
} from '../text/format.js'
import { improvementOf } from '../verdict/compare.js'
import { counterOf, thresholdOf } from '../verdict/criteria.js'
import { certifiedClaim, criterionOf, isOverMemory, workloadReason } from './claim.js'
import { outcomeWord } from './evidence-rows.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

/**
 * One workload in one line of markdown: its change, its outcome, what is certified, and the limit.
 */
export function headline(workload: WorkloadRecord, record: DecisionRecord): string {
  const { id, improvement, pairs, verdict, role } = workload
  const name = escapeName(id)
  if (improvement === undefined)
    return `${name}: ${verdict}, no statistics (${formatCounted(pairs, 'pair')})`
  const than =
    workload.against === 'incumbent'
      ? ` than with ${record.stacks.incumbent.map(escapeName).join(', ')}`
      : ''
  const change = changeWithInterval(improvement.estimate, improvement.ci95, than)
  const outcome = outcomeWord(role, verdict)
  const word = verdict === 'rejected' ? `**${outcome}**` : outcome
  return `${name} is ${change}${budgetMean(workload)}: ${word}, ${claim(workload, record)}`
}

/**
 * `**40.1 % faster** (95 % CI 38.6 – 41.5 %)`; for a slowdown, the interval is still that of the
 * improvement.
 */
export function changeWithInterval(
  improvement: number,
  ci95: readonly number[] | undefined,
  than = '',
): string {
  const slower = improvement < 0
  const change = `**${formatPercent(Math.abs(improvement))} ${slower ? 'slower' : 'faster'}**${than}`
  if (ci95 === undefined) return `${change} (no interval)`
  return `${change} (95 % CI${slower ? ' of the improvement' : ''} ${formatPercentInterval(ci95)})`
}

function budgetMean({ budget }: WorkloadRecord): string {
  if (budget === undefined) return ''
  return `, its mean ${escapeName(budget.counter)} is **${formatCounter(budget.counter, budget.mean)}**`
}

/** What is certified and the limit: `certified at least 38.2 % faster (threshold 5 %)`. */
function claim(workload: WorkloadRecord, record: DecisionRecord): string {
  const criterion = criterionOf(workload, record)
  const limit = `(${escapeMarkdown(thresholdOf(criterion))})`
  const memory = isOverMemory(workload) ? ', **but its peak memory grows beyond the limit**' : ''
  const certified = certifiedClaim(workload, criterion)
  if (certified === undefined)
    return escapeMarkdown(workloadReason(workload.reasons[0]!, workload, criterion))
  const comparesArms = counterOf(criterion) === undefined
  if (workload.verdict === 'inconclusive' && comparesArms)
    return `${boundsText(workload)} ${limit}${memory}`
  return `certified ${escapeMarkdown(certified)} ${limit}${memory}`
}

function boundsText({ looks }: WorkloadRecord): string {
  const { lower, upper } = looks.at(-1)!
  return `bounds ${formatPercentInterval([improvementOf(upper), improvementOf(lower)])}`
}
