import { isDeepStrictEqual } from 'node:util'
import type { Metric, ScaleName } from '../contract.js'
import type { EvaluationPlan } from '../evidence/evidence.js'
import type { DecisionRecord } from './record-schema.js'

/** `0007` of `0007-layer1`. */
export function numberOf(id: string): string {
  return id.split('-', 1)[0]!
}

/**
 * The newest record that supersedes this one; undefined if none does. The superseded record itself
 * does not change.
 */
export function supersededBy(
  record: DecisionRecord,
  records: readonly DecisionRecord[],
): DecisionRecord | undefined {
  return records
    .filter(({ supersedes }) => supersedes === record.id)
    .sort((a, b) => (a.id < b.id ? 1 : -1))[0]
}

/** The records that none supersedes, in order of their numbers. */
export function standingRecords(records: readonly DecisionRecord[]): DecisionRecord[] {
  return records
    .filter((record) => supersededBy(record, records) === undefined)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** The records that a record supersedes, directly or through others, the newest first. */
export function supersededRecords(
  record: DecisionRecord,
  records: readonly DecisionRecord[],
): DecisionRecord[] {
  const found = new Set<DecisionRecord>([record])
  for (const one of found)
    for (const older of records) if (supersededBy(older, records)?.id === one.id) found.add(older)
  found.delete(record)
  return [...found].sort((a, b) => (a.id < b.id ? 1 : -1))
}

/** The fields of a record that identify its subject, and its verdict. */
export interface Standing {
  readonly layer: string
  readonly suite: string
  readonly scale: ScaleName
  readonly verdict: DecisionRecord['verdict']
  /** Set in controls with an injected effect, which do not decide about the layer. */
  readonly injected?: unknown
  readonly reasons?: readonly string[]
  readonly stacks: { readonly incumbent: readonly string[] }
  /** Empty if nothing was measured, because results differ or no layer was accepted. */
  readonly workloads: readonly {
    readonly id: string
    readonly role: 'target' | 'guard'
    readonly metric: Metric
  }[]
}

/**
 * Whether a record is a screening that was passed. It decides nothing: neither for its layer,
 * because only the confirmation can accept, nor against it.
 */
export function awaitsConfirmation({ reasons = [] }: Pick<Standing, 'reasons'>): boolean {
  return reasons.includes('passed-screening')
}

type Planned = Pick<
  EvaluationPlan,
  'layer' | 'suite' | 'scale' | 'stacks' | 'metric' | 'workloads' | 'injected'
>

/**
 * The record that an evaluation supersedes: the newest of the same layer, scale, workloads, metric
 * and arm compared with. A smaller evaluation does not supersede a larger one, and a control
 * supersedes nothing.
 */
export function supersededRecord<Found extends Standing>(
  plan: Planned,
  records: readonly Found[],
): Found | undefined {
  if (plan.injected !== undefined) return undefined
  const ids = namesOf(plan.workloads)
  return records.findLast(
    (record) =>
      isComparison(record, { ...plan, below: plan.stacks.incumbent }) &&
      (record.workloads.length === 0 || isDeepStrictEqual(namesOf(record.workloads), ids)),
  )
}

/** The part of a layer that its record has to cover. */
export interface StandingLayer {
  readonly id: string
  /** Workloads on which the layer must win. */
  readonly workloads: readonly string[]
  readonly metric: Metric
}

/**
 * The record that decides whether a layer is in a stack: the newest one at standard or production
 * scale that covers every target of the layer. Records in the metric of the layer have priority,
 * and among them records compared with the stack below the layer.
 *
 * @param below the layers below it in the stack
 */
export function standingRecord<Found extends Standing>(
  layer: StandingLayer,
  suite: string,
  records: readonly Found[],
  below: readonly string[],
): Found | undefined {
  const full = records.filter(
    (record) =>
      isAbout(record, layer.id, suite) && record.scale !== 'smoke' && covers(record, layer),
  )
  const inMetric = preferred(full, ({ workloads }) =>
    workloads.every(({ metric }) => metric === layer.metric),
  )
  return preferred(inMetric, ({ stacks }) => isDeepStrictEqual(stacks.incumbent, below)).at(-1)
}

/**
 * The record that makes an evaluation of a layer in a sequence needless: the newest one that covers
 * every target of the layer at this scale, against the same layers below, if it has accepted or
 * rejected the layer.
 */
export function settledRecord<Found extends Standing>(
  layer: StandingLayer,
  where: Pick<Comparison, 'suite' | 'scale' | 'below'>,
  records: readonly Found[],
): Found | undefined {
  const comparison = { layer: layer.id, metric: layer.metric, ...where }
  const newest = records.findLast(
    (record) => isComparison(record, comparison) && covers(record, layer),
  )
  return newest?.verdict === 'accepted' || newest?.verdict === 'rejected' ? newest : undefined
}

/** What a layer was compared with, how, and where. */
interface Comparison {
  readonly layer: string
  readonly suite: string
  readonly scale: ScaleName
  readonly metric: Metric
  /** The layers below it: the stack it was compared with. */
  readonly below: readonly string[]
}

function isComparison(
  record: Standing,
  { layer, suite, scale, metric, below }: Comparison,
): boolean {
  return (
    isAbout(record, layer, suite) &&
    record.scale === scale &&
    isDeepStrictEqual(record.stacks.incumbent, below) &&
    record.workloads.every((workload) => workload.metric === metric)
  )
}

function isAbout(record: Standing, layer: string, suite: string): boolean {
  return (
    record.layer === layer &&
    record.suite === suite &&
    record.injected === undefined &&
    !awaitsConfirmation(record)
  )
}

function covers({ workloads }: Standing, layer: StandingLayer): boolean {
  const targets = workloads.flatMap(({ id, role }) => (role === 'target' ? [id] : []))
  return workloads.length === 0 || layer.workloads.every((id) => targets.includes(id))
}

function namesOf(workloads: readonly { readonly id: string }[]): string[] {
  return workloads.map(({ id }) => id).sort()
}

/** The records that fit, or all records if none fits. */
function preferred<Item>(items: readonly Item[], fits: (item: Item) => boolean): readonly Item[] {
  return items.some(fits) ? items.filter(fits) : items
}
