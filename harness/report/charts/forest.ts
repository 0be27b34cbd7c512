import * as Plot from '@observablehq/plot'
import { criterionOf } from '../../record/claim.js'
import { decidingInterval, sureness } from '../../record/deciding-interval.js'
import type { DecisionRecord, WorkloadRecord } from '../../record/record-schema.js'
import { counterOf, marginsOf, thresholdOf } from '../../verdict/criteria.js'
import { workloadMark } from '../verdict-mark.js'
import { percentOf } from './axes.js'
import { CHART_WIDTH, type ChartDraft, SOFT, THRESHOLD_LINE } from './chart.js'
import {
  BELOW_TEXTS,
  type ImprovementRow,
  improvementAxes,
  improvementMarks,
  improvementRow,
} from './improvement-rows.js'

interface Row extends ImprovementRow {
  readonly demand: string
  readonly margins: readonly number[]
}

/**
 * One row per workload: the estimate, the interval of the look that decided, and the threshold of
 * the criterion.
 *
 * @returns undefined if no workload has an estimate of times that are judged
 */
export function drawForest(record: DecisionRecord, width = CHART_WIDTH): ChartDraft | undefined {
  const rows = record.workloads.flatMap((workload, index) => rowOf(workload, index, record))
  if (rows.length === 0) return undefined
  const describe = ({ label, change, demand }: Row) => `${label}: ${change}; ${demand}`
  return {
    title: 'Improvement of each workload',
    caption: `Mark: estimate. Line: the interval of the look that decided; each end holds with ${sureness(record)}. Dashed line: threshold of the criterion.`,
    description: rows.map(describe).join('; '),
    options: {
      ...improvementAxes(
        rows,
        'improvement, % · faster →',
        rows.flatMap(({ margins }) => margins),
      ),
      width,
      marks: [
        Plot.ruleX([0], { stroke: SOFT, ...BELOW_TEXTS }),
        Plot.ruleX(
          rows.flatMap(({ key, margins }) => margins.map((margin) => ({ key, margin }))),
          {
            x: ({ margin }) => percentOf(margin),
            fy: 'key',
            ...THRESHOLD_LINE,
            ...BELOW_TEXTS,
          },
        ),
        ...improvementMarks(rows, { describe, width }),
      ],
    },
  }
}

function rowOf(workload: WorkloadRecord, index: number, record: DecisionRecord): Row[] {
  const { id, improvement } = workload
  const criterion = criterionOf(workload, record)
  if (improvement === undefined || counterOf(criterion) !== undefined) return []
  const interval = decidingInterval(workload, record)
  return [
    {
      ...improvementRow(String(index), id, workloadMark(workload), improvement.estimate, interval),
      demand: thresholdOf(criterion),
      margins: marginsOf(criterion),
    },
  ]
}
