import { join } from 'node:path'
import { InvalidEvidenceError } from '../errors.js'
import { reportsOf } from '../evidence/evidence-store.js'
import type { DecisionRecord } from '../record/record-schema.js'
import { readRecords } from '../record/record-store.js'
import { makeDirectory, namesIfThere, readIfThere, writeWhole } from '../system/files.js'
import { writeOwn } from '../system/own-file.js'
import { refreshBottlenecks } from './bottlenecks-page.js'
import { renderDecisionPlot } from './decision-plot.js'
import { renderReport } from './report-html.js'
import { renderReportIndex } from './report-index.js'
import { REPORT_INDEX, reportIndexFile } from './report-index-file.js'
import { readReportSource } from './report-source.js'

/**
 * Writes the reports of some records like `writeReports`; with a summary, also the page of
 * bottlenecks, if it comes from a record.
 *
 * @param chosen ids
 * @throws {InvalidEvidenceError, InputError} as `writeReports`
 */
export function rewriteReports(root: string, chosen: readonly string[]): void {
  const records = readRecords(root)
  writePages(root, chosen, records)
  if (records.some(({ id, sequence }) => sequence !== undefined && chosen.includes(id)))
    refreshBottlenecks(root, records)
}

/**
 * Writes the reports of some records, and the index of all. Each file depends only on records and
 * evidence, so writing it again changes nothing.
 *
 * @param chosen ids
 * @throws {InvalidEvidenceError} the evidence of one record is missing or was changed, or the disk
 * is full
 * @throws {InputError} the folder cannot be written
 */
export function writeReports(root: string, chosen: readonly string[]): void {
  writePages(root, chosen, readRecords(root))
}

function writePages(
  root: string,
  chosen: readonly string[],
  records: readonly DecisionRecord[],
): void {
  makeDirectory(reportsOf(root))
  for (const record of records.filter(({ id }) => chosen.includes(id)))
    for (const [name, text] of renderReportFiles(root, record, records))
      writeWhole(join(reportsOf(root), name), text)
  writeOwn(reportIndexFile(root), renderReportIndex(records, reportedIds(root)))
}

/**
 * Writes existing reports again. A report with damaged evidence stays as it is; `replay` reports
 * the damage.
 */
export function refreshReports(root: string, ids: readonly string[]): void {
  const reported = reportedIds(root)
  for (const id of ids.filter((one) => reported.has(one))) {
    try {
      writeReports(root, [id])
    } catch (error) {
      if (!(error instanceof InvalidEvidenceError)) throw error
    }
  }
}

/** A file that differs from the one made again from its record and evidence. */
export interface StaleFile {
  readonly path: string
  readonly found: string
  readonly derived: string
}

/**
 * Compares the report of a record with the one made again from the record and its evidence.
 *
 * @returns the first file that differs; `same`; or `absent`
 */
export function checkReport(
  root: string,
  record: DecisionRecord,
  records: readonly DecisionRecord[],
): StaleFile | 'same' | 'absent' {
  const found = (name: string) => readIfThere(join(reportsOf(root), name))
  if (found(`${record.id}.html`) === undefined) return 'absent'
  for (const [name, derived] of renderReportFiles(root, record, records)) {
    const text = found(name)
    if (text !== derived) return { path: join(reportsOf(root), name), found: text ?? '', derived }
  }
  return 'same'
}

/** Compares the index with the one made again from the records, like `checkReport`. */
export function checkReportIndex(
  root: string,
  records: readonly DecisionRecord[],
): StaleFile | 'same' | 'absent' {
  const { path } = reportIndexFile(root)
  const found = readIfThere(path)
  if (found === undefined) return 'absent'
  const derived = renderReportIndex(records, reportedIds(root))
  return found === derived ? 'same' : { path, found, derived }
}

/** Ids of the records that have a report. */
export function reportedIds(root: string): ReadonlySet<string> {
  const names = namesIfThere(reportsOf(root))
  return new Set(
    names.flatMap((name) =>
      name.endsWith('.html') && name !== REPORT_INDEX ? [name.slice(0, -'.html'.length)] : [],
    ),
  )
}

function renderReportFiles(
  root: string,
  record: DecisionRecord,
  records: readonly DecisionRecord[],
): [string, string][] {
  const plot = renderDecisionPlot(record)
  const page = renderReport(readReportSource(root, record, records))
  return [
    ...(plot === undefined ? [] : [[`${record.id}.svg`, plot] as [string, string]]),
    [`${record.id}.html`, page],
  ]
}
