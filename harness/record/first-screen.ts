import type { Criterion } from '../contract.js'
import { capitalize } from '../text/capitalize.js'
import { divergencePlace } from '../text/divergence-place.js'
import { escapeMarkdown, escapeName } from '../text/escape-markdown.js'
import { formatCounter, formatMeasures, formatPercentInterval } from '../text/format.js'
import { kindOf, neededFor } from '../verdict/criteria.js'
import { DECISION_REASONS, type DecisionReason } from '../verdict/reasons.js'
import { budgetMean, changeWithInterval, directedInterval } from './change-text.js'
import { certifiedClaim, criterionOf, isOverMemory, workloadReason } from './claim.js'
import { decidingInterval } from './deciding-interval.js'
import { workloadOutcome } from './outcome-word.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

/** The two answers a record begins with: its verdict with the reason, and how much faster. */
export interface FirstScreen {
  /** Why the verdict is what it is: one sentence of markdown. */
  readonly reason: string
  /** One row per workload; empty if nothing was measured. */
  readonly results: readonly ResultRow[]
}

/** The result of one workload; every cell is markdown. */
export interface ResultRow {
  readonly workload: string
  readonly time: string
  readonly change: string
  readonly interval: string
  readonly sureOf: string
  readonly needed: string
  readonly outcome: string
}

const ABSENT = '—'

/** The reason of the verdict and the result of each workload. */
export function firstScreen(record: DecisionRecord): FirstScreen {
  return {
    reason: reasonOf(record),
    results: record.workloads.map((workload) => resultRow(workload, record)),
  }
}

function reasonOf(record: DecisionRecord): string {
  const { equivalence, tampering, reasons, verdict, workloads } = record
  if (tampering !== undefined) return tamperingSentence(tampering)
  if (equivalence.kind === 'different')
    return `The results differ, so timings are not shown. First difference: ${divergencePlace(equivalence.divergence, escapeName)}.`
  const [first] = reasons
  const sentence = capitalize(DECISION_REASONS[first!])
  if (first === 'all-targets-accepted') {
    const others = reasons.slice(1).map((code) => `; ${DECISION_REASONS[code]}`)
    return `${sentence}: ${demandOf(record)}${others.join('')}.`
  }
  const cause = workloads.find(
    (workload) => workload.role === CAUSE_ROLES[first!] && workload.verdict === verdict,
  )
  if (cause === undefined) return `${sentence}.`
  const why = cause.reasons.map((code) => workloadReason(code, cause, record)).join('; ')
  return `${sentence}: on ${escapeName(cause.id)}, ${escapeMarkdown(why)}.`
}

/** `A run shows signs of tampering, so …: the candidate of spin in pair 1: replaced-clock: …` */
function tamperingSentence({
  workload,
  arm,
  pair,
  what,
}: NonNullable<DecisionRecord['tampering']>): string {
  const where = pair === undefined ? 'over all pairs' : `in pair ${pair}`
  return `A run shows signs of tampering, so no timings are shown. The ${arm} of ${escapeName(workload)} ${where}: ${escapeMarkdown(what)}.`
}

/** The requirement as a part of a sentence: `improvement of at least 5 % in cpu time`. */
function demandOf({ criterion, workloads }: DecisionRecord): string {
  const demand = kindOf(criterion).demand(criterion, workloads[0]?.metric ?? 'cpu')
  return escapeMarkdown(`${demand[0]!.toLowerCase()}${demand.slice(1)}`)
}

/** The role of the workloads that one of these reasons is about; they have the record's verdict. */
const CAUSE_ROLES: Readonly<Partial<Record<DecisionReason, WorkloadRecord['role']>>> = {
  'target-rejected': 'target',
  'guard-failed': 'guard',
  'target-inconclusive': 'target',
  'guard-inconclusive': 'guard',
}

/** The row of one workload. */
export function resultRow(workload: WorkloadRecord, record: DecisionRecord): ResultRow {
  const { id, role } = workload
  const criterion = criterionOf(workload, record)
  return {
    workload: `${escapeName(id)}${role === 'guard' ? ' (guard)' : ''}`,
    time: timeCell(workload),
    change: changeCell(workload),
    interval: intervalCell(workload, record),
    sureOf: sureCell(workload, criterion),
    needed: escapeMarkdown(neededFor(criterion)),
    outcome: workloadOutcome(workload),
  }
}

function timeCell({ against, candidate, ...arms }: WorkloadRecord): string {
  const other = arms[against === 'incumbent' ? 'incumbent' : 'baseline']
  if (other === undefined || candidate === undefined) return ABSENT
  return formatMeasures([other.mean, candidate.mean], 'ms', ' → ')
}

function changeCell({ improvement, budget }: WorkloadRecord): string {
  if (budget !== undefined) return budgetMean(budget)
  return improvement === undefined ? ABSENT : changeWithInterval(improvement.estimate, undefined)
}

/** Bounds in the direction of the change, or of the mean of a budget. */
function intervalCell(workload: WorkloadRecord, record: DecisionRecord): string {
  const { improvement, budget, looks } = workload
  const look = looks.at(-1)
  if (budget !== undefined)
    return look === undefined
      ? ABSENT
      : [look.lower, look.upper].map((value) => formatCounter(budget.counter, value)).join(' – ')
  const interval = decidingInterval(workload, record)
  if (interval === undefined || improvement === undefined) return ABSENT
  return formatPercentInterval(directedInterval(improvement.estimate, interval))
}

function sureCell(workload: WorkloadRecord, criterion: Criterion): string {
  const sure = certifiedClaim(workload, criterion)
  if (sure === undefined) return ABSENT
  return `${escapeMarkdown(sure)}${isOverMemory(workload) ? ', **but memory is over its limit**' : ''}`
}
