import type { BlockCounts } from '../evidence/block-counts-schema.js'
import { type LineChange, workChange } from '../profile/figures/work-change.js'
import {
  executionRow,
  executionsHeadline,
  OWN_NAMES,
  oneSidedLines,
} from '../record/executions-text.js'
import type { WorkloadRecord } from '../record/record-schema.js'
import { keepTogether, shortName } from './html.js'
import { type HtmlTable, tableOf } from './html-table.js'
import type { ReportSource } from './report-source.js'

/** How often the lines of one workload ran; all texts are plain. */
export interface ExecutionsModel {
  readonly anchor: string
  readonly id: string
  readonly summary: string
  readonly lines: readonly string[]
  /** The lines that changed; '' if there is none. */
  readonly table: HtmlTable | ''
}

/** Lines in the table; the evidence has all. */
const SHOWN = 40

/** The executions of a record's workloads, where they were counted. */
export function executionsModels({ record, evidence }: ReportSource): ExecutionsModel[] {
  return record.workloads.flatMap((workload, index) => {
    const { id, executions } = workload
    if (executions === undefined) return []
    const lines = changedLines(workload, evidence.blockCounts?.[id])
    return [
      {
        anchor: `e${index + 1}`,
        id,
        summary: keepTogether(executionsHeadline(executions, OWN_NAMES)),
        lines: oneSidedLines(executions, OWN_NAMES).map(keepTogether),
        table: lines.length === 0 ? '' : lineTable(workload, lines),
      },
    ]
  })
}

function changedLines(
  { executions }: WorkloadRecord,
  counts: BlockCounts | undefined,
): readonly LineChange[] {
  if (executions?.kind !== 'exact' || counts?.outcome.kind !== 'exact') return []
  const indexOf = (name: string) => counts.arms.findIndex(({ arm }) => arm === name)
  const { functions } = counts.outcome
  return workChange(functions, indexOf(executions.against), indexOf('candidate')).lines
}

function lineTable({ id, executions }: WorkloadRecord, lines: readonly LineChange[]): HtmlTable {
  const against = executions?.kind === 'exact' ? executions.against : ''
  const shown = lines.slice(0, SHOWN).map(executionRow)
  return tableOf(`Lines of ${shortName(id)} whose executions changed, the largest changes`, shown, {
    line: ([place]) => shortName(place),
    function: ([, name]) => shortName(name),
    [`#${against}`]: ([, , before]) => before,
    '#candidate': ([, , , after]) => after,
  })
}
