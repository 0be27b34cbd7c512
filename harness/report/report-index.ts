import type { DecisionRecord, WorkloadRecord } from '../record/record-schema.js'
import { numberOf, supersededBy } from '../record/supersession.js'
import { formatCounter } from '../text/format.js'
import { paddedRange } from './charts/axes.js'
import { drawChart } from './charts/chart.js'
import { changeText } from './charts/improvement-rows.js'
import { drawSparkAxis, drawSparks, type Spark } from './charts/sparkline.js'
import type { Html } from './html.js'
import { htmlTemplate } from './html-template.js'
import { type VerdictMark, verdictMark } from './verdict-mark.js'
import { visibleValues } from './visible-values.js'

interface IndexRow {
  readonly number: string
  readonly layer: string
  readonly title: string
  readonly mark: VerdictMark
  /** Remarks on the verdict: not equivalent, a control, superseded. */
  readonly note: string
  readonly changes: readonly { readonly id: string; readonly text: string }[]
  readonly spark: Html | ''
  readonly date: string
  /** '' if there is none. */
  readonly report: string
  readonly decision: string
}

interface IndexModel {
  readonly rows: readonly IndexRow[]
  /** The axis of all intervals. */
  readonly axis: Html | ''
}

const template = htmlTemplate<IndexModel>('index')

/**
 * Limits of the axis, fractions. Showing a longer interval in full would make all others too short
 * to read.
 */
const AXIS_ENDS = { low: -1, high: 1 } as const

/**
 * `reports/index.html`: one row per decision, with all intervals on the same axis.
 *
 * @param reported ids of the records that have a report
 */
export function renderReportIndex(
  records: readonly DecisionRecord[],
  reported: ReadonlySet<string>,
): string {
  const ordered = [...records].sort((a, b) => (a.id < b.id ? -1 : 1)).map(visibleValues)
  const sparks = ordered.map(sparksOf)
  const domain = sharedDomain(sparks.flat())
  return template({
    axis: sparks.flat().length === 0 ? '' : drawChart('axis', drawSparkAxis(domain)).svg,
    rows: ordered.map((record, index) =>
      rowOf(record, { records: ordered, sparks: sparks[index]!, domain, reported, index }),
    ),
  })
}

interface RowSetting {
  readonly records: readonly DecisionRecord[]
  readonly sparks: readonly Spark[]
  readonly domain: readonly [number, number]
  readonly reported: ReadonlySet<string>
  readonly index: number
}

function rowOf(
  record: DecisionRecord,
  { records, sparks, domain, reported, index }: RowSetting,
): IndexRow {
  const { id, layer, title, verdict, date, injected } = record
  const newer = supersededBy(record, records)
  const targets = record.workloads.filter(({ role }) => role === 'target')
  const changes = targets.map((workload) => ({ id: workload.id, text: resultText(workload) }))
  const description = changes.map(({ id: workload, text }) => `${workload}: ${text}`).join('; ')
  return {
    number: numberOf(id),
    layer,
    title,
    mark: verdictMark(verdict),
    note: [
      ...(record.equivalence.kind === 'different' ? ['not equivalent'] : []),
      ...(injected === undefined ? [] : ['control with an injected effect']),
      ...(newer === undefined ? [] : [`superseded by ${numberOf(newer.id)}`]),
    ].join(', '),
    changes,
    spark:
      sparks.length === 0
        ? ''
        : drawChart(`s${index + 1}`, drawSparks(sparks, domain, description)).svg,
    date,
    report: reported.has(id) ? `${encodeURIComponent(id)}.html` : '',
    decision: `../decisions/${encodeURIComponent(id)}.md`,
  }
}

function sparksOf({ workloads }: DecisionRecord): Spark[] {
  return workloads.flatMap((workload) => {
    const { id, role, improvement, verdict, budget } = workload
    if (role !== 'target' || improvement === undefined || budget !== undefined) return []
    return [
      {
        label: `${id}: ${resultText(workload)}`,
        verdict,
        estimate: improvement.estimate,
        interval: improvement.ci95,
      },
    ]
  })
}

function resultText({ improvement, budget }: WorkloadRecord): string {
  if (budget !== undefined) return `${budget.counter} ${formatCounter(budget.counter, budget.mean)}`
  if (improvement === undefined) return 'no statistics'
  return changeText(improvement.estimate, improvement.ci95)
}

/** The axis always includes zero. */
function sharedDomain(sparks: readonly Spark[]): [number, number] {
  const values = sparks.flatMap(({ estimate, interval }) => [estimate, ...(interval ?? [])])
  const [low, high] = paddedRange([0, ...values])
  return [Math.max(AXIS_ENDS.low, low), Math.min(AXIS_ENDS.high, high)]
}
