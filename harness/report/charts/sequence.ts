import * as Plot from '@observablehq/plot'
import { formatLimit, formatPercentInterval, formatSignedPercent, formatTick } from '../../format.js'
import { clipText } from '../../profile/flame-label.js'
import type { DecisionRecord } from '../../record/record-schema.js'
import { verdictMark } from '../verdict-mark.js'
import { CHART_WIDTH, type ChartDraft, paddedRange, SOFT, VERDICT_SYMBOLS } from './chart.js'

interface Row {
  readonly key: string
  readonly label: string
  readonly change: string
  readonly verdict: DecisionRecord['verdict']
  readonly estimate: number
  readonly interval?: readonly [number, number]
}

/**
 * How far the stack came: the improvement over the pure baseline with each layer on top of the accepted ones, and of all of them measured afresh, against the
 * goals.
 *
 * @returns undefined where no layer was measured
 */
export function drawSequence(record: DecisionRecord): ChartDraft | undefined {
  const { sequence, cumulative } = record
  if (sequence === undefined) return undefined
  const steps = sequence.steps.flatMap(({ layer, standalone, verdict, cumulative: gain }, index): Row[] =>
    standalone || verdict === undefined || gain === undefined ? [] : [rowOf(String(index), layer, verdict, gain)],
  )
  if (steps.length === 0) return undefined
  const rows = [
    ...steps,
    ...(cumulative === undefined ? [] : [rowOf('all', 'all accepted, measured afresh', record.verdict, cumulative)]),
  ]
  const percent = (fraction: number) => 100 * fraction
  const { minimum, aspired } = sequence.goal
  const intervals = rows.filter(({ interval }) => interval !== undefined)
  const cells = Math.floor((CHART_WIDTH - 24) / 6.3)
  return {
    title: 'Improvement over the pure baseline, layer by layer',
    caption: `Each layer on top of the accepted ones before it, and all accepted ones measured afresh. Mark: the estimate; thick: its 95 % interval; dashed: the goals of ${formatLimit(minimum)} and ${formatLimit(aspired)}.`,
    description: rows.map(({ label, change }) => `${label}: ${change}`).join('; '),
    options: {
      height: 44 + 54 * rows.length,
      marginTop: 6,
      marginBottom: 38,
      marginLeft: 12,
      marginRight: 12,
      x: {
        label: 'improvement over the pure baseline, % · faster →',
        domain: paddedRange([
          0,
          minimum,
          aspired,
          ...rows.flatMap(({ estimate, interval }) => [estimate, ...(interval ?? [])]),
        ]).map(percent),
        ticks: 6,
        tickFormat: formatTick,
        grid: true,
        labelArrow: 'none',
      },
      fy: { domain: rows.map(({ key }) => key), axis: null, padding: 0 },
      marks: [
        Plot.ruleX([0], { stroke: SOFT, insetTop: 32 }),
        Plot.ruleX([minimum, aspired].map(percent), {
          stroke: 'var(--ink)',
          strokeDasharray: '5 4',
          insetTop: 32,
          insetBottom: 2,
        }),
        Plot.ruleY(intervals, {
          y: null,
          x1: ({ interval }) => percent(interval?.[0] ?? 0),
          x2: ({ interval }) => percent(interval?.[1] ?? 0),
          fy: 'key',
          stroke: ({ verdict }) => `var(--${verdict})`,
          strokeWidth: 6,
          strokeOpacity: 0.55,
          dy: 16,
        }),
        Plot.dot(rows, {
          x: ({ estimate }) => percent(estimate),
          fy: 'key',
          r: 5,
          dy: 16,
          fill: ({ verdict }) => `var(--${verdict})`,
          symbol: ({ verdict }: Row) => VERDICT_SYMBOLS[verdict],
          title: ({ label, change }) => `${label}: ${change}`,
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
      ],
    },
  }
}

function rowOf(
  key: string,
  name: string,
  verdict: DecisionRecord['verdict'],
  { improvement, ci95 }: { readonly improvement: number; readonly ci95?: readonly number[] | undefined },
): Row {
  return {
    key,
    label: `${verdictMark(verdict).symbol} ${name}`,
    change: `${formatSignedPercent(improvement)}${ci95 === undefined ? '' : ` [${formatPercentInterval(ci95)}]`}`,
    verdict,
    estimate: improvement,
    ...(ci95 && { interval: [ci95[0]!, ci95[1]!] }),
  }
}
