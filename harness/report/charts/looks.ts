import * as Plot from '@observablehq/plot'
import type { Criterion } from '../../contract.js'
import { thresholdOf } from '../../record/criterion-text.js'
import type { WorkloadRecord } from '../../record/record-schema.js'
import { clipText } from '../../text/escape-xml.js'
import {
  formatCounter,
  formatPercentInterval,
  formatSignedPercent,
  formatTick,
} from '../../text/format.js'
import { improvementOf } from '../../verdict/compare.js'
import { type ChartDraft, paddedRange, SOFT } from './chart.js'
import { marginsOf } from './margins.js'

export interface LooksSetting {
  readonly looks: WorkloadRecord['looks']
  readonly criterion: Criterion
  /** Numbers of pairs at which a decision could be made. */
  readonly planned: readonly number[]
  /** The bounds decided nothing, the estimate did: after the last look the rule allows it. */
  readonly isByEstimate: boolean
  /** What an outcome is called. */
  readonly word: (outcome: WorkloadRecord['looks'][number]['outcome']) => string
}

interface Position {
  readonly pairs: number
  readonly value: number
  readonly lower: number
  readonly upper: number
  readonly text: string
  readonly word: string
}

/** Each look with the bounds it had to decide by, against the lines the criterion draws. */
export function drawLooks({
  looks,
  criterion,
  planned,
  isByEstimate,
  word,
}: LooksSetting): ChartDraft {
  const isBudget = criterion.kind === 'budget'
  const positions = looks.map(
    (look): Position => ({
      pairs: look.pairs,
      word: word(look.outcome),
      ...positionOf(look, criterion),
    }),
  )
  const lines = isBudget
    ? [limitOfBudget(criterion)]
    : marginsOf(criterion).map((margin) => 100 * margin)
  const lastNote = isByEstimate
    ? ' After the last look these lie on both sides, and the estimate decides, as the rule says.'
    : ''
  const values = [
    ...positions.flatMap(({ lower, upper }) => [lower, upper]),
    ...lines,
    ...(isBudget ? [] : [0]),
  ]
  return {
    title: 'Look by look',
    caption: `The estimate and its bounds at every look, wide enough for all looks together. Dashed: ${thresholdOf(criterion)}. Bounds that lie wholly on one side of it decide.${lastNote}`,
    description: positions
      .map(({ pairs, text, word: outcome }) => `after ${pairs} pairs ${text}: ${outcome}`)
      .join('; '),
    options: {
      height: 232,
      marginTop: 22,
      marginBottom: 38,
      marginLeft: isBudget ? 78 : 50,
      marginRight: 12,
      x: {
        label: 'pairs',
        domain: [0, Math.max(...planned, ...looks.map(({ pairs }) => pairs)) * 1.15],
        ticks: planned.filter(
          (_, index) => planned.length <= 8 || index % Math.ceil(planned.length / 8) === 0,
        ),
        tickFormat: formatTick,
        labelArrow: 'none',
      },
      y: {
        label: isBudget ? clipText(criterion.counter, 40) : 'improvement, % · ↑ faster',
        domain: paddedRange(values, 0.12),
        ticks: 6,
        tickFormat: isBudget
          ? (value: number) => formatCounter(criterion.counter, value)
          : formatTick,
        grid: true,
        labelArrow: 'none',
      },
      marks: [
        ...(isBudget ? [] : [Plot.ruleY([0], { stroke: SOFT })]),
        Plot.ruleY(lines, { stroke: 'var(--ink)', strokeDasharray: '5 4' }),
        Plot.ruleX(positions, {
          x: 'pairs',
          y1: 'lower',
          y2: 'upper',
          stroke: 'var(--candidate)',
          strokeWidth: 3,
        }),
        Plot.dot(positions, {
          x: 'pairs',
          y: 'value',
          r: 4.5,
          fill: 'var(--candidate)',
          symbol: 'triangle',
          title: ({ pairs, text, word: outcome }) => `after ${pairs} pairs ${text}: ${outcome}`,
        }),
        Plot.text(positions, {
          x: 'pairs',
          y: 'upper',
          dy: -12,
          text: 'word',
          fill: 'var(--ink)',
          stroke: 'var(--panel)',
          strokeWidth: 3,
        }),
      ],
    },
  }
}

function positionOf(
  { m, lower, upper }: WorkloadRecord['looks'][number],
  criterion: Criterion,
): Omit<Position, 'pairs' | 'word'> {
  if (criterion.kind === 'budget') {
    const show = (value: number) => formatCounter(criterion.counter, value)
    return { value: m, lower, upper, text: `${show(m)}, bounds ${show(lower)} to ${show(upper)}` }
  }
  const bounds = [improvementOf(upper), improvementOf(lower)] as const
  return {
    value: 100 * improvementOf(m),
    lower: 100 * bounds[0],
    upper: 100 * bounds[1],
    text: `${formatSignedPercent(improvementOf(m))}, bounds ${formatPercentInterval(bounds)}`,
  }
}

function limitOfBudget(budget: Extract<Criterion, { kind: 'budget' }>): number {
  return 'atMost' in budget ? budget.atMost : budget.atLeast
}
