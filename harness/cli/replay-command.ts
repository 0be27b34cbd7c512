import type { CliCommand } from './command.js'
import { exitCodes } from './exit-codes.js'
import { finishInterrupted } from './finish-publication.js'
import {
  type ChosenRecords,
  declareRecords,
  parseRecords,
  type RecordOptions,
} from './records-argument.js'

interface ReplayOptions extends RecordOptions {
  readonly rewrite?: boolean
}

interface ReplayCommand extends ChosenRecords {
  readonly rewrite?: boolean
}

const HELP = `
Examples:
  assay replay 0001                   derive one record again from its runs, and compare it byte by byte
  assay replay --all                  audit every record and the index
  assay replay --all --rewrite        bring records of an older version to the format of this one

${exitCodes({
  0: 'every record is what its evidence gives',
  5: 'a record, a report or the index differs, or evidence was changed; the message names the file',
})}`

/** `assay replay <record>` · `assay replay --all`. */
export const replayCommand: CliCommand<ReplayOptions, ReplayCommand> = {
  name: 'replay',
  summary: 'derive a record again from its stored runs; any difference is an error (exit 5)',
  declare(command) {
    declareRecords(command, 'all records, and their index')
      .option(
        '--rewrite',
        'write the records in the format of this version; refused if a verdict, reason or figure would change',
      )
      .addHelpText('after', HELP)
  },
  parse: ([record], options, { cwd }) => ({ ...options, ...parseRecords(record, options, cwd) }),
  async run({ root, name, rewrite }, { io }) {
    await finishInterrupted(root, io)
    if (rewrite !== true) io.endOnSignal()
    const { replayRecords, rewriteFromEvidence } = await import('./replay-records.js')
    return rewrite ? rewriteFromEvidence(root, name, io) : replayRecords(root, name, io)
  },
}
