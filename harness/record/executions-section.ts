import { escapeMarkdown, escapeName } from '../text/escape-markdown.js'
import { executionRow, executionsHeadline, OWN_NAMES, oneSidedLines } from './executions-text.js'
import type { DecisionRecord } from './record-schema.js'

/** The executions of one workload; every text is markdown. */
export interface ExecutionsSection {
  readonly workload: string
  readonly summary: string
  /** Headings of the columns. */
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly lines: readonly string[]
}

/** One section for each workload whose executions were counted, in the order of the record. */
export function executionsSections({ workloads }: DecisionRecord): ExecutionsSection[] {
  return workloads.flatMap(({ id, executions }) => {
    if (executions === undefined) return []
    const isExact = executions.kind === 'exact'
    return [
      {
        workload: escapeName(id),
        summary: escapeMarkdown(executionsHeadline(executions, OWN_NAMES)),
        head: ['line', 'function', isExact ? executions.against : '', 'candidate'],
        rows: isExact ? executions.lines.map((line) => executionRow(line).map(escapeMarkdown)) : [],
        lines: oneSidedLines(executions, OWN_NAMES).map(escapeMarkdown),
      },
    ]
  })
}
