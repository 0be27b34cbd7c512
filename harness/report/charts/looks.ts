import * as Plot from '@observablehq/plot'
import type { Criterion } from '../../contract.js'
import type { WorkloadRecord } from '../../record/record-schema.js'
import { clipText } from '../../text/clip-text.js'
import {
  formatCounter,
  formatPercentInterval,
  formatSignedPercent,
  formatTick,
} from '../../text/format.js'
import { improvementOf } from '../../verdict/compare.js'
import { counterOf, kindOf, thresholdOf } from '../../verdict/criteria.js'
import { paddedRange, percentOf, uprightAxes } from './axes.js'
import { type ChartDraft, OUTLINED, SOFT, THRESHOLD_LINE } from './chart.js'

type Look = WorkloadRecord['looks'][number]
export interface LooksSetting {
  readonly looks: readonly Look[]
  readonly criterion: Criterion
  /** Numbers of pairs at which the rule may decide. */
  readonly planned: readonly number[]
  /** Whether the estimate decided at the last look, because the bounds did not. */
  readonly isByEstimate: boolean
  /** Name of an outcome. */
  readonly word: (outcome: Look['outcome']) => string
}

/** A look in the unit of the axis. */
interface Position {
  readonly pairs: number
  readonly value: number
  readonly lower: number
  readonly upper: number
  /** Outcome of the look. */
  readonly word: string
  /** The whole look in words. */
  readonly text: string
}

/** The estimate and its bounds at each look, against the threshold of the criterion. */
export function drawLooks({
  looks,
  criterion,
  planned,
  isByEstimate,
  word,
}: LooksSetting): ChartDraft {
  const counter = counterOf(criterion)
  const positions = looks.map((look) => positionOf(look, counter, word(look.outcome)))
  const margins = kindOf(criterion).margins(criterion)
  const lines = counter === undefined ? margins.map(percentOf) : margins
  const lastNote = isByEstimate
    ? ' After the last look the bounds still include it, so the estimate decided, as the rule allows.'
    : ''
  return {
    title: 'Look by look',
    caption: `Estimate and bounds at each look. The bounds allow for all planned looks. Dashed line: ${thresholdOf(criterion)}. A look decides when its bounds lie entirely on one side of the dashed line.${lastNote}`,
    description: positions.map(({ text }) => text).join('; '),
    options: {
      ...axesOf(positions, lines, planned, counter),
      marks: [
        ...(counter === undefined ? [Plot.ruleY([0], { stroke: SOFT })] : []),
        Plot.ruleY(lines, THRESHOLD_LINE),
        ...lookMarks(positions, Math.max(...planned)),
      ],
    },
  }
}

function positionOf(
  { pairs, m, lower, upper }: Look,
  counter: string | undefined,
  word: string,
): Position {
  const look = { pairs, word }
  const textOf = (estimate: string, bounds: string) =>
    `after ${pairs} pairs ${estimate}, bounds ${bounds}: ${word}`
  if (counter !== undefined) {
    const show = (value: number) => formatCounter(counter, value)
    const text = textOf(show(m), `${show(lower)} to ${show(upper)}`)
    return { ...look, value: m, lower, upper, text }
  }
  // A ratio of times and an improvement run in opposite directions, so the bounds change places.
  const bounds = [improvementOf(upper), improvementOf(lower)] as const
  return {
    ...look,
    value: percentOf(improvementOf(m)),
    lower: percentOf(bounds[0]),
    upper: percentOf(bounds[1]),
    text: textOf(formatSignedPercent(improvementOf(m)), formatPercentInterval(bounds)),
  }
}

function axesOf(
  positions: readonly Position[],
  lines: readonly number[],
  planned: readonly number[],
  counter: string | undefined,
): Plot.PlotOptions {
  const values = [...positions.flatMap(({ lower, upper }) => [lower, upper]), ...lines]
  const pairs = {
    label: 'pairs',
    domain: [0, Math.max(...planned, ...positions.map((look) => look.pairs)) * 1.15],
    ticks: planned.filter((_, index) => index % Math.ceil(planned.length / 8) === 0),
    tickFormat: formatTick,
  }
  if (counter === undefined)
    return uprightAxes(50, pairs, {
      label: 'improvement, % · ↑ faster',
      domain: paddedRange([...values, 0], 0.12),
    })
  return uprightAxes(78, pairs, {
    label: clipText(counter, 40),
    domain: paddedRange(values, 0.12),
    tickFormat: (value: number) => formatCounter(counter, value),
  })
}

/** The ends of the bounds are wider than the mark, so that narrow bounds are not hidden by it. */
function lookMarks(positions: readonly Position[], most: number): Plot.Markish[] {
  const reach = most / 40
  const ends = positions.flatMap(({ pairs, lower, upper }) =>
    [lower, upper].map((end) => ({ pairs, end })),
  )
  return [
    Plot.ruleX(positions, {
      x: 'pairs',
      y1: 'lower',
      y2: 'upper',
      stroke: 'var(--candidate)',
      strokeWidth: 3,
    }),
    Plot.ruleY(ends, {
      y: 'end',
      x1: ({ pairs }) => pairs - reach,
      x2: ({ pairs }) => pairs + reach,
      stroke: 'var(--candidate)',
      strokeWidth: 1.5,
    }),
    Plot.dot(positions, {
      x: 'pairs',
      y: 'value',
      r: 4,
      fill: 'var(--candidate)',
      symbol: 'triangle',
      title: 'text',
    }),
    Plot.text(positions, {
      x: 'pairs',
      y: 'upper',
      dy: -12,
      text: 'word',
      fill: 'var(--ink)',
      ...OUTLINED,
    }),
  ]
}
