import {
  beginPublication,
  endPublication,
  pendingPublication,
  recordIds,
} from '../evidence/evidence-store.js'
import { writeLedger } from '../record/campaign-store.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { publishRecord, readRecord, readRecords } from '../record/record-store.js'
import { writeBottlenecks } from './bottlenecks-page.js'
import { refreshReports, writeReports } from './report-files.js'

/**
 * Publishes a record with its report: JSON, markdown, the pages of records it supersedes, both
 * indexes. A mark in the evidence root says that it is not complete yet; whatever ends this
 * process, `finishPublication` does the rest.
 */
export function publish(root: string, record: DecisionRecord): void {
  beginPublication(root, record.id)
  publishRecord(root, record)
  complete(root, record)
}

/**
 * Finishes a publication that was cut off. To be called under the lock of the evidence root.
 *
 * @returns the id of its record; undefined if there was none, or its evaluation is to be resumed
 */
export function finishPublication(root: string): string | undefined {
  const id = pendingPublication(root)
  if (id === undefined) return undefined
  if (!recordIds(root).includes(id)) {
    endPublication(root)
    return undefined
  }
  const record = readRecord(root, id)
  publishRecord(root, record)
  complete(root, record)
  return id
}

/**
 * The report, and those of earlier records of the layer again: they may be superseded now. After a
 * summary, also the page of bottlenecks; after a round of a campaign, its ledger.
 */
function complete(root: string, { id, layer, sequence, campaign }: DecisionRecord): void {
  if (campaign !== undefined) writeLedger(root, campaign.name)
  if (sequence !== undefined) writeBottlenecks(root, readRecords(root))
  writeReports(root, [id])
  const older = readRecords(root).filter((one) => one.layer === layer && one.id !== id)
  refreshReports(
    root,
    older.map((one) => one.id),
  )
  endPublication(root)
}
