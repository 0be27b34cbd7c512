import { EXIT, type ExitCode } from '../errors.js'
import { evaluate } from '../evaluation/evaluate.js'
import { type EvaluateCommand, planEvaluation } from '../evaluation/plan.js'
import { layerOfId, unfinishedIds } from '../evidence/evidence-store.js'
import { Interrupted, type Io } from '../io.js'
import { type DecisionRecord, recordText } from '../record/decision-record.js'
import { readRecords } from '../record/record-store.js'
import type { CommandContext } from './command.js'
import { outWords } from './output.js'
import { calibrateIfDue, evaluationRequest, printEvaluation } from './print-evaluation.js'

/**
 * `assay evaluate <layer>`: evaluates one layer and prints the result.
 *
 * @returns 0 accepted or rejected · 1 `--require accepted` unmet · 3 inconclusive · 4 not
 * equivalent
 */
export async function evaluateLayer(
  command: EvaluateCommand,
  { io, packageVersion, suiteOf }: CommandContext,
): Promise<ExitCode> {
  const loaded = await suiteOf(command.suite)
  const planned = planEvaluation(command, loaded, readRecords(command.root), packageVersion)
  try {
    await calibrateIfDue({ command, planned, packageVersion, io })
    const evaluation = await evaluate(evaluationRequest({ command, planned, loaded, io }))
    printEvaluation(evaluation, command, io)
    if (command.json) io.stdout(recordText(evaluation.record))
    return exitCodeOf(evaluation.record, command.requireAccepted)
  } catch (error) {
    if (error instanceof Interrupted) io.stderr(continueHint(command, io))
    throw error
  }
}

/** The exit code with which the command of a record ends. */
export function exitCodeOf(
  { verdict, equivalence, tampering }: DecisionRecord,
  requireAccepted: boolean,
): ExitCode {
  if (equivalence.kind === 'different') return EXIT.notEquivalent
  if (tampering !== undefined) return EXIT.invalid
  if (requireAccepted && verdict !== 'accepted') return EXIT.failed
  return verdict === 'inconclusive' ? EXIT.inconclusive : EXIT.done
}

/** How an interrupted evaluation is continued, as a line. */
export function continueHint({ root, layer, text }: EvaluateCommand, io: Io): string {
  const isUnfinished = unfinishedIds(root).some((id) => layerOfId(id) === layer)
  return isUnfinished
    ? `continue with: ${text} --resume${outWords(root, io)}\n`
    : 'nothing was measured yet; nothing is kept\n'
}
