import * as Plot from '@observablehq/plot'
import type { DecisionRecord } from '../../record/record-schema.js'
import { formatLimit } from '../../text/format.js'
import { verdictMark } from '../verdict-mark.js'
import { percentOf } from './axes.js'
import { type ChartDraft, SOFT, THRESHOLD_LINE } from './chart.js'
import {
  BELOW_TEXTS,
  type ImprovementRow,
  improvementAxes,
  improvementMarks,
  improvementRow,
} from './improvement-rows.js'

/**
 * The improvement over the pure baseline after each layer, that of all accepted layers in a
 * measurement of its own, and the goals.
 *
 * @returns undefined if no layer was measured
 */
export function drawSequence(record: DecisionRecord): ChartDraft | undefined {
  const { sequence, cumulative } = record
  if (sequence === undefined) return undefined
  const steps = sequence.steps.flatMap(
    ({ layer, standalone, verdict, cumulative: gain }, index): ImprovementRow[] =>
      standalone || verdict === undefined || gain === undefined
        ? []
        : [improvementRow(String(index), layer, verdictMark(verdict), gain.improvement, gain.ci95)],
  )
  if (steps.length === 0) return undefined
  const all =
    cumulative &&
    improvementRow(
      'all',
      'all accepted, fresh measurement',
      verdictMark(record.verdict),
      cumulative.improvement,
      cumulative.ci95,
    )
  const rows = [...steps, ...(all === undefined ? [] : [all])]
  const { minimum, aspired } = sequence.goal
  const describe = ({ label, change }: ImprovementRow) => `${label}: ${change}`
  return {
    title: 'Improvement over the pure baseline, layer by layer',
    caption: `Each layer on top of the layers accepted before it; in the last row, all accepted layers in a fresh measurement. Mark: estimate. Line: 95 % interval of a single look. Dashed lines: the goal of ${formatLimit(minimum)} and the aspiration of ${formatLimit(aspired)}.`,
    description: rows.map(describe).join('; '),
    options: {
      ...improvementAxes(rows, 'improvement over the pure baseline, % · faster →', [
        minimum,
        aspired,
      ]),
      marks: [
        Plot.ruleX([0], { stroke: SOFT, ...BELOW_TEXTS }),
        Plot.ruleX([minimum, aspired].map(percentOf), {
          ...THRESHOLD_LINE,
          ...BELOW_TEXTS,
        }),
        ...improvementMarks(rows, { describe }),
      ],
    },
  }
}
