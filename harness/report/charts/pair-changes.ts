import * as Plot from '@observablehq/plot'
import type { Criterion } from '../../contract.js'
import {
  formatCounted,
  formatPercentInterval,
  formatSignedPercent,
  formatTick,
} from '../../text/format.js'
import { type ChartDraft, markRadius, paddedRange, SOFT } from './chart.js'
import { marginsOf } from './margins.js'
import { PERCENT } from './unit.js'

export interface PairChanges {
  /** 1 − candidate / other arm, a fraction, in the order of the pairs. */
  readonly improvements: readonly number[]
  /** How many at each end the estimate leaves out. */
  readonly trimmed: number
  readonly estimate: number
  readonly ci95?: readonly number[] | undefined
  readonly criterion: Criterion
  /** Name of the other arm. */
  readonly against: string
}

/** What each pair says by itself, beside what they say together. */
export function drawPairChanges({
  improvements,
  trimmed,
  estimate,
  ci95,
  criterion,
  against,
}: PairChanges): ChartDraft {
  const order = improvements
    .map((_, index) => index)
    .sort((a, b) => improvements[a]! - improvements[b]! || a - b)
  const outside = new Set([...order.slice(0, trimmed), ...order.slice(order.length - trimmed)])
  const points = improvements.map((improvement, index) => ({
    pair: index + 1,
    improvement,
    isOut: outside.has(index),
  }))
  const percent = (fraction: number) => fraction / PERCENT.size
  const margins = marginsOf(criterion)
  const r = markRadius(points.length)
  const ends =
    trimmed === 1
      ? 'the lowest and the highest'
      : `the ${trimmed} lowest and the ${trimmed} highest`
  const trimNote = trimmed > 0 ? ` The estimate leaves out ${ends} (hollow).` : ''
  return {
    title: 'Each pair by itself',
    caption: `Improvement of the candidate over the ${against} within each pair of adjacent runs. Line: the estimate; band: its 95 % interval; dashed: what was asked for.${trimNote}`,
    description: `${formatCounted(points.length, 'pair')}, from ${formatSignedPercent(Math.min(...improvements))} to ${formatSignedPercent(Math.max(...improvements))}; estimate ${formatSignedPercent(estimate)}${ci95 === undefined ? '' : `, 95 % interval ${formatPercentInterval(ci95)}`}.`,
    options: {
      height: 232,
      marginTop: 22,
      marginBottom: 38,
      marginLeft: 44,
      marginRight: 12,
      x: {
        label: 'pair, in the order they ran',
        domain: [0, points.length + 1],
        ticks: 6,
        tickFormat: wholeTick,
        labelArrow: 'none',
      },
      y: {
        label: 'improvement, % · ↑ faster',
        domain: paddedRange([0, ...improvements, ...margins, ...(ci95 ?? [])]).map(percent),
        ticks: 6,
        tickFormat: formatTick,
        grid: true,
        labelArrow: 'none',
      },
      marks: [
        ...(ci95 === undefined
          ? []
          : [
              Plot.rect([ci95], {
                y1: ([lower]) => percent(lower!),
                y2: ([, upper]) => percent(upper!),
                fill: 'var(--candidate)',
                fillOpacity: 0.18,
              }),
            ]),
        Plot.ruleY([0], { stroke: SOFT }),
        Plot.ruleY(margins.map(percent), { stroke: 'var(--ink)', strokeDasharray: '5 4' }),
        Plot.ruleY([percent(estimate)], { stroke: 'var(--candidate)', strokeWidth: 1.5 }),
        Plot.dot(points, {
          x: 'pair',
          y: ({ improvement }) => percent(improvement),
          r,
          stroke: 'var(--candidate)',
          strokeWidth: 1.25,
          fill: ({ isOut }) => (isOut ? 'var(--panel)' : 'var(--candidate)'),
          title: ({ pair, improvement, isOut }) =>
            `pair ${pair}: ${formatSignedPercent(improvement)}${isOut ? ', trimmed' : ''}`,
        }),
      ],
    },
  }
}

/** Pairs are counted: no tick between them. */
export function wholeTick(value: number): string {
  return Number.isInteger(value) && value > 0 ? formatTick(value) : ''
}
