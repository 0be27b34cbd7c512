import { defined } from '../evidence/defined.js'
import type {
  Change,
  Sequence,
  SequenceLayer,
  SequenceStep,
} from '../evidence/sequence-evidence.js'
import { type Cumulative, toCumulative } from '../verdict/cumulative.js'
import { lastWorths } from '../verdict/leave-one-out.js'
import { followSequence, type SkipReason } from '../verdict/sequence.js'
import { additionalChange, productOf, reachedBy } from '../verdict/sequence-changes.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'
import { toCumulativeRecord, toPair } from './workload-record.js'

type SequenceRecord = NonNullable<DecisionRecord['sequence']>

/**
 * The part of a summary about its layers: a function of `sequence.json` alone.
 *
 * @throws {InvalidEvidenceError} its steps contradict the rules
 */
export function toSequenceRecord(sequence: Sequence): SequenceRecord {
  const { goal, layers } = sequence
  const { stack, skipped, stops, heavy } = followSequence(sequence)
  const product = productOf(layers.filter(({ id }) => stack.includes(id)))
  return defined({
    goal: { ...goal },
    steps: layers.map((layer) =>
      toStepRecord(layer, skipped[layer.id], acceptedUpTo(layer, layers, stack)),
    ),
    stops: stops.map(({ after, reason, returns }) =>
      defined({
        after,
        reason,
        returns: returns && { ...returns, layers: [...returns.layers] },
      }),
    ),
    heavy:
      heavy &&
      defined({
        warranted: heavy.warranted,
        reached: heavy.reached && toCumulativeRecord(heavy.reached),
        layers: [...heavy.layers],
      }),
    leftOut: sequence.leftOut && toLeftOutRecord(sequence, stack),
    product: product && toCumulativeRecord(toCumulative(product)),
  })
}

/**
 * The step of one layer in `sequence.json`, from its record.
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
      return defined({
        id,
        role,
        additional: improvement && toChange(improvement.estimate, improvement.ci95, improvement.df),
        cumulative: cumulativeOf(workload),
        memory: memory && { ratio: memory.ratio, verdict: memory.verdict },
      })
    }),
  }
}

/**
 * Without an incumbent, a workload was judged against the pure baseline. Both changes come from the
 * same pairs and have the same df.
 */
function cumulativeOf({ against, improvement, cumulative }: WorkloadRecord): Change | undefined {
  if (improvement === undefined) return undefined
  if (against === 'baseline')
    return toChange(improvement.estimate, improvement.ci95, improvement.df)
  return cumulative && toChange(cumulative.improvement, cumulative.ci95, improvement.df)
}

function toChange(improvement: number, ci95: readonly number[] | undefined, df: number): Change {
  return defined({ improvement, ci95: ci95 && [...ci95], df })
}

/** The layers of a layer's candidate: those accepted before it, and itself. */
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
  skipped: SkipReason | undefined,
  candidate: readonly SequenceLayer[],
): SequenceRecord['steps'][number] {
  const { id, title, standalone, heavy, step } = layer
  const common = defined({
    layer: id,
    title,
    standalone,
    heavy: heavy ? (true as const) : undefined,
  })
  if (step === undefined) return defined({ ...common, skipped })
  const additional = additionalChange(layer)
  const cumulative = reachedBy(candidate)
  return defined({
    ...common,
    record: step.record,
    sha256: step.sha256,
    verdict: step.verdict,
    equivalent: step.equivalent,
    additional: additional && toGain(toCumulative(additional)),
    cumulative: cumulative && toGain(toCumulative(cumulative)),
    memory: step.workloads.flatMap(({ id: workload, role, memory }) =>
      role === 'target' && memory !== undefined ? [{ workload, ...memory }] : [],
    ),
  })
}

function toLeftOutRecord(
  sequence: Sequence,
  stack: readonly string[],
): NonNullable<SequenceRecord['leftOut']> {
  return lastWorths(sequence, stack).map(({ layer, accepted, last, shift }, index) => {
    const { record, sha256, verdict, equivalent } = sequence.leftOut![index]!.step
    return defined({
      layer,
      record,
      sha256,
      verdict,
      equivalent,
      accepted: accepted && toGain(toCumulative(accepted)),
      last: last && toGain(toCumulative(last)),
      shift: shift && toGain(toCumulative(shift)),
    })
  })
}

function toGain({ improvement, ci95 }: Cumulative): { improvement: number; ci95?: number[] } {
  return defined({ improvement, ci95: ci95 && toPair(ci95) })
}
