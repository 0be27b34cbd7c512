import { isDeepStrictEqual } from 'node:util'
import type { EvaluationPlan } from '../evidence/evidence.js'
import type { DecisionRecord } from './record-schema.js'

/** What both rounds of a candidate of a campaign must have in common. */
export interface RoundSubject
  extends Pick<EvaluationPlan, 'suite' | 'layer' | 'dist' | 'criterion' | 'stacks' | 'scale'> {
  /** Workloads with their role, metric and design; empty if results differed. */
  readonly measured: readonly string[]
  readonly nodeFlags: readonly string[]
  readonly defended: boolean
}

const NAMES: Readonly<Record<keyof RoundSubject, string>> = {
  suite: 'suite',
  layer: 'layer',
  dist: 'compiled code (dist hash)',
  criterion: 'criterion (--threshold)',
  stacks: 'stacks (--incumbent)',
  scale: '--scale',
  measured: 'set of workloads, metric or design (--workload, --metric, --design)',
  nodeFlags: '--node-options',
  defended: '--defended',
}

/** What a round is about, from its plan or from its record. */
export function subjectOf(
  round: Omit<EvaluationPlan, 'id' | 'createdAt'> | DecisionRecord,
): RoundSubject {
  const { suite, layer, dist, criterion, stacks, scale, defended = false } = round
  const measured =
    'host' in round
      ? round.workloads.map(({ id, role, metric, design }) => [id, role, metric, design])
      : round.workloads.map(({ id, role, design }) => [id, role, round.metric, design])
  return {
    suite,
    layer,
    dist,
    criterion,
    stacks,
    scale,
    measured: measured.map((words) => words.join(' ')),
    nodeFlags: 'host' in round ? round.host.nodeFlags : round.nodeFlags,
    defended,
  }
}

/**
 * The name of the first thing that differs between a screening and its confirmation, which are
 * about one candidate only if nothing does; undefined if nothing does.
 */
export function differingSubject(one: RoundSubject, other: RoundSubject): string | undefined {
  const isMeasured = one.measured.length > 0 && other.measured.length > 0
  const key = (Object.keys(NAMES) as (keyof RoundSubject)[]).find(
    (field) => (field !== 'measured' || isMeasured) && !isDeepStrictEqual(one[field], other[field]),
  )
  return key && NAMES[key]
}
