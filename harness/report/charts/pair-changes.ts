import * as Plot from '@observablehq/plot'
import type { Criterion } from '../../contract.js'
import { signedChange } from '../../record/change-text.js'
import { formatCounted, formatPercentInterval, formatSignedPercent } from '../../text/format.js'
import { marginsOf } from '../../verdict/criteria.js'
import { paddedRange, percentOf, uprightAxes } from './axes.js'
import { type ChartDraft, markRadius, SOFT, THRESHOLD_LINE } from './chart.js'

export interface PairChanges {
  /** 1 − candidate / other arm, a fraction, in the order of the pairs. */
  readonly improvements: readonly number[]
  /** How many values the trimmed mean leaves out at each end. */
  readonly trimmed: number
  readonly estimate: number
  /** The interval of the look that decided. */
  readonly interval?: readonly number[] | undefined
  readonly criterion: Criterion
  /** Name of the other arm. */
  readonly against: string
}

interface Point {
  readonly pair: number
  readonly improvement: number
  readonly isTrimmed: boolean
}

/** The improvement within each pair, with the estimate over all of them. */
export function drawPairChanges(changes: PairChanges): ChartDraft {
  const { improvements, estimate, interval, criterion, against } = changes
  const points = pointsOf(changes)
  const margins = marginsOf(criterion)
  const values = [0, ...improvements, ...margins, ...(interval ?? [])]
  return {
    title: 'Improvement pair by pair',
    caption: `Improvement of the candidate over the ${against} in each pair of runs. Line: estimate.${interval === undefined ? '' : ' Band: the interval of the look that decided.'}${margins.length === 0 ? '' : ' Dashed line: threshold of the criterion.'}${trimNote(changes)}`,
    description: `${formatCounted(points.length, 'pair')}, from ${formatSignedPercent(Math.min(...improvements))} to ${formatSignedPercent(Math.max(...improvements))}; estimate ${formatSignedPercent(estimate)}${interval === undefined ? '' : `, interval ${formatPercentInterval(interval)}`}.`,
    options: {
      ...uprightAxes(
        44,
        { label: 'pair, in order of execution', domain: [0, points.length + 1] },
        { label: 'improvement, % · ↑ faster', domain: paddedRange(values).map(percentOf) },
      ),
      marks: [
        ...(interval === undefined ? [] : intervalBand(interval)),
        Plot.ruleY([0], { stroke: SOFT }),
        Plot.ruleY(margins.map(percentOf), THRESHOLD_LINE),
        Plot.ruleY([percentOf(estimate)], { stroke: 'var(--candidate)', strokeWidth: 1.5 }),
        pairDots(points),
        ...(interval === undefined ? [] : [intervalText(estimate, interval)]),
      ],
    },
  }
}

function pointsOf({ improvements, trimmed }: PairChanges): Point[] {
  const order = improvements
    .map((_, index) => index)
    .sort((a, b) => improvements[a]! - improvements[b]! || a - b)
  const ends = new Set([...order.slice(0, trimmed), ...order.slice(order.length - trimmed)])
  return improvements.map((improvement, index) => ({
    pair: index + 1,
    improvement,
    isTrimmed: ends.has(index),
  }))
}

function trimNote({ trimmed }: PairChanges): string {
  if (trimmed === 0) return ''
  const ends =
    trimmed === 1
      ? 'the lowest and the highest value'
      : `the ${trimmed} lowest and the ${trimmed} highest values`
  return ` Hollow: ${ends}, which the estimate leaves out.`
}

/** The edges are drawn too, so that a narrow band can be seen beside the line of the estimate. */
function intervalBand(interval: readonly number[]): Plot.Markish[] {
  return [
    Plot.rect([interval], {
      y1: ([lower]) => percentOf(lower!),
      y2: ([, upper]) => percentOf(upper!),
      fill: 'var(--candidate)',
      fillOpacity: 0.18,
    }),
    Plot.ruleY(interval.map(percentOf), { stroke: 'var(--candidate)', strokeOpacity: 0.6 }),
  ]
}

/** The figures themselves, because a narrow band shows only that it is narrow. */
function intervalText(estimate: number, interval: readonly number[]): Plot.Markish {
  return Plot.text([signedChange(estimate, interval)], {
    frameAnchor: 'top-right',
    dy: -18,
    fontSize: 11,
    text: (text: string) => text,
    fill: 'var(--ink)',
  })
}

function pairDots(points: readonly Point[]): Plot.Markish {
  return Plot.dot(points, {
    x: 'pair',
    y: ({ improvement }) => percentOf(improvement),
    r: markRadius(points.length),
    stroke: 'var(--candidate)',
    strokeWidth: 1.25,
    fill: ({ isTrimmed }) => (isTrimmed ? 'var(--panel)' : 'var(--candidate)'),
    title: ({ pair, improvement, isTrimmed }) =>
      `pair ${pair}: ${formatSignedPercent(improvement)}${isTrimmed ? ', trimmed' : ''}`,
  })
}
