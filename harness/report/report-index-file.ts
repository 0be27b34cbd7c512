import { join } from 'node:path'
import { reportsOf } from '../evidence/evidence-store.js'
import type { OwnFile } from '../system/own-file.js'

/** Name of the index of all reports. */
export const REPORT_INDEX = 'index.html'
/** Part of a sentence in the template of the index. */
const MARK = 'optimization layers, oldest first'

/** The index of all reports, which is written again with every report. */
export function reportIndexFile(root: string): OwnFile {
  return { path: join(reportsOf(root), REPORT_INDEX), mark: MARK }
}
