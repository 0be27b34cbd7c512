import * as Plot from '@observablehq/plot'
import { defined } from '../../evidence/defined.js'
import { signedChange } from '../../record/change-text.js'
import type { DecisionRecord } from '../../record/record-schema.js'
import { clipText } from '../../text/clip-text.js'
import type { VerdictMark } from '../verdict-mark.js'
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

/** @param ends of the interval; undefined if there is none */
export function improvementRow(
  key: string,
  name: string,
  mark: VerdictMark,
  estimate: number,
  ends: readonly number[] | undefined,
): ImprovementRow {
  return defined({
    key,
    label: `${mark.symbol} ${name}`,
    change: signedChange(estimate, ends),
    verdict: mark.word,
    estimate,
    interval: ends && ([ends[0]!, ends[1]!] as const),
  })
}

/** px: a row has two lines of text, and its mark below them. */
const ROW = 62
/** Distance of the mark below the middle of its row, px. */
const DY = 17
/** Half the height of the ends of an interval: more than the radius of a mark, px. */
const END = 8

/** Where lines that belong to a row begin and end: below its texts, above the next row. */
export const BELOW_TEXTS = { insetTop: 34, insetBottom: 4 } as const

/**
 * Size and axes of a chart of improvements: percent from left to right, and the rows from top to
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
    height: 44 + ROW * rows.length,
    fy: { domain: rows.map(({ key }) => key), axis: null, padding: 0 },
  }
}

/**
 * The marks of every row: its interval with its ends, its estimate, and above them the text of
 * both. The ends are higher than the mark, so that a narrow interval is not hidden by it.
 */
export function improvementMarks<Row extends ImprovementRow>(
  rows: readonly Row[],
  { describe, width = CHART_WIDTH }: { describe: (row: Row) => string; readonly width?: number },
): Plot.Markish[] {
  const cells = Math.floor((width - 24) / 6.3)
  return [
    ...intervalMarks(rows),
    Plot.dot(rows, {
      x: ({ estimate }) => percentOf(estimate),
      fy: 'key',
      r: 4,
      dy: DY,
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

function intervalMarks(rows: readonly ImprovementRow[]): Plot.Markish[] {
  const ends = rows.flatMap(({ key, verdict, interval = [] }) =>
    interval.map((end) => ({ key, verdict, end })),
  )
  return [
    Plot.ruleY(
      rows.filter(({ interval }) => interval !== undefined),
      {
        y: null,
        x1: ({ interval }) => percentOf(interval?.[0] ?? 0),
        x2: ({ interval }) => percentOf(interval?.[1] ?? 0),
        fy: 'key',
        stroke: ({ verdict }) => `var(--${verdict})`,
        strokeWidth: 4,
        strokeOpacity: 0.55,
        dy: DY,
      },
    ),
    Plot.ruleX(ends, {
      x: ({ end }) => percentOf(end),
      fy: 'key',
      stroke: ({ verdict }) => `var(--${verdict})`,
      strokeWidth: 1.5,
      insetTop: ROW / 2 + DY - END,
      insetBottom: ROW / 2 - DY - END,
    }),
  ]
}
