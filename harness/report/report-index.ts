import { type CampaignRow, campaignRow, campaignStates } from '../record/campaign-text.js'
import { resultText } from '../record/change-text.js'
import { decidingInterval } from '../record/deciding-interval.js'
import type { DecisionRecord } from '../record/record-schema.js'
import {
  awaitsConfirmation,
  numberOf,
  standingRecords,
  supersededRecords,
} from '../record/supersession.js'
import { paddedRange } from './charts/axes.js'
import { drawChart } from './charts/chart.js'
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
  /** Remarks on the verdict: not equivalent, a control. */
  readonly note: string
  readonly changes: readonly { readonly id: string; readonly text: string }[]
  readonly spark: Html | ''
  readonly date: string
  /** '' if there is none. */
  readonly report: string
  readonly decision: string
  /** The records it supersedes, the newest first. */
  readonly earlier: readonly EarlierRow[]
}

/** A superseded record, folded in the row of its successor. */
type EarlierRow = Pick<
  IndexRow,
  'number' | 'mark' | 'note' | 'changes' | 'date' | 'report' | 'decision'
>

interface IndexModel {
  readonly rows: readonly IndexRow[]
  readonly campaigns: readonly CampaignRow[]
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
 * `reports/index.html`: one row per decision, with all intervals on the same axis. Superseded
 * decisions are folded in the row of their successor.
 *
 * @param reported ids of the records that have a report
 */
export function renderReportIndex(
  records: readonly DecisionRecord[],
  reported: ReadonlySet<string>,
): string {
  const all = records.map(visibleValues)
  const ordered = standingRecords(all)
  const sparks = ordered.map(sparksOf)
  const domain = sharedDomain(sparks.flat())
  return template({
    campaigns: campaignStates(all).map(campaignRow),
    axis: sparks.flat().length === 0 ? '' : drawChart('axis', drawSparkAxis(domain)).svg,
    rows: ordered.map((record, index) =>
      rowOf(record, { records: all, sparks: sparks[index]!, domain, reported, index }),
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
  const common = earlierRow(record, reported)
  const description = common.changes.map(({ id, text }) => `${id}: ${text}`).join('; ')
  return {
    ...common,
    layer: record.layer,
    title: record.title,
    spark:
      sparks.length === 0
        ? ''
        : drawChart(`s${index + 1}`, drawSparks(sparks, domain, description)).svg,
    earlier: supersededRecords(record, records).map((one) => earlierRow(one, reported)),
  }
}

function earlierRow(record: DecisionRecord, reported: ReadonlySet<string>): EarlierRow {
  const { id, verdict, date, injected, tampering } = record
  const targets = record.workloads.filter(({ role }) => role === 'target')
  return {
    number: numberOf(id),
    mark: verdictMark(verdict),
    note: [
      ...(record.equivalence.kind === 'different' ? ['not equivalent'] : []),
      ...(tampering === undefined ? [] : [`tampered: ${tampering.class}`]),
      ...(injected === undefined ? [] : ['control with an injected effect']),
      ...roundNote(record),
    ].join(', '),
    changes: targets.map((workload) => ({ id: workload.id, text: resultText(workload, record) })),
    date,
    report: reported.has(id) ? `${encodeURIComponent(id)}.html` : '',
    decision: `../decisions/${encodeURIComponent(id)}.md`,
  }
}

/** The round of a campaign that a record is. */
function roundNote(record: DecisionRecord): string[] {
  const { campaign } = record
  if (campaign === undefined) return []
  const passed = awaitsConfirmation(record) ? ', passed' : ''
  return [`${campaign.round} of candidate ${campaign.candidate} of ${campaign.name}${passed}`]
}

function sparksOf(record: DecisionRecord): Spark[] {
  return record.workloads.flatMap((workload) => {
    const { id, role, improvement, verdict, budget } = workload
    if (role !== 'target' || improvement === undefined || budget !== undefined) return []
    return [
      {
        label: `${id}: ${resultText(workload, record)}`,
        verdict,
        estimate: improvement.estimate,
        interval: decidingInterval(workload, record),
      },
    ]
  })
}

/** The axis always includes zero. */
function sharedDomain(sparks: readonly Spark[]): [number, number] {
  const values = sparks.flatMap(({ estimate, interval }) => [estimate, ...(interval ?? [])])
  const [low, high] = paddedRange([0, ...values])
  return [Math.max(AXIS_ENDS.low, low), Math.min(AXIS_ENDS.high, high)]
}
