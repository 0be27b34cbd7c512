import { escapeName } from '../text/escape-markdown.js'
import { formatCounter, formatPercentInterval, formatSignedPercent } from '../text/format.js'
import type { DecisionRecord } from './record-schema.js'
import { numberOf, supersededBy } from './supersession.js'
import { markdownTemplate } from './template.js'

interface IndexModel {
  readonly rows: readonly {
    readonly number: string
    readonly id: string
    readonly layer: string
    readonly title: string
    readonly verdict: string
    readonly improvement: string
    readonly date: string
  }[]
  readonly unfinished: readonly string[]
}

/** A sentence of every index of decisions. */
export const INDEX_MARK = 'Generated from the records in this folder; do not edit.'

const template = markdownTemplate<IndexModel>('index')

/**
 * `decisions/README.md`: one row per record, in order of their numbers.
 *
 * @param unfinished ids of evidence folders without a decision
 */
export function renderIndex(
  records: readonly DecisionRecord[],
  unfinished: readonly string[],
): string {
  const ordered = [...records].sort((a, b) => (a.id < b.id ? -1 : 1))
  return template({
    rows: ordered.map((record) => ({
      number: numberOf(record.id),
      id: record.id,
      layer: escapeName(record.layer),
      title: escapeName(record.title),
      verdict: verdictCell(record, records),
      improvement: improvementCell(record),
      date: record.date,
    })),
    unfinished: [...unfinished].sort(),
  })
}

function verdictCell(record: DecisionRecord, records: readonly DecisionRecord[]): string {
  const newer = supersededBy(record, records)
  const control = record.injected === undefined ? '' : ' (control with an injected effect)'
  return `${record.verdict}${control}${newer === undefined ? '' : `, superseded by ${numberOf(newer.id)}`}`
}

/** The improvement of each target; for a budget, the mean of its counter. */
function improvementCell({ workloads, equivalence }: DecisionRecord): string {
  if (equivalence.kind === 'different') return 'not equivalent'
  const cells = workloads.flatMap(({ id, role, improvement, budget }) => {
    if (role !== 'target' || improvement === undefined) return []
    if (budget !== undefined)
      return [
        `${escapeName(id)} ${escapeName(budget.counter)} ${formatCounter(budget.counter, budget.mean)}`,
      ]
    const interval =
      improvement.ci95 === undefined ? '' : ` [${formatPercentInterval(improvement.ci95)}]`
    return [`${escapeName(id)} ${formatSignedPercent(improvement.estimate)}${interval}`]
  })
  return cells.length === 0 ? '—' : cells.join('<br>')
}
