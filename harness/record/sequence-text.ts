import {
  formatLimit,
  formatPercent,
  formatPercentInterval,
  formatSignedPercent,
  formatSpeedup,
} from '../text/format.js'
import { GAIN_EXCLUDED, GAIN_LEAST, type SkipReason } from '../verdict/sequence.js'
import { resultText, signedChange } from './change-text.js'
import type { DecisionRecord } from './record-schema.js'

/** A sequence as text, for the report, the markdown and a terminal. Plain: to be escaped there. */

type SequenceRecord = NonNullable<DecisionRecord['sequence']>
type Step = SequenceRecord['steps'][number]

const ABSENT = '—'

/**
 * One row per layer of the suite, in order.
 *
 * @param records in which the records of the layers are found; a layer with a budget is described
 * by its counter, because its times were not judged
 */
export function sequenceRows(
  { sequence }: DecisionRecord,
  records: readonly DecisionRecord[],
): {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
} {
  return {
    head: [
      'layer',
      'verdict',
      'additional improvement [95 %, single look]',
      'cumulative [95 %, single look]',
      'peak memory',
      'record',
    ],
    rows: (sequence?.steps ?? []).map((step) => [
      `${step.layer}${step.standalone ? ' (standalone)' : step.heavy ? ' (heavy)' : ''}`,
      verdictText(step),
      ...gainCells(step, records),
      memoryText(step),
      step.record ?? ABSENT,
    ]),
  }
}

/**
 * The result: which layers were accepted, why the sequence ended, whether heavy layers are needed,
 * and the improvement by all accepted layers. Each sentence with its final period.
 */
export function sequenceSentences(record: DecisionRecord): string[] {
  const { sequence } = record
  if (sequence === undefined) return []
  return [
    acceptedSentence(sequence),
    ...stopSentences(sequence),
    ...heavySentence(sequence),
    ...officialSentence(record, sequence),
  ]
}

/**
 * What each accepted layer is worth last, one row per layer; undefined if no layer was left out.
 */
export function leftOutRows({ sequence }: DecisionRecord):
  | {
      readonly head: readonly string[]
      readonly rows: readonly (readonly string[])[]
    }
  | undefined {
  if (sequence?.leftOut === undefined) return undefined
  return {
    head: [
      'layer',
      'when it was accepted [95 %, single look]',
      'last [95 %, single look]',
      'last against accepted [95 %]',
      'record',
    ],
    rows: sequence.leftOut.map(({ layer, accepted, last, shift, record }) => [
      layer,
      gainText(accepted),
      gainText(last),
      `${gainText(shift)}${shift === undefined ? '' : ` (${shiftWord(shift)})`}`,
      record,
    ]),
  }
}

/** Explains the table of layers that were left out. */
export const LEFT_OUT_NOTE =
  'Last: all accepted layers over all but this one, measured in fresh pairs at one look fixed beforehand. When it was accepted: over the layers before it. The last column compares the two figures of a layer: below zero, layers after it do a part of the same work, or its acceptance was lucky; above zero, they make it worth more.'

function shiftWord({ improvement, ci95 }: NonNullable<Step['additional']>): string {
  if (ci95 !== undefined && ci95[0]! <= 0 && ci95[1]! >= 0) return 'no clear difference'
  if (improvement === 0) return 'no difference'
  return improvement < 0 ? 'worth less last' : 'worth more last'
}

/** Explains the table. */
export const SEQUENCE_NOTE =
  'The intervals are those of a single look. Additional: improvement over the layers accepted before. Cumulative: improvement of both together over the pure baseline, in the same rounds. Both are geometric means over the target workloads. A standalone layer is judged against the pure baseline and never joins the stack.'

function verdictText({ verdict, equivalent, skipped }: Step): string {
  if (verdict === undefined)
    return `not evaluated${skipped === undefined ? '' : `: ${SKIPPED[skipped]}`}`
  return equivalent === false ? `${verdict}, not equivalent` : verdict
}

const SKIPPED: Readonly<Record<SkipReason, string>> = {
  'goal-met': 'the goal was already met',
  'diminishing-returns': 'returns had diminished',
  'heavy-not-needed': 'the goal was met without heavy layers',
  'whole-not-reached': 'the layer it is a part of was not evaluated',
}

function memoryText({ memory, verdict }: Step): string {
  if (verdict === undefined || memory === undefined || memory.length === 0) return ABSENT
  return memory
    .map((one) => `${one.workload} ${formatSignedPercent(one.ratio - 1)} (${one.verdict})`)
    .join(', ')
}

/** The gains of a layer; for a layer with a budget, its mean instead. */
function gainCells(step: Step, records: readonly DecisionRecord[]): [string, string] {
  const record = records.find(({ id }) => id === step.record)
  if (record?.criterion.kind !== 'budget')
    return [gainText(step.additional), gainText(step.cumulative)]
  const budgets = record.workloads
    .filter(({ budget }) => budget !== undefined)
    .map((workload) => resultText(workload, record))
  return [budgets.join(', ') || ABSENT, ABSENT]
}

function gainText(gain: Step['additional']): string {
  return gain === undefined ? ABSENT : signedChange(gain.improvement, gain.ci95)
}

function acceptedSentence({ steps }: SequenceRecord): string {
  const accepted = steps
    .filter(({ standalone, verdict }) => !standalone && verdict === 'accepted')
    .map(({ layer }) => layer)
  if (accepted.length === 0) return 'No layer was accepted, so nothing was measured together.'
  return `Accepted, in order: ${accepted.join(', ')}.`
}

function stopSentences({ stops, goal }: SequenceRecord): string[] {
  if (stops.length === 0)
    return ['No rule ended the sequence early: every layer that is not heavy was evaluated.']
  return stops.map(({ after, reason, returns }) => {
    if (reason === 'goal-met')
      return `The sequence ended after ${after}: the aspired ${formatLimit(goal.aspired)} are certified.`
    const gained =
      returns &&
      `: ${returns.layers.join(' and ')} together gained ${formatSignedPercent(returns.gain)} (below ${formatLimit(GAIN_LEAST)}), with an upper 90 % bound of ${formatSignedPercent(returns.upper90)} (below ${formatLimit(GAIN_EXCLUDED)})`
    return `The sequence ended after ${after} because returns diminished${gained ?? ''}.`
  })
}

function heavySentence({ heavy, goal }: SequenceRecord): string[] {
  if (heavy === undefined) return []
  const goalText = formatLimit(goal.aspired)
  const reached = gainText(heavy.reached)
  if (!heavy.warranted)
    return [
      `Heavy layers are not needed: the others reach ${reached}, and ${goalText} are certified.`,
    ]
  const why =
    heavy.reached === undefined
      ? 'the others have no measured improvement'
      : heavy.reached.improvement < goal.aspired
        ? `the others reach ${reached}, less than the aspired ${goalText}`
        : `the others reach ${reached}, but the aspired ${goalText} are not certified`
  const which =
    heavy.layers.length === 0
      ? 'The suite has none yet.'
      : `Heavy layers of the suite: ${heavy.layers.join(', ')}.`
  return [`Heavy layers are needed: ${why}. ${which}`]
}

function officialSentence(
  { cumulative }: DecisionRecord,
  { product, goal }: SequenceRecord,
): string[] {
  const goals = `Goal: at least ${formatLimit(goal.minimum)} per target. Aspiration: ${formatLimit(goal.aspired)}.`
  if (cumulative === undefined) return [goals]
  const own =
    product === undefined
      ? ''
      : ` The product of the layers' own figures is ${gainText(product)}; it tends to be optimistic, because the layers were selected by these figures.`
  return [
    `Official figure, measured afresh: all accepted layers together are ${formatPercent(Math.abs(cumulative.improvement))}${cumulative.ci95 === undefined ? '' : ` [${formatPercentInterval(cumulative.ci95)}]`} ${cumulative.improvement < 0 ? 'slower (interval of the improvement)' : 'faster'} than the pure baseline, speedup ${formatSpeedup(cumulative.speedup)}.${own}`,
    goals,
  ]
}
