import { join } from 'node:path'
import { EXIT } from '../errors.js'
import type { CliCommand } from './command.js'
import { exitCodes } from './exit-codes.js'
import { finishInterrupted } from './finish-publication.js'
import { shownPath } from './output.js'
import {
  type ChosenRecords,
  declareRecords,
  parseRecords,
  type RecordOptions,
} from './records-argument.js'

const HELP = `
Examples:
  assay report 0002                   write reports/0002-<layer>.html again
  assay report --all                  write every report and reports/index.html again

${exitCodes({ 0: 'the reports are written', 5: 'evidence is missing, or a record does not follow from it' })}`

/** `assay report <record>` · `assay report --all`. */
export const reportCommand: CliCommand<RecordOptions, ChosenRecords> = {
  name: 'report',
  summary:
    'write the HTML report of a record again from its evidence, and the index of all reports',
  declare(command) {
    declareRecords(command, 'all records').addHelpText('after', HELP)
  },
  parse: ([record], options, { cwd }) => parseRecords(record, options, cwd),
  async run({ root, name }, { io }) {
    await finishInterrupted(root, io)
    const [{ rewriteReports }, { readRecords }, { reportsOf }, { chosenRecords }] =
      await Promise.all([
        import('../report/report-files.js'),
        import('../record/record-store.js'),
        import('../evidence/evidence-store.js'),
        import('./replay-records.js'),
      ])
    const ids = chosenRecords(root, name, readRecords(root)).map(({ id }) => id)
    rewriteReports(root, ids)
    for (const file of [...ids.map((id) => `${id}.html`), 'index.html'])
      io.stdout(`written: ${join(shownPath(reportsOf(root), io), file)}\n`)
    return EXIT.done
  },
}
