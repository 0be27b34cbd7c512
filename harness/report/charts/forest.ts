import * as Plot from '@observablehq/plot'
import { criterionOf } from '../../record/claim.js'
import type { DecisionRecord, WorkloadRecord } from '../../record/record-schema.js'
import { improvementOf } from '../../verdict/compare.js'
import { counterOf, marginsOf, thresholdOf } from '../../verdict/criteria.js'
import { percentOf } from './axes.js'
import { CHART_WIDTH, type ChartDraft, SOFT, THRESHOLD_LINE } from './chart.js'
import {
  type ImprovementRow,
  improvementAxes,
  improvementMarks,
  improvementRow,
} from './improvement-rows.js'

interface Row extends ImprovementRow {
  readonly demand: string
  readonly bounds?: readonly [number, number]
  readonly margins: readonly number[]
}

/**
 * One row per workload: the estimate, its 95 % interval, the bounds at the last look, and the
 * threshold of the criterion.
 *
 * @returns undefined if no workload has an estimate
 */
export function drawForest(record: DecisionRecord, width = CHART_WIDTH): ChartDraft | undefined {
  const rows = record.workloads.flatMap((workload, index) => rowOf(workload, index, record))
  if (rows.length === 0) return undefined
  const ends = rows.flatMap(({ bounds, margins }) => [...(bounds ?? []), ...margins])
  const describe = ({ label, change, demand }: Row) => `${label}: ${change}; ${demand}`
  return {
    title: 'Improvement of each workload',
    caption:
      'Mark: estimate. Thick line: 95 % interval. Thin line: the bounds that decide the verdict. Dashed line: threshold of the criterion.',
    description: rows.map(describe).join('; '),
    options: {
      ...improvementAxes(rows, 'improvement, % · faster →', ends),
      width,
      height: 44 + 58 * rows.length,
      marks: [
        Plot.ruleX([0], { stroke: SOFT, insetTop: 34 }),
        Plot.ruleX(
          rows.flatMap(({ key, margins }) => margins.map((margin) => ({ key, margin }))),
          {
            x: ({ margin }) => percentOf(margin),
            fy: 'key',
            ...THRESHOLD_LINE,
            insetTop: 34,
            insetBottom: 2,
          },
        ),
        Plot.ruleY(
          rows.filter(({ bounds }) => bounds !== undefined),
          {
            y: null,
            x1: ({ bounds }) => percentOf(bounds?.[0] ?? 0),
            x2: ({ bounds }) => percentOf(bounds?.[1] ?? 0),
            fy: 'key',
            stroke: ({ verdict }) => `var(--${verdict})`,
            strokeWidth: 1.5,
            dy: 17,
          },
        ),
        ...improvementMarks(rows, { dy: 17, describe, width }),
      ],
    },
  }
}

function rowOf(workload: WorkloadRecord, index: number, record: DecisionRecord): Row[] {
  const { id, improvement, looks, verdict } = workload
  if (improvement === undefined) return []
  const criterion = criterionOf(workload, record)
  const look = looks.at(-1)
  return [
    {
      ...improvementRow(String(index), id, verdict, improvement.estimate, improvement.ci95),
      demand: thresholdOf(criterion),
      ...(look &&
        counterOf(criterion) === undefined && {
          bounds: [improvementOf(look.upper), improvementOf(look.lower)],
        }),
      margins: marginsOf(criterion),
    },
  ]
}
