import { escapeName } from '../text/escape-markdown.js'
import { type CampaignRow, campaignRow, campaignStates } from './campaign-text.js'
import { targetResults } from './change-text.js'
import { listedVerdict } from './outcome-word.js'
import type { DecisionRecord } from './record-schema.js'
import { numberOf, standingRecords, supersededRecords } from './supersession.js'
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
    /** The records it supersedes, folded; '' if there are none. */
    readonly earlier: string
  }[]
  /** Cells of the table of campaigns. */
  readonly campaigns: readonly CampaignRow[]
  readonly unfinished: readonly string[]
}

/** A sentence of every index of decisions. */
export const INDEX_MARK = 'Generated from the records in this folder; do not edit.'

const template = markdownTemplate<IndexModel>('index')

/**
 * `decisions/README.md`: one row per record, in order of their numbers; superseded ones are folded
 * in the row of their successor.
 *
 * @param unfinished ids of evidence folders without a decision
 */
export function renderIndex(
  records: readonly DecisionRecord[],
  unfinished: readonly string[],
): string {
  return template({
    rows: standingRecords(records).map((record) => ({
      number: numberOf(record.id),
      id: record.id,
      layer: escapeName(record.layer),
      title: escapeName(record.title),
      verdict: listedVerdict(record),
      improvement: resultCell(record),
      date: record.date,
      earlier: earlierCell(record, records),
    })),
    campaigns: campaignStates(records).map(campaignRow),
    unfinished: [...unfinished].sort(),
  })
}

function resultCell(record: DecisionRecord): string {
  if (record.equivalence.kind === 'different') return 'not equivalent'
  if (record.tampering !== undefined) return `tampered: ${record.tampering.class}`
  return targetResults(record, escapeName).join('<br>') || '—'
}

/** The records it supersedes, the newest first, behind a summary that opens them. */
function earlierCell(record: DecisionRecord, records: readonly DecisionRecord[]): string {
  const earlier = supersededRecords(record, records)
  if (earlier.length === 0) return ''
  const lines = earlier.map(
    (one) =>
      `[${numberOf(one.id)}](${one.id}.md) ${listedVerdict(one)}, ${one.date}: ${resultCell(one)}`,
  )
  return `<details><summary>${earlier.length} earlier</summary>${lines.join('<br>')}</details>`
}
