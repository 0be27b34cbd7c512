import { leftOutBy } from '../evidence/sequence-id.js'
import { escapeName } from '../text/escape-markdown.js'
import { formatLimit } from '../text/format.js'
import type { WorkloadReason } from '../verdict/reasons.js'
import type { DecisionRecord } from './record-schema.js'
import { awaitsConfirmation } from './supersession.js'
import { nextSentence } from './time-spent.js'

/** Reasons that more pairs cannot remove. */
const BEYOND_MORE_PAIRS: readonly WorkloadReason[] = [
  'calibration-failed',
  'answers-repeat',
  'counter-missing',
  'memory-unmeasured',
]

/** What follows from a decision, what it does not cover, and when to repeat it; markdown. */
export function consequencesOf(record: DecisionRecord): string[] {
  if (record.tampering !== undefined)
    return [
      `${escapeName(record.layer)} stays off, and so does what was measured with it: read docs/threat-model.md for what this class means, mend the code, and evaluate again.`,
    ]
  if (record.workloads.length === 0 && record.equivalence.kind === 'equal')
    return [summaryConsequence(record)]
  const guards = record.workloads.filter(({ role }) => role === 'guard')
  const next = nextSentence(record)
  return [
    record.sequence === undefined
      ? (leftOutConsequence(record) ?? stackConsequence(record))
      : summaryConsequence(record),
    ...(next === '' ? [] : [next]),
    ...(record.workloads.length > 0 && guards.length === 0 && leftOutBy(record.layer) === undefined
      ? ['Not covered: every workload of the suite is a target, so none serves as a guard.']
      : []),
    ...(record.scale === 'production'
      ? []
      : [`Not covered: scales other than ${record.scale}, other hosts, other versions of Node.`]),
    'Re-evaluate after changes to the layer, the engine or Node, or on other hardware.',
  ]
}

/**
 * The consequences of a sequence: its stack, which follows from the layers' own records, and
 * whether the stack suffices.
 */
function summaryConsequence({ stacks, equivalence, verdict, criterion }: DecisionRecord): string {
  const stack = stacks.candidate.map(escapeName).join(', ')
  if (stack === '') return 'The stack is empty: the next layer is measured on the pure baseline.'
  if (equivalence.kind === 'different')
    return `${stack} give different results together, although each was equivalent when it was added: keep them off until this is fixed.`
  const goal = 'atLeast' in criterion ? ` of ${formatLimit(criterion.atLeast)}` : ''
  const minimum = {
    accepted: `It reaches the minimum goal${goal}`,
    rejected: `It misses the minimum goal${goal}, so more improvements are needed`,
    inconclusive: `Whether it reaches the minimum goal${goal} is undecided`,
  }[verdict]
  return `The stack of this sequence is ${stack}, each accepted by its own record. ${minimum}.`
}

/** Of a comparison with all layers but one; undefined for the record of a layer. */
function leftOutConsequence({ layer, stacks, verdict }: DecisionRecord): string | undefined {
  const left = leftOutBy(layer)
  if (left === undefined || !stacks.candidate.includes(left)) return undefined
  const worth = {
    accepted: 'meets its own criterion on top of all others, too',
    rejected:
      'does not meet its own criterion on top of all others: read whether it is still worth its complexity',
    inconclusive: 'may or may not meet its own criterion on top of all others',
  }[verdict]
  return `${escapeName(left)} ${worth}. This record does not change the stack, which follows from the layers' own records.`
}

function stackConsequence({
  verdict,
  injected,
  layer,
  equivalence,
  workloads,
  reasons,
}: DecisionRecord): string {
  const name = escapeName(layer)
  if (injected !== undefined) return `None for ${name}: this was a test of the method.`
  if (equivalence.kind === 'different')
    return `${name} stays off until its results equal the baseline's.`
  if (awaitsConfirmation({ reasons }))
    return `${name} does not join the incumbent stack: this is the screening of a campaign, and only its confirmation can accept.`
  if (verdict === 'accepted')
    return `Later layers are measured on top of ${name}, unless the suite marks it as standalone (a control, or a part of another layer).`
  if (verdict === 'rejected')
    return `${name} does not join the incumbent stack; later layers are measured without it.`
  const remedy = workloads.some((workload) =>
    workload.reasons.some((reason) => BEYOND_MORE_PAIRS.includes(reason)),
  )
    ? 'More pairs cannot decide: first fix what the reasons name.'
    : 'More pairs or a quieter host may decide.'
  return `${name} does not join the incumbent stack, because its result is inconclusive. ${remedy}`
}
