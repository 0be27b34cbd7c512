import type {
  Change,
  Sequence,
  SequenceLayer,
} from '../../../harness/evidence/sequence-evidence.js'
import { tQuantile } from '../../../harness/statistics/student-t.js'
import { sha } from './simulated-evidence.js'

/** A layer of a sequence, by what matters to the rules. */
export interface SketchedLayer {
  readonly id: string
  readonly verdict?: NonNullable<SequenceLayer['step']>['verdict']
  /** Additional improvement by target workload; absent: it was not measured. */
  readonly gain?: number | Readonly<Record<string, number>>
  /** Over the pure baseline; the same as the gain where it is absent. */
  readonly cumulative?: number
  /** Standard error of both, log scale. */
  readonly se?: number
  readonly incumbent?: readonly string[]
  readonly standalone?: boolean
  readonly heavy?: boolean
}

export const DF = 13

/** An improvement with the interval an estimate of this standard error has. */
export function changeOf(improvement: number, se: number, df = DF): Change {
  const m = Math.log1p(-improvement)
  const half = tQuantile(0.975, df) * se
  return {
    improvement,
    ...(se > 0 && { ci95: [-Math.expm1(m + half), -Math.expm1(m - half)] }),
    df,
  }
}

/** A sequence of such layers; one without a verdict was not evaluated. */
export function sequenceOf(
  layers: readonly SketchedLayer[],
  goal = { aspired: 0.9, minimum: 0.4 },
): Sequence {
  return {
    schema: 'assay/sequence@1',
    goal,
    layers: layers.map((sketch, index) => ({
      id: sketch.id,
      title: `${sketch.id} title`,
      standalone: sketch.standalone === true,
      heavy: sketch.heavy === true,
      ...(sketch.verdict && { step: stepOf(sketch, index) }),
    })),
  }
}

function stepOf(sketch: SketchedLayer, index: number): NonNullable<SequenceLayer['step']> {
  const { id, verdict = 'rejected', gain, cumulative, se = 0.005, incumbent = [] } = sketch
  const gains = typeof gain === 'number' ? { spin: gain } : (gain ?? {})
  return {
    record: `000${index + 1}-${id}`,
    sha256: sha(id),
    verdict,
    equivalent: gain !== undefined,
    incumbent: [...incumbent],
    workloads: Object.entries(gains).map(([workload, improvement]) => ({
      id: workload,
      role: 'target',
      additional: changeOf(improvement, se),
      cumulative: changeOf(cumulative ?? improvement, se),
      memory: { ratio: 1.01, verdict: 'within' as const },
    })),
  }
}

/**
 * Two accepted layers, a control, a part, a layer with different results, two without a gain, and
 * two that are not evaluated.
 */
export const summedSequence = sequenceOf([
  {
    id: 'layer0-control',
    standalone: true,
    verdict: 'rejected',
    gain: { 'grid-search': 0.004, 'walk-forward': -0.002 },
  },
  { id: 'layer1', verdict: 'accepted', gain: { 'grid-search': 0.32, 'walk-forward': 0.4 } },
  {
    id: 'layer1.part',
    standalone: true,
    verdict: 'accepted',
    gain: { 'grid-search': 0.12, 'walk-forward': 0.15 },
  },
  {
    id: 'layer2',
    verdict: 'accepted',
    gain: { 'grid-search': 0.45, 'walk-forward': 0.27 },
    cumulative: 0.6,
    incumbent: ['layer1'],
  },
  { id: 'layer3', verdict: 'rejected', incumbent: ['layer1', 'layer2'] },
  {
    id: 'layer4',
    verdict: 'rejected',
    gain: { 'grid-search': 0.006, 'walk-forward': 0.004 },
    cumulative: 0.603,
    incumbent: ['layer1', 'layer2'],
  },
  {
    id: 'layer5',
    verdict: 'rejected',
    gain: { 'grid-search': 0.001, 'walk-forward': -0.03 },
    cumulative: 0.597,
    incumbent: ['layer1', 'layer2'],
  },
  { id: 'layer6' },
  { id: 'layer6.part', standalone: true },
])
