import { AssayError, EXIT, type ExitCode, InputError } from '../errors.js'
import { evaluateLocked } from '../evaluation/evaluate.js'
import { evaluateAll } from '../evaluation/evaluate-all.js'
import type { EvaluateCommand } from '../evaluation/plan.js'
import { planEvaluation } from '../evaluation/plan.js'
import { measuredCode } from '../evaluation/plan-draft.js'
import { goalOf, planSummary } from '../evaluation/plan-summary.js'
import { readJournal } from '../evaluation/sequence-journal.js'
import { SEQUENCE_ID } from '../evidence/sequence-evidence.js'
import { Interrupted, type Io } from '../io.js'
import { readEnvironment } from '../measurement/environment.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { type DecisionRecord, recordText } from '../record/decision-record.js'
import { sequenceRows, sequenceSentences } from '../record/sequence-text.js'
import { readRecords } from '../record/store.js'
import { table } from '../text/table.js'
import { exitCodeOf } from './evaluate.js'
import { type EvaluateOptions, parseEvaluate } from './evaluate-options.js'
import { outOption, sayer, tellEvaluation } from './tell-evaluation.js'

/** An `evaluate all` command: the summary's own, and how each layer's is said. */
export interface SequenceCommand {
  readonly summary: EvaluateCommand
  /** @param incumbent said where it is not what every evaluation would take */
  layer(id: string, incumbent: readonly string[] | undefined): EvaluateCommand
}

/** What says something about one layer and nothing about all. */
const REFUSED: Readonly<Partial<Record<keyof EvaluateOptions, string>>> = {
  incumbent:
    '--incumbent: a sequence builds the incumbent from the layers it accepts; leave it out',
  inject: '--inject: a control tests the method on one layer; evaluate that one',
  threshold:
    '--threshold: each layer has a criterion of its own, and all together the goal of the suite; leave it out',
}

/** @throws {InputError} an option's value cannot be used, or it says nothing about all layers */
export function parseSequence(options: EvaluateOptions, cwd: string): SequenceCommand {
  for (const [option, problem] of Object.entries(REFUSED))
    if (options[option as keyof EvaluateOptions] !== undefined)
      throw new InputError(`${problem} with evaluate all`)
  return {
    summary: parseEvaluate(SEQUENCE_ID, options, cwd),
    layer: (id, incumbent) =>
      parseEvaluate(
        id,
        {
          ...options,
          ...(incumbent && { incumbent: incumbent.join(',') || 'none' }),
          resume: false,
        },
        cwd,
      ),
  }
}

/**
 * `assay evaluate all`: every layer in order and their summary, told to a terminal.
 *
 * @returns 0 done · 1 `--require accepted` unmet by the summary · 3 the summary is inconclusive · 4
 * a layer, or all accepted together, is not equivalent
 */
export async function evaluateAllCommand(
  command: SequenceCommand,
  loaded: LoadedSuite,
  packageVersion: string,
  io: Io,
): Promise<ExitCode> {
  const { summary: own } = command
  const { suite } = loaded
  refuseEarly(command, loaded, packageVersion)
  const say = sayer(own, io)
  const records = () => readRecords(own.root)
  try {
    const record = await evaluateAll({
      suite,
      root: own.root,
      resume: own.resume,
      identity: {
        command: own.text,
        packageVersion,
        ...measuredCode(loaded),
        environment: readEnvironment([]),
      },
      io,
      evaluateLayer: (id, incumbent, { resume, onClaim }) => {
        const at = suite.layers.findIndex((layer) => layer.id === id)
        say(`\nlayer ${at + 1} of ${suite.layers.length}`)
        const isFirst = suite.layers.slice(0, at).every(({ standalone }) => standalone === true)
        const given = isFirst || suite.layers[at]?.standalone === true ? undefined : incumbent
        const layerCommand = { ...command.layer(id, given), resume }
        const planned = planEvaluation(layerCommand, loaded, records(), packageVersion)
        return tellEvaluation({
          command: layerCommand,
          planned,
          loaded,
          io,
          run: evaluateLocked,
          onClaim,
        })
      },
      evaluateSummary: (sequence, { resume, onClaim }) => {
        say('\nall accepted layers, measured afresh')
        const summaryCommand = { ...own, resume }
        const planned = planSummary(summaryCommand, { loaded, sequence }, records(), packageVersion)
        return tellEvaluation({
          command: summaryCommand,
          planned,
          sequence,
          loaded,
          io,
          run: evaluateLocked,
          onClaim,
        })
      },
      onKept: ({ id, verdict }) => say(`${id} was finished before: ${verdict}`),
      onGivenUp: () =>
        io.stderr('a sequence that was interrupted here is given up; its records stay\n'),
    })
    tellSequence(record, say)
    if (own.json) io.stdout(recordText(record))
    return finalExit(record, own.requireAccepted)
  } catch (error) {
    if (error instanceof AssayError) io.stderr(continueHint(own, error, io))
    throw error
  }
}

/** What is wrong with one of the layers is said before the first is measured. */
function refuseEarly(command: SequenceCommand, loaded: LoadedSuite, packageVersion: string): void {
  goalOf(loaded.suite)
  for (const { id } of loaded.suite.layers)
    planEvaluation(command.layer(id, undefined), loaded, [], packageVersion)
}

function tellSequence(record: DecisionRecord, say: (line: string) => void): void {
  const { head, rows } = sequenceRows(record)
  say(`\nthe sequence\n${table([head, ...rows]).trimEnd()}`)
  for (const sentence of sequenceSentences(record)) say(sentence)
}

/**
 * A layer that is not equivalent is left out and the others go on; that it was so wins over
 * everything else.
 */
function finalExit(record: DecisionRecord, requireAccepted: boolean): ExitCode {
  const isDifferent = record.sequence?.steps.some(({ equivalent }) => equivalent === false) === true
  return isDifferent ? EXIT.notEquivalent : exitCodeOf(record, requireAccepted)
}

function continueHint(command: EvaluateCommand, error: AssayError, io: Io): string {
  if (error instanceof InputError) return ''
  if (readJournal(command.root) !== undefined)
    return `finished layers are kept; continue with: ${command.text} --resume${outOption(command, io)}\n`
  return error instanceof Interrupted ? 'nothing was measured yet; nothing is kept\n' : ''
}
