import { join, relative } from 'node:path'
import { EXIT, type ExitCode } from '../errors.js'
import { reportsOf } from '../evidence/store.js'
import type { Io } from '../io.js'
import { readRecords } from '../record/store.js'
import { chosenRecords } from './replay.js'

/**
 * `assay report <record>` · `assay report --all`: writes reports again from records and their
 * evidence, and the index of all.
 *
 * @param root evidence root, absolute
 * @param name id or number of a record; undefined: all of them
 * @throws {InputError} no such record
 * @throws {InvalidEvidenceError} the evidence is missing, or is not what the record was made from
 */
export async function reportCommand(
  root: string,
  name: string | undefined,
  io: Io,
): Promise<ExitCode> {
  const ids = chosenRecords(root, name, readRecords(root)).map(({ id }) => id)
  // Loaded here, so that no other command waits for the library that draws plots.
  const { writeReports } = await import('../report/report-files.js')
  writeReports(root, ids)
  const shown = relative(io.cwd, reportsOf(root))
  const folder = shown.startsWith('..') ? reportsOf(root) : shown
  for (const file of [...ids.map((id) => `${id}.html`), 'index.html'])
    io.stdout(`written: ${join(folder, file)}\n`)
  return EXIT.done
}
