import type { Arm } from '../contract.js'
import { formatMsInterval, formatNumber, formatP } from '../format.js'
import { escapeName } from './escape.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

/** The candidate against one other arm, by the ordinary tests; every cell is markdown. */
export interface TestRow {
  readonly workload: string
  readonly against: Arm
  readonly other: string
  readonly candidate: string
  readonly difference: string
  readonly welch: string
  readonly paired: string
}

const ABSENT = '—'

/** One row per workload and arm the candidate is set against. */
export function testRows({ workloads }: DecisionRecord): TestRow[] {
  return workloads.flatMap((workload) => {
    const baseline = toRow(workload, 'baseline', workload.baseline, workload.welch)
    const incumbent = toRow(workload, 'incumbent', workload.incumbent, workload.welchIncumbent)
    return [...incumbent, ...baseline]
  })
}

function toRow(
  workload: WorkloadRecord,
  against: Arm,
  other: WorkloadRecord['baseline'],
  welch: WorkloadRecord['welch'],
): TestRow[] {
  if (other === undefined || workload.candidate === undefined) return []
  return [
    {
      workload: escapeName(workload.id),
      against,
      other: formatMsInterval(other.ci95),
      candidate: formatMsInterval(workload.candidate.ci95),
      difference: welch === undefined ? ABSENT : formatMsInterval(welch.ci95),
      welch: testCell(welch),
      paired: against === workload.against ? testCell(workload.paired) : ABSENT,
    },
  ]
}

function testCell(test: WorkloadRecord['welch']): string {
  return test === undefined ? ABSENT : `t ${formatNumber(test.t)}, df ${formatNumber(test.df)}, p ${formatP(test.p)}`
}
