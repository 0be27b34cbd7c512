import type { Change, SequenceLayer } from '../evidence/sequence-evidence.js'
import { tQuantile } from '../statistics/student-t.js'
import { improvementOf } from './compare.js'
import { averageChange, type LogChange, multiplyChanges } from './cumulative.js'

/** What layers of a sequence change on their targets, from the figures of their records. */

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
 * What the last two measured layers gained together; undefined where fewer were measured, or where
 * the last layer was not.
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
 * The change of a layer on its targets, against the arm it was judged against; undefined where
 * nothing was measured.
 */
export function additionalChange({ step }: SequenceLayer): LogChange | undefined {
  const changes = (step?.workloads ?? []).flatMap(({ role, additional }) =>
    role === 'target' && additional !== undefined ? [toLogChange(additional)] : [],
  )
  return changes.length === 0 ? undefined : averageChange(changes)
}

/**
 * The change by a stack of layers: its last layer against the pure baseline, on every target of any
 * of them.
 *
 * @param layers each on top of those before it
 * @returns undefined without layers, or where the last was not measured on one of these targets
 */
export function reachedBy(layers: readonly SequenceLayer[]): LogChange | undefined {
  const last = layers.at(-1)
  return last && overTargets(layers, (id) => changeOf(last, id, 'cumulative'))
}

/**
 * The product of the changes by accepted layers one by one, on every target of any of them.
 * Optimistic, because layers are selected by these figures: chance in a layer's favour makes its
 * acceptance more likely.
 *
 * @returns undefined without layers, or where one of them was not measured on one of these targets
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
 * An improvement and its interval on the log scale: 1 − exp(m ∓ t⁻¹(0.975, df)·se), solved for m
 * and se.
 */
export function toLogChange({ improvement, ci95, df }: Change): LogChange {
  const m = Math.log1p(-improvement)
  if (ci95 === undefined) return { m, se: 0, df }
  return { m, se: (Math.log1p(-ci95[0]!) - Math.log1p(-ci95[1]!)) / (2 * tQuantile(0.975, df)), df }
}
