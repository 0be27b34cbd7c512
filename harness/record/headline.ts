import { formatCounted, formatLimit, formatPercent, formatPercentInterval } from '../format.js'
import { improvementOf } from '../verdict/compare.js'
import { GATE_LIMIT } from '../verdict/criteria.js'
import { escapeName } from './escape.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

/** The one line a reviewer reads about a workload, markdown. */
export function headline(workload: WorkloadRecord, record: DecisionRecord): string {
  const { id, improvement, role } = workload
  const name = escapeName(id)
  if (improvement === undefined) return `${name}: ${workload.verdict}, no statistics (${formatCounted(workload.pairs, 'pair')})`
  const than = workload.against === 'incumbent' ? ` than with ${record.stacks.incumbent.map(escapeName).join(', ')}` : ''
  const change = changeWithInterval(improvement.estimate, improvement.ci95, than)
  return `${name} is ${change}, ${role === 'target' ? targetClaim(workload, record) : guardClaim(workload)}`
}

/** `**40.1 % faster** (95 % CI 38.6 – 41.5 %)`; a loss reads slower, its interval stays one of the improvement. */
export function changeWithInterval(improvement: number, ci95: readonly number[] | undefined, than = ''): string {
  const slower = improvement < 0
  const change = `**${formatPercent(Math.abs(improvement))} ${slower ? 'slower' : 'faster'}**${than}`
  if (ci95 === undefined) return `${change} (no interval)`
  return `${change} (95 % CI${slower ? ' of the improvement' : ''} ${formatPercentInterval(ci95)})`
}

function targetClaim({ verdict, looks }: WorkloadRecord, { criterion }: DecisionRecord): string {
  const threshold = `threshold of ${formatLimit(criterion.atLeast)}`
  const look = looks.at(-1)
  if (look === undefined) return `undecided against a ${threshold}`
  if (verdict === 'rejected') return `certified ${atMost(improvementOf(look.lower))} against a ${threshold}`
  if (verdict === 'accepted') return `certified at least ${formatPercent(improvementOf(look.upper))} against a ${threshold}`
  return `undecided against a ${threshold} (bounds ${formatPercentInterval([improvementOf(look.upper), improvementOf(look.lower)])})`
}

function atMost(improvement: number): string {
  return improvement < 0 ? `at least ${formatPercent(-improvement)} slower` : `at most ${formatPercent(improvement)} faster`
}

function guardClaim({ verdict }: WorkloadRecord): string {
  const gate = `the gate of ${formatLimit(GATE_LIMIT)}`
  if (verdict === 'accepted') return `passes ${gate}`
  return verdict === 'rejected' ? `**fails ${gate}**` : `undecided against ${gate}`
}
