import { EXIT, type ExitCode } from '../errors.js'
import { evaluate } from '../evaluation/evaluate.js'
import type { EvaluateCommand } from '../evaluation/plan.js'
import { planEvaluation } from '../evaluation/plan.js'
import { unfinishedIds } from '../evidence/store.js'
import { Interrupted, type Io } from '../io.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { type DecisionRecord, recordText } from '../record/decision-record.js'
import { readRecords } from '../record/store.js'
import { outOption, tellEvaluation } from './tell-evaluation.js'

/**
 * `assay evaluate <layer>`: the evaluation, told to a terminal.
 *
 * @returns 0 accepted or rejected · 1 `--require accepted` unmet · 3 inconclusive · 4 not
 * equivalent
 */
export async function evaluateCommand(
  command: EvaluateCommand,
  loaded: LoadedSuite,
  packageVersion: string,
  io: Io,
): Promise<ExitCode> {
  const planned = planEvaluation(command, loaded, readRecords(command.root), packageVersion)
  try {
    const record = await tellEvaluation({ command, planned, loaded, io, run: evaluate })
    if (command.json) io.stdout(recordText(record))
    return exitCodeOf(record, command.requireAccepted)
  } catch (error) {
    if (error instanceof Interrupted) io.stderr(continueHint(command, io))
    throw error
  }
}

/** What a record ends a command with. */
export function exitCodeOf(
  { verdict, equivalence }: DecisionRecord,
  requireAccepted: boolean,
): ExitCode {
  if (equivalence.kind === 'different') return EXIT.notEquivalent
  if (requireAccepted && verdict !== 'accepted') return EXIT.failed
  return verdict === 'inconclusive' ? EXIT.inconclusive : EXIT.done
}

function continueHint(command: EvaluateCommand, io: Io): string {
  const kept = unfinishedIds(command.root).some(
    (id) => id.slice(id.indexOf('-') + 1) === command.layer,
  )
  return kept
    ? `continue with: ${command.text} --resume${outOption(command, io)}\n`
    : 'nothing was measured yet; nothing is kept\n'
}
