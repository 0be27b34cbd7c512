import type { Change, SequenceLayer } from '../evidence/sequence-evidence.js'
import { tQuantile } from '../statistics/student-t.js'
import { improvementOf } from './compare.js'
import { averageChange, type LogChange, multiplyChanges } from './cumulative.js'

/**
 * The changes that layers of a sequence bring on their targets, from the figures in their records.
 */

/** What the last two measured layers gained together. */
export interface Returns {
  readonly layers: readonly string[]
  /** A fraction. */
  readonly gain: number
  /** One-sided. */
  readonly upper90: number
}

const GAIN_CONFIDENCE = 0.9

/**
 * What the last two measured layers gained together. Undefined if fewer than two were measured, or
 * if the last layer was not measured.
 */
export function returnsOf(layers: readonly SequenceLayer[]): Returns | undefined {
  const measured = layers.flatMap((layer) => {
    const gain = gainOf(layer)
    return gain === undefined ? [] : [{ id: layer.id, gain }]
  })
  const lastTwo = measured.slice(-2)
  if (lastTwo.length < 2 || lastTwo[1]!.id !== layers.at(-1)!.id) return undefined
  const { m, se, df } = multiplyChanges(lastTwo.map(({ gain }) => gain))
  const half = se === 0 ? 0 : tQuantile(GAIN_CONFIDENCE, df) * se
  return {
    layers: lastTwo.map(({ id }) => id),
    gain: improvementOf(m),
    upper90: improvementOf(m - half),
  }
}

/** What a layer gained on its targets; a loss counts only if the layer was accepted. */
function gainOf(layer: SequenceLayer): LogChange | undefined {
  const additional = additionalChange(layer)
  if (additional === undefined || layer.step?.verdict === 'accepted') return additional
  return { ...additional, m: Math.min(0, additional.m) }
}

/**
 * The change by a layer on its targets, against the arm it was compared with. Undefined if nothing
 * was measured.
 */
export function additionalChange({ step }: Pick<SequenceLayer, 'step'>): LogChange | undefined {
  const changes = (step?.workloads ?? []).flatMap(({ role, additional }) =>
    role === 'target' && additional !== undefined ? [toLogChange(additional)] : [],
  )
  return changes.length === 0 ? undefined : averageChange(changes)
}

/**
 * The change by a stack of layers: the last layer against the pure baseline, on every workload
 * that is a target of at least one layer.
 *
 * @param layers each on top of those before it
 * @returns undefined without layers, or if the last layer was not measured on one of these targets
 */
export function reachedBy(layers: readonly SequenceLayer[]): LogChange | undefined {
  const last = layers.at(-1)
  return last && overTargets(layers, (id) => changeOf(last, id, 'cumulative'))
}

/**
 * The product of the changes by the single accepted layers, on every workload that is a target of
 * at least one. The product is optimistic: luck that makes a layer look better also makes its
 * acceptance more likely.
 *
 * @returns undefined without layers, or if one of them was not measured on one of these targets
 */
export function productOf(layers: readonly SequenceLayer[]): LogChange | undefined {
  return overTargets(layers, (id) => {
    const changes = layers.map((layer) => changeOf(layer, id, 'additional'))
    const measured = changes.filter((change) => change !== undefined)
    return measured.length === changes.length ? multiplyChanges(measured) : undefined
  })
}

function overTargets(
  layers: readonly SequenceLayer[],
  changeOn: (workload: string) => LogChange | undefined,
): LogChange | undefined {
  const targets = new Set(
    layers.flatMap(({ step }) =>
      (step?.workloads ?? []).flatMap(({ id, role }) => (role === 'target' ? [id] : [])),
    ),
  )
  const changes = [...targets].map(changeOn)
  const measured = changes.filter((change) => change !== undefined)
  return measured.length === 0 || measured.length < changes.length
    ? undefined
    : averageChange(measured)
}

function changeOf(
  { step }: SequenceLayer,
  workload: string,
  which: 'additional' | 'cumulative',
): LogChange | undefined {
  const change = step?.workloads.find(({ id }) => id === workload)?.[which]
  return change && toLogChange(change)
}

/**
 * Turns an improvement and its interval into m and se on the log scale, by solving 1 − exp(m ∓
 * t⁻¹(0.975, df)·se) for them.
 */
export function toLogChange({ improvement, ci95, df }: Change): LogChange {
  const m = Math.log1p(-improvement)
  if (ci95 === undefined) return { m, se: 0, df }
  return { m, se: (Math.log1p(-ci95[0]!) - Math.log1p(-ci95[1]!)) / (2 * tQuantile(0.975, df)), df }
}
