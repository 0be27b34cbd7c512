import { escapeMarkdown, escapeName } from '../text/escape-markdown.js'
import { formatCounted } from '../text/format.js'
import { thresholdOf } from '../verdict/criteria.js'
import { budgetMean, changeWithInterval } from './change-text.js'
import { certifiedClaim, criterionOf, isOverMemory, workloadReason } from './claim.js'
import { decidingInterval } from './deciding-interval.js'
import { workloadOutcome } from './outcome-word.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

/**
 * One workload in one line of markdown: its change, its outcome, what its bounds show, the limit.
 */
export function headline(workload: WorkloadRecord, record: DecisionRecord): string {
  const { id, improvement, pairs, verdict, budget } = workload
  const name = escapeName(id)
  const outcome = workloadOutcome(workload)
  const word = verdict === 'rejected' ? `**${outcome}**` : outcome
  const result = `${word}, ${claim(workload, record)}`
  if (budget !== undefined) return `${name} has a mean ${budgetMean(budget)}: ${result}`
  if (improvement === undefined)
    return `${name}: ${outcome}, no statistics (${formatCounted(pairs, 'pair')})`
  const change = changeWithInterval(improvement.estimate, decidingInterval(workload, record))
  return `${name} is ${change}${comparedWith(workload, record)}: ${result}`
}

/** The arm compared with, if it is not the pure baseline: ` compared with layer1`. */
function comparedWith({ against }: WorkloadRecord, { stacks }: DecisionRecord): string {
  return against === 'incumbent'
    ? ` compared with ${stacks.incumbent.map(escapeName).join(', ')}`
    : ''
}

/** What is shown and the limit: `sure of at least 38.2 % faster (threshold 5 %)`. */
function claim(workload: WorkloadRecord, record: DecisionRecord): string {
  const criterion = criterionOf(workload, record)
  const limit = `(${escapeMarkdown(thresholdOf(criterion))})`
  const memory = isOverMemory(workload) ? ', **but its peak memory grows beyond the limit**' : ''
  const sure = certifiedClaim(workload, criterion)
  if (sure === undefined)
    return escapeMarkdown(workloadReason(workload.reasons[0]!, workload, record))
  return `sure of ${escapeMarkdown(sure)} ${limit}${memory}`
}
