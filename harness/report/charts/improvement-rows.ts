import * as Plot from '@observablehq/plot'
import { defined } from '../../evidence/defined.js'
import type { DecisionRecord } from '../../record/record-schema.js'
import { clipText } from '../../text/clip-text.js'
import { formatPercentInterval, formatSignedPercent } from '../../text/format.js'
import { verdictMark } from '../verdict-mark.js'
import { paddedRange, percentOf, rowAxes } from './axes.js'
import { CHART_WIDTH, VERDICT_SYMBOLS } from './chart.js'

/** One row of a chart of improvements, which are fractions. */
export interface ImprovementRow {
  /** Unique in the chart; names may repeat. */
  readonly key: string
  readonly label: string
  /** The estimate and its interval, as text. */
  readonly change: string
  readonly verdict: DecisionRecord['verdict']
  readonly estimate: number
  readonly interval?: readonly [number, number]
}

/** @param ci95 both ends of the interval; undefined if there is none */
export function improvementRow(
  key: string,
  name: string,
  verdict: DecisionRecord['verdict'],
  estimate: number,
  ci95: readonly number[] | undefined,
): ImprovementRow {
  return defined({
    key,
    label: `${verdictMark(verdict).symbol} ${name}`,
    change: changeText(estimate, ci95),
    verdict,
    estimate,
    interval: ci95 && ([ci95[0]!, ci95[1]!] as const),
  })
}

/** `+40.1 % [38.6 – 41.5 %]` */
export function changeText(estimate: number, ci95: readonly number[] | undefined): string {
  const interval = ci95 === undefined ? '' : ` [${formatPercentInterval(ci95)}]`
  return `${formatSignedPercent(estimate)}${interval}`
}

/**
 * The axes of a chart of improvements: percent from left to right, and the rows from top to
 * bottom.
 *
 * @param others further values that the axis must include
 */
export function improvementAxes(
  rows: readonly ImprovementRow[],
  label: string,
  others: readonly number[],
): Plot.PlotOptions {
  const values = rows.flatMap(({ estimate, interval }) => [estimate, ...(interval ?? [])])
  return {
    ...rowAxes(6, {
      label,
      domain: paddedRange([0, ...values, ...others]).map(percentOf),
      ticks: 6,
    }),
    fy: { domain: rows.map(({ key }) => key), axis: null, padding: 0 },
  }
}

/**
 * The marks of every row: its interval and its estimate, and above them the text of both.
 *
 * @param dy distance of the estimate below the middle of its row, px
 */
export function improvementMarks<Row extends ImprovementRow>(
  rows: readonly Row[],
  {
    dy,
    describe,
    width = CHART_WIDTH,
  }: { readonly dy: number; readonly describe: (row: Row) => string; readonly width?: number },
): Plot.Markish[] {
  const cells = Math.floor((width - 24) / 6.3)
  return [
    Plot.ruleY(
      rows.filter(({ interval }) => interval !== undefined),
      {
        y: null,
        x1: ({ interval }) => percentOf(interval?.[0] ?? 0),
        x2: ({ interval }) => percentOf(interval?.[1] ?? 0),
        fy: 'key',
        stroke: ({ verdict }) => `var(--${verdict})`,
        strokeWidth: 6,
        strokeOpacity: 0.55,
        dy,
      },
    ),
    Plot.dot(rows, {
      x: ({ estimate }) => percentOf(estimate),
      fy: 'key',
      r: 5,
      dy,
      fill: ({ verdict }) => `var(--${verdict})`,
      symbol: ({ verdict }: Row) => VERDICT_SYMBOLS[verdict],
      title: describe,
    }),
    Plot.text(rows, {
      fy: 'key',
      frameAnchor: 'top-left',
      fontWeight: 600,
      fill: 'var(--ink)',
      text: ({ label }) => clipText(label, Math.floor(0.85 * cells)),
    }),
    Plot.text(rows, {
      fy: 'key',
      frameAnchor: 'top-left',
      dy: 15,
      fill: 'var(--ink)',
      text: ({ change }) => clipText(change, cells),
    }),
  ]
}
