import {
  formatLimit,
  formatPercent,
  formatPercentInterval,
  formatSignedPercent,
  formatSpeedup,
} from '../text/format.js'
import { GAIN_EXCLUDED, GAIN_LEAST } from '../verdict/sequence.js'
import type { DecisionRecord } from './record-schema.js'

/**
 * A sequence in words: the same on the page, in the markdown and in a terminal. Plain text, to be
 * escaped where it is shown.
 */

type SequenceRecord = NonNullable<DecisionRecord['sequence']>
type Step = SequenceRecord['steps'][number]

const ABSENT = '—'

/** One row per layer of the suite, in order. */
export function sequenceRows({ sequence }: DecisionRecord): {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
} {
  return {
    head: [
      'layer',
      'verdict',
      'additional improvement [95 % CI]',
      'cumulative [95 % CI]',
      'peak memory',
      'record',
    ],
    rows: (sequence?.steps ?? []).map((step) => [
      `${step.layer}${step.standalone ? ' (standalone)' : step.heavy ? ' (heavy)' : ''}`,
      verdictText(step),
      gainText(step.additional),
      gainText(step.cumulative),
      memoryText(step),
      step.record ?? ABSENT,
    ]),
  }
}

/**
 * What came of it: what was accepted, why it ended, whether heavy layers are called for, and what
 * all of it gains. Each with its final period.
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

/** How the table is to be read. */
export const SEQUENCE_NOTE =
  'Additional is the improvement over the arm a layer was judged against, the layers accepted before it; cumulative, that of both together over the pure baseline, in the same rounds. Both are geometric means over the target workloads. A standalone layer is judged on the pure baseline and is in no stack.'

function verdictText({ verdict, equivalent, skipped }: Step): string {
  if (verdict === undefined)
    return `not evaluated${skipped === undefined ? '' : `: ${SKIPPED[skipped] ?? skipped}`}`
  return equivalent === false ? `${verdict}, not equivalent` : verdict
}

const SKIPPED: Readonly<Record<string, string>> = {
  'goal-met': 'the goal was met before',
  'diminishing-returns': 'returns had diminished before',
  'heavy-not-needed': 'the goal was met without heavy layers',
  'whole-not-reached': 'neither was the layer it is a part of',
}

function memoryText({ memory, verdict }: Step): string {
  if (verdict === undefined || memory === undefined || memory.length === 0) return ABSENT
  return memory
    .map((one) => `${one.workload} ${formatSignedPercent(one.ratio - 1)} (${one.verdict})`)
    .join(', ')
}

function gainText(gain: Step['additional']): string {
  if (gain === undefined) return ABSENT
  return `${formatSignedPercent(gain.improvement)}${gain.ci95 === undefined ? '' : ` [${formatPercentInterval(gain.ci95)}]`}`
}

function acceptedSentence({ steps }: SequenceRecord): string {
  const accepted = steps
    .filter(({ standalone, verdict }) => !standalone && verdict === 'accepted')
    .map(({ layer }) => layer)
  if (accepted.length === 0)
    return 'No layer was accepted, so the pure baseline stays what it is, and nothing was measured together.'
  return `Accepted, in order: ${accepted.join(', ')}.`
}

function stopSentences({ stops, goal }: SequenceRecord): string[] {
  if (stops.length === 0)
    return ['No rule ended it early: every layer that is not heavy was evaluated.']
  return stops.map(({ after, reason, returns }) => {
    if (reason === 'goal-met')
      return `It ended after ${after}: the aspired ${formatLimit(goal.aspired)} were certified.`
    const gained =
      returns &&
      `${returns.layers.join(' and ')} together gained ${formatSignedPercent(returns.gain)}`
    return `It ended after ${after}, because returns diminished: ${gained ?? 'the last two layers gained little'} (less than ${formatLimit(GAIN_LEAST)}), and with 90 % confidence no more than ${formatSignedPercent(returns?.upper90 ?? 0)} (less than ${formatLimit(GAIN_EXCLUDED)}).`
  })
}

function heavySentence({ heavy, goal }: SequenceRecord): string[] {
  if (heavy === undefined) return []
  const goalText = formatLimit(goal.aspired)
  const reached = gainText(heavy.reached)
  if (!heavy.warranted)
    return [`Heavy layers are not needed: the others reach ${reached} and certify ${goalText}.`]
  const why =
    heavy.reached === undefined
      ? 'nothing was reached without them'
      : heavy.reached.improvement < goal.aspired
        ? `the others reach ${reached}, short of ${goalText}`
        : `the others reach ${reached}, which does not certify ${goalText}`
  const which =
    heavy.layers.length === 0 ? 'this suite has none yet' : `evaluated: ${heavy.layers.join(', ')}`
  return [`Heavy layers are warranted: ${why}; ${which}.`]
}

function officialSentence(
  { cumulative }: DecisionRecord,
  { product, goal }: SequenceRecord,
): string[] {
  const goals = `At least ${formatLimit(goal.minimum)} on every target were asked for, ${formatLimit(goal.aspired)} were aspired to.`
  if (cumulative === undefined) return [goals]
  const beside =
    product === undefined
      ? ''
      : ` The product of the layers' own figures is ${gainText(product)}; it tends to be optimistic, because the layers were selected by these figures.`
  return [
    `Measured afresh, all of them together are ${formatPercent(Math.abs(cumulative.improvement))}${cumulative.ci95 === undefined ? '' : ` [${formatPercentInterval(cumulative.ci95)}]`} ${cumulative.improvement < 0 ? 'slower (interval of the improvement)' : 'faster'} than the pure baseline, speedup ${formatSpeedup(cumulative.speedup)}: that is the official figure.${beside}`,
    goals,
  ]
}
