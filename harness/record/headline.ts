import type { Budget, Criterion } from '../contract.js'
import { escapeName } from '../text/escape-markdown.js'
import {
  formatCounted,
  formatCounter,
  formatPercent,
  formatPercentInterval,
} from '../text/format.js'
import { improvementOf } from '../verdict/compare.js'
import { certifiedClaim, criterionOf, isOverMemory } from './claim.js'
import { thresholdOf } from './criterion-text.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

/** The one line a reviewer reads about a workload, markdown. */
export function headline(workload: WorkloadRecord, record: DecisionRecord): string {
  const { id, improvement } = workload
  const name = escapeName(id)
  if (improvement === undefined)
    return `${name}: ${workload.verdict}, no statistics (${formatCounted(workload.pairs, 'pair')})`
  const than =
    workload.against === 'incumbent'
      ? ` than with ${record.stacks.incumbent.map(escapeName).join(', ')}`
      : ''
  const change = changeWithInterval(improvement.estimate, improvement.ci95, than)
  return `${name} is ${change}, ${claim(workload, record)}`
}

/**
 * `**40.1 % faster** (95 % CI 38.6 – 41.5 %)`; a loss reads slower, its interval stays one of the
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

function claim(workload: WorkloadRecord, record: DecisionRecord): string {
  const criterion = criterionOf(workload, record)
  if (!isOverMemory(workload)) return timeClaim(workload, criterion)
  return `${timeClaim({ ...workload, verdict: 'accepted' }, criterion)}, **but its peak memory grows beyond the limit**`
}

/** What its times, or what a budget counts, say. */
function timeClaim(workload: WorkloadRecord, criterion: Criterion): string {
  switch (criterion.kind) {
    case 'improvement':
      return improvementClaim(workload, criterion)
    case 'regression':
      return gateClaim(workload, criterion)
    case 'equivalence':
    case 'non-inferiority':
      return boundClaim(workload, criterion)
    case 'budget':
      return budgetClaim(workload, criterion)
  }
}

function improvementClaim(workload: WorkloadRecord, criterion: Criterion): string {
  const { verdict, looks } = workload
  const threshold = thresholdOf(criterion)
  const look = looks.at(-1)
  if (look === undefined) return `undecided against a ${threshold}`
  if (verdict === 'rejected')
    return `certified ${atMost(improvementOf(look.lower))} against a ${threshold}`
  if (verdict === 'accepted')
    return `certified ${certifiedClaim(workload, criterion)} against a ${threshold}`
  return `undecided against a ${threshold} (${boundsText(look)})`
}

function atMost(improvement: number): string {
  return improvement < 0
    ? `at least ${formatPercent(-improvement)} slower`
    : `at most ${formatPercent(improvement)} faster`
}

function gateClaim({ verdict }: WorkloadRecord, criterion: Criterion): string {
  const gate = `the ${thresholdOf(criterion)}`
  if (verdict === 'accepted') return `passes ${gate}`
  return verdict === 'rejected' ? `**fails ${gate}**` : `undecided against ${gate}`
}

function boundClaim(workload: WorkloadRecord, criterion: Criterion): string {
  const { verdict, looks } = workload
  const against = `against a ${thresholdOf(criterion)}${criterion.kind === 'non-inferiority' ? ' slower' : ''}`
  const look = looks.at(-1)
  if (look === undefined) return `undecided ${against}`
  if (verdict === 'accepted') return `certified ${certifiedClaim(workload, criterion)} ${against}`
  if (verdict === 'rejected')
    return `certified ${certifiedClaim(workload, criterion)}: **beyond** the ${thresholdOf(criterion)}`
  return `undecided ${against} (${boundsText(look)})`
}

function budgetClaim(workload: WorkloadRecord, criterion: Budget): string {
  const { budget, verdict } = workload
  const counter = escapeName(criterion.counter)
  const limit = thresholdOf(criterion)
  if (budget === undefined)
    return `${counter} was not counted in every run, so it is undecided against a ${limit}`
  const mean = `its ${counter} is **${formatCounter(criterion.counter, budget.mean)}**`
  const certified = certifiedClaim(workload, criterion)
  if (verdict === 'rejected') return `${mean}, certified ${certified}: **outside** a ${limit}`
  if (verdict === 'accepted') return `${mean}, certified ${certified} against a ${limit}`
  return `${mean}, undecided against a ${limit}${certified === undefined ? '' : ` (certified ${certified})`}`
}

function boundsText({ lower, upper }: WorkloadRecord['looks'][number]): string {
  return `bounds ${formatPercentInterval([improvementOf(upper), improvementOf(lower)])}`
}
