import type {
  Change,
  Sequence,
  SequenceLayer,
  SequenceStep,
} from '../evidence/sequence-evidence.js'
import type { Interval } from '../statistics/interval.js'
import { type Cumulative, toCumulative } from '../verdict/cumulative.js'
import { additionalChange, followSequence, productOf, reachedBy } from '../verdict/sequence.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'
import { toCumulativeRecord } from './workload-record.js'

type SequenceRecord = NonNullable<DecisionRecord['sequence']>

/**
 * What a summary says about the layers it sums up: a function of `sequence.json` alone.
 *
 * @throws {InvalidEvidenceError} its steps contradict the rules
 */
export function toSequenceRecord(sequence: Sequence): SequenceRecord {
  const { goal, layers } = sequence
  const { stack, skipped, stops, heavy } = followSequence(sequence)
  const product = productOf(layers.filter(({ id }) => stack.includes(id)))
  return {
    goal: { ...goal },
    steps: layers.map((layer) =>
      toStepRecord(layer, skipped[layer.id], acceptedUpTo(layer, layers, stack)),
    ),
    stops: stops.map(({ after, reason, returns }) => ({
      after,
      reason,
      ...(returns && { returns: { ...returns, layers: [...returns.layers] } }),
    })),
    ...(heavy && {
      heavy: {
        warranted: heavy.warranted,
        ...(heavy.reached && { reached: toCumulativeRecord(heavy.reached) }),
        layers: [...heavy.layers],
      },
    }),
    ...(product && { product: toCumulativeRecord(toCumulative(product)) }),
  }
}

/**
 * What a sequence keeps of the record of one layer.
 *
 * @param sha256 `sha256:…` of its JSON
 */
export function toSequenceStep(record: DecisionRecord, sha256: string): SequenceStep {
  return {
    record: record.id,
    sha256,
    verdict: record.verdict,
    equivalent: record.equivalence.kind === 'equal',
    incumbent: [...record.stacks.incumbent],
    workloads: record.workloads.map((workload) => {
      const { id, role, improvement, memory } = workload
      const cumulative = cumulativeOf(workload)
      return {
        id,
        role,
        ...(improvement && {
          additional: toChange(improvement.estimate, improvement.ci95, improvement.df),
        }),
        ...(cumulative && { cumulative }),
        ...(memory && { memory: { ratio: memory.ratio, verdict: memory.verdict } }),
      }
    }),
  }
}

/**
 * Where there is no incumbent, the arm it was judged against is the pure baseline. Both are of the
 * same pairs, hence of the same df.
 */
function cumulativeOf({ against, improvement, cumulative }: WorkloadRecord): Change | undefined {
  if (improvement === undefined) return undefined
  if (against === 'baseline')
    return toChange(improvement.estimate, improvement.ci95, improvement.df)
  return cumulative && toChange(cumulative.improvement, cumulative.ci95, improvement.df)
}

function toChange(improvement: number, ci95: readonly number[] | undefined, df: number): Change {
  return { improvement, ...(ci95 && { ci95: [...ci95] }), df }
}

/** The accepted layers before a layer, and itself: what its candidate ran with. */
function acceptedUpTo(
  layer: SequenceLayer,
  layers: readonly SequenceLayer[],
  stack: readonly string[],
): SequenceLayer[] {
  if (layer.standalone) return [layer]
  return [...layers.slice(0, layers.indexOf(layer)).filter(({ id }) => stack.includes(id)), layer]
}

function toStepRecord(
  layer: SequenceLayer,
  skipped: string | undefined,
  candidate: readonly SequenceLayer[],
): SequenceRecord['steps'][number] {
  const { id, title, standalone, heavy, step } = layer
  const common = { layer: id, title, standalone, ...(heavy && { heavy: true as const }) }
  if (step === undefined) return { ...common, ...(skipped !== undefined && { skipped }) }
  const additional = additionalChange(layer)
  const cumulative = reachedBy(candidate)
  return {
    ...common,
    record: step.record,
    sha256: step.sha256,
    verdict: step.verdict,
    equivalent: step.equivalent,
    ...(additional && { additional: toGain(toCumulative(additional)) }),
    ...(cumulative && { cumulative: toGain(toCumulative(cumulative)) }),
    memory: step.workloads.flatMap(({ id: workload, role, memory }) =>
      role === 'target' && memory !== undefined ? [{ workload, ...memory }] : [],
    ),
  }
}

function toGain({ improvement, ci95 }: Cumulative): { improvement: number; ci95?: number[] } {
  return { improvement, ...(ci95 && { ci95: toPair(ci95) }) }
}

function toPair({ lower, upper }: Interval): number[] {
  return [lower, upper]
}
