import * as Plot from '@observablehq/plot'
import { formatPercentInterval, formatSignedPercent, formatTick } from '../../format.js'
import { clipText } from '../../profile/flame-label.js'
import { criterionOf } from '../../record/claim.js'
import { thresholdOf } from '../../record/criterion-text.js'
import type { DecisionRecord, WorkloadRecord } from '../../record/record-schema.js'
import { improvementOf } from '../../verdict/compare.js'
import { verdictMark } from '../verdict-mark.js'
import { CHART_WIDTH, type ChartDraft, paddedRange, SOFT, VERDICT_SYMBOLS } from './chart.js'
import { marginsOf } from './margins.js'

interface Row {
  readonly key: string
  readonly label: string
  readonly change: string
  readonly demand: string
  readonly verdict: WorkloadRecord['verdict']
  readonly estimate: number
  readonly interval?: readonly [number, number]
  readonly bounds?: readonly [number, number]
  readonly margins: readonly number[]
}

/**
 * One line per workload: the estimate, its 95 % interval, the bounds it was decided by, and what was asked for.
 *
 * @returns undefined where no workload has an estimate
 */
export function drawForest(record: DecisionRecord, width = CHART_WIDTH): ChartDraft | undefined {
  const rows = record.workloads.flatMap((workload, index) => rowOf(workload, index, record))
  if (rows.length === 0) return undefined
  const percent = (fraction: number) => 100 * fraction
  const ends = rows.flatMap(({ interval, bounds, margins, estimate }) => [
    estimate,
    ...(interval ?? []),
    ...(bounds ?? []),
    ...margins,
  ])
  const cells = Math.floor((width - 24) / 6.3)
  const intervals = rows.filter(({ interval }) => interval !== undefined)
  const bounded = rows.filter(({ bounds }) => bounds !== undefined)
  return {
    title: 'Improvement of each workload',
    caption:
      'Mark: the estimate; thick: its 95 % interval; thin: the bounds the verdict was decided by; dashed: what was asked for.',
    description: rows.map(({ label, change, demand }) => `${label}: ${change}; ${demand}`).join('; '),
    options: {
      width,
      height: 44 + 58 * rows.length,
      marginTop: 6,
      marginBottom: 38,
      marginLeft: 12,
      marginRight: 12,
      x: {
        label: 'improvement, % · faster →',
        domain: paddedRange([0, ...ends]).map(percent),
        ticks: 6,
        tickFormat: formatTick,
        grid: true,
        labelArrow: 'none',
      },
      fy: { domain: rows.map(({ key }) => key), axis: null, padding: 0 },
      marks: [
        Plot.ruleX([0], { stroke: SOFT, insetTop: 34 }),
        Plot.ruleX(
          rows.flatMap(({ key, margins }) => margins.map((margin) => ({ key, margin }))),
          {
            x: ({ margin }) => percent(margin),
            fy: 'key',
            stroke: 'var(--ink)',
            strokeDasharray: '5 4',
            insetTop: 34,
            insetBottom: 2,
          },
        ),
        Plot.ruleY(bounded, {
          y: null,
          x1: ({ bounds }) => percent(bounds?.[0] ?? 0),
          x2: ({ bounds }) => percent(bounds?.[1] ?? 0),
          fy: 'key',
          stroke: ({ verdict }) => `var(--${verdict})`,
          strokeWidth: 1.5,
          dy: 17,
        }),
        Plot.ruleY(intervals, {
          y: null,
          x1: ({ interval }) => percent(interval?.[0] ?? 0),
          x2: ({ interval }) => percent(interval?.[1] ?? 0),
          fy: 'key',
          stroke: ({ verdict }) => `var(--${verdict})`,
          strokeWidth: 6,
          strokeOpacity: 0.55,
          dy: 17,
        }),
        Plot.dot(rows, {
          x: ({ estimate }) => percent(estimate),
          fy: 'key',
          r: 5,
          dy: 17,
          fill: ({ verdict }) => `var(--${verdict})`,
          symbol: ({ verdict }: Row) => VERDICT_SYMBOLS[verdict],
          title: ({ label, change, demand }) => `${label}: ${change}; ${demand}`,
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

function rowOf(workload: WorkloadRecord, index: number, record: DecisionRecord): Row[] {
  const { id, improvement, looks, verdict } = workload
  if (improvement === undefined) return []
  const criterion = criterionOf(workload, record)
  const look = looks.at(-1)
  const { ci95 } = improvement
  return [
    {
      key: String(index),
      label: `${verdictMark(verdict).symbol} ${id}`,
      change: `${formatSignedPercent(improvement.estimate)}${ci95 === undefined ? '' : ` [${formatPercentInterval(ci95)}]`}`,
      demand: thresholdOf(criterion),
      verdict,
      estimate: improvement.estimate,
      ...(ci95 && { interval: [ci95[0]!, ci95[1]!] }),
      ...(look && criterion.kind !== 'budget' && { bounds: [improvementOf(look.upper), improvementOf(look.lower)] }),
      margins: marginsOf(criterion),
    },
  ]
}
