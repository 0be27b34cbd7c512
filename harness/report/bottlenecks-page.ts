import { join } from 'node:path'
import { BOTTLENECKS } from '../evidence/bottlenecks-file.js'
import { evidenceOf, readEvidence } from '../evidence/evidence-store.js'
import { BOTTLENECKS_MARK, bottlenecksMarkdown } from '../profile/figures/bottlenecks-markdown.js'
import type { DecisionRecord } from '../record/record-schema.js'
import { readIfThere } from '../system/files.js'
import { type OwnFile, writeOwn } from '../system/own-file.js'
import { sealText } from '../system/sealed-text.js'
import { readProfiles } from './profile-source.js'
import type { StaleFile } from './report-files.js'

/** Names the record that a page is derived from. A page that a command profiled has none. */
const SOURCE = /^Derived from the record \[([^\]]+)\]/m

/** The page, which is written in place of an older one of ours. */
export function bottlenecksFile(root: string): OwnFile {
  return { path: join(evidenceOf(root), BOTTLENECKS), mark: BOTTLENECKS_MARK }
}

/**
 * Writes the page anew from the newest summary with profiles, after such a summary was made or is
 * reported again. Without one, nothing is written.
 *
 * @throws {InputError} a file that we did not write is in its place
 * @throws {InvalidEvidenceError} the evidence of the summary is damaged
 */
export function writeBottlenecks(root: string, records: readonly DecisionRecord[]): void {
  const page = derivedPage(root, records)
  if (page !== undefined) writeOwn(bottlenecksFile(root), page)
}

/**
 * Writes the page anew like `writeBottlenecks`, unless it was made by profiling and not from a
 * record.
 */
export function refreshBottlenecks(root: string, records: readonly DecisionRecord[]): void {
  const found = readIfThere(bottlenecksFile(root).path)
  if (found === undefined || SOURCE.test(found)) writeBottlenecks(root, records)
}

/**
 * Compares the page with the one made again from the newest summary with profiles.
 *
 * @returns `absent` if there is no page; `profiled` if it is not derived from a record
 * @throws {InvalidEvidenceError} the evidence of the summary is damaged
 */
export function checkBottlenecks(
  root: string,
  records: readonly DecisionRecord[],
): StaleFile | 'same' | 'absent' | 'profiled' {
  const { path } = bottlenecksFile(root)
  const found = readIfThere(path)
  if (found === undefined) return 'absent'
  if (!SOURCE.test(found)) return 'profiled'
  const derived = derivedPage(root, records) ?? ''
  return found === derived ? 'same' : { path, found, derived }
}

function derivedPage(root: string, records: readonly DecisionRecord[]): string | undefined {
  const summaries = records.filter(({ sequence }) => sequence !== undefined)
  for (const summary of summaries.sort((a, b) => (a.id < b.id ? 1 : -1))) {
    const profiles = readProfiles(root, summary)
    if (profiles.length === 0) continue
    const { environment } = readEvidence(root, summary.id)
    const hotspots = profiles.map((profile) => profile.hotspots)
    return sealText(bottlenecksMarkdown(hotspots, environment, { record: summary.id }))
  }
  return undefined
}
