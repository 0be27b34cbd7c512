import { AssayError, EXIT, type ExitCode, InputError } from '../errors.js'
import { evaluateLocked } from '../evaluation/evaluate.js'
import { type EvaluateCommand, planEvaluation } from '../evaluation/plan.js'
import { measuredCode, type PlanDraft } from '../evaluation/plan-draft.js'
import { goalOf, planSummary } from '../evaluation/plan-summary.js'
import { type LeaveOut, planWithout } from '../evaluation/plan-without.js'
import { runCandidateLocked } from '../evaluation/run-campaign.js'
import { runSequence, type Turn } from '../evaluation/run-sequence.js'
import { readJournal } from '../evaluation/sequence-journal.js'
import type { Sequence } from '../evidence/sequence-evidence.js'
import { withoutId } from '../evidence/sequence-id.js'
import { Interrupted, type Io } from '../io.js'
import { readEnvironment } from '../measurement/environment.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { ledgerLine } from '../record/campaign-text.js'
import { type DecisionRecord, recordText } from '../record/decision-record.js'
import { readRecords } from '../record/record-store.js'
import { leftOutRows, sequenceRows, sequenceSentences } from '../record/sequence-text.js'
import { settledRecord } from '../record/supersession.js'
import { bottlenecksFile } from '../report/bottlenecks-page.js'
import { refuseForeign } from '../system/own-file.js'
import { terminalTable } from '../text/table.js'
import type { CommandContext } from './command.js'
import { type CandidateCommand, candidateRequest, isCandidate } from './evaluate-candidate.js'
import { exitCodeOf } from './evaluate-layer.js'
import { linePrinter, outWords } from './output.js'
import { calibrateIfDue, evaluationRequest, printEvaluation } from './print-evaluation.js'

/** `evaluate all`: the command of the summary, and that of each layer. */
export interface SequenceCommand {
  readonly summary: EvaluateCommand
  /** Whether layers with a record that settles them are not evaluated again. */
  readonly standing: boolean
  /** Whether to measure what each accepted layer is worth last. */
  readonly leaveOneOut: boolean
  /** @param incumbent if undefined, the default incumbent of an evaluation of the layer */
  layer(id: string, incumbent: readonly string[] | undefined): EvaluateCommand
}

/** A running sequence: its command, and the input of its evaluations. */
interface Session {
  readonly command: SequenceCommand
  readonly loaded: LoadedSuite
  readonly packageVersion: string
  readonly io: Io
  readonly printLine: (line: string) => void
}

/**
 * `assay evaluate all`: evaluates every layer in order and then their summary, and prints the
 * results.
 *
 * @returns 0 done · 1 `--require accepted` unmet by the summary · 3 the summary is inconclusive · 4
 * a layer, or all accepted together, is not equivalent
 */
export async function evaluateSequence(
  command: SequenceCommand,
  { io, packageVersion, suiteOf }: CommandContext,
): Promise<ExitCode> {
  const { summary } = command
  const { root, resume, json, text } = summary
  const loaded = await suiteOf(summary.suite)
  const { suite } = loaded
  const printLine = linePrinter(json, io)
  const session = { command, loaded, packageVersion, io, printLine }
  const plans = planLayers(session)
  refuseForeign(bottlenecksFile(root))
  try {
    await calibrateMetrics(session, plans)
    const record = await runSequence({
      suite,
      root,
      resume,
      identity: {
        command: text,
        packageVersion,
        ...measuredCode(loaded, root),
        environment: readEnvironment([]),
      },
      io,
      evaluateLayer: (id, incumbent, turn) => evaluateOne(session, id, incumbent, turn),
      settled: (id, incumbent) => settledBefore(session, id, incumbent),
      leaveOneOut: command.leaveOneOut,
      evaluateWithout: (comparison, turn) => evaluateWithout(session, comparison, turn),
      evaluateSummary: (sequence, turn) => evaluateSummary(session, sequence, turn),
      onFinishedBefore: ({ id, verdict }) => printLine(`${id} was finished before: ${verdict}`),
      onDiscarded: () =>
        io.stderr('a sequence that was interrupted here is discarded; its records are kept\n'),
    })
    printSequence(record, readRecords(root), printLine)
    if (json) io.stdout(recordText(record))
    return sequenceExitCode(record, summary.requireAccepted)
  } catch (error) {
    if (error instanceof AssayError) io.stderr(continueHint(summary, error, io))
    throw error
  }
}

/** A short calibration for each metric of the layers, if this host has none. */
async function calibrateMetrics(
  { command, packageVersion, io }: Session,
  plans: readonly PlanDraft[],
): Promise<void> {
  for (const metric of new Set(plans.map((plan) => plan.metric))) {
    const planned = plans.find((plan) => plan.metric === metric)!
    const layerCommand = command.layer(planned.layer, undefined)
    const { resume } = command.summary
    await calibrateIfDue({
      command: { ...layerCommand, resume },
      planned,
      packageVersion,
      io,
    })
  }
}

/**
 * Plans all layers before the first one is measured.
 *
 * @throws {InputError} a layer cannot be planned, or the suite has no goal
 */
function planLayers({ command, loaded, packageVersion }: Session): PlanDraft[] {
  goalOf(loaded.suite)
  return loaded.suite.layers.map(({ id }) =>
    planEvaluation(command.layer(id, undefined), loaded, [], packageVersion),
  )
}

/** With `--standing`, the record that settles a layer. */
function settledBefore(
  { command: { standing, summary }, loaded: { suite }, printLine }: Session,
  id: string,
  below: readonly string[],
): DecisionRecord | undefined {
  if (!standing) return undefined
  const layer = suite.layers.find((one) => one.id === id)!
  const where = { suite: suite.name, scale: summary.scale, below }
  const record = settledRecord(layer, where, readRecords(summary.root))
  if (record !== undefined) printLine(`${id}: ${record.id} stands: ${record.verdict}`)
  return record
}

function evaluateOne(
  session: Session,
  id: string,
  incumbent: readonly string[],
  turn: Turn,
): Promise<DecisionRecord> {
  const { command, loaded, packageVersion, printLine } = session
  const { layers } = loaded.suite
  const at = layers.findIndex((layer) => layer.id === id)
  printLine(`\nlayer ${at + 1} of ${layers.length}`)
  const isFirst = layers.slice(0, at).every(({ standalone }) => standalone === true)
  const hasIncumbent = !isFirst && layers[at]?.standalone !== true
  const layerCommand = command.layer(id, hasIncumbent ? incumbent : undefined)
  if (isCandidate(layerCommand)) return tryOne(session, layerCommand, turn)
  const records = readRecords(layerCommand.root)
  const planned = planEvaluation(layerCommand, loaded, records, packageVersion)
  return evaluateAndPrint(session, layerCommand, planned, turn)
}

/** The layer as the next candidate of a campaign. @returns the record that decides about it */
async function tryOne(
  { loaded, packageVersion, io, printLine }: Session,
  layerCommand: CandidateCommand,
  { resume, onClaim }: Turn,
): Promise<DecisionRecord> {
  const request = candidateRequest({
    command: { ...layerCommand, resume },
    loaded,
    io,
    plan: (records) => planEvaluation(layerCommand, loaded, records, packageVersion),
    onClaim,
  })
  const { record, ledger } = await runCandidateLocked(request)
  printLine(ledgerLine(ledger))
  return record
}

function evaluateWithout(
  session: Session,
  comparison: LeaveOut,
  turn: Turn,
): Promise<DecisionRecord> {
  const { command, loaded, packageVersion, printLine } = session
  const { layer } = comparison
  // Profiles of all layers together are made for the summary.
  const without = { ...command.summary, layer: withoutId(layer), profile: false, counts: false }
  printLine(`\nall accepted layers against all but ${layer}`)
  const records = readRecords(without.root)
  const planned = planWithout(without, loaded, comparison, records, packageVersion)
  return evaluateAndPrint(session, without, planned, turn)
}

function evaluateSummary(
  session: Session,
  sequence: Sequence,
  turn: Turn,
): Promise<DecisionRecord> {
  const { command, loaded, packageVersion, printLine } = session
  const { summary } = command
  printLine('\nall accepted layers together, measured again')
  const records = readRecords(summary.root)
  const planned = planSummary(summary, { loaded, sequence }, records, packageVersion)
  return evaluateAndPrint(session, summary, planned, turn, sequence)
}

async function evaluateAndPrint(
  { loaded, io }: Session,
  command: EvaluateCommand,
  planned: PlanDraft,
  { resume, onClaim }: Turn,
  sequence?: Sequence,
): Promise<DecisionRecord> {
  const request = evaluationRequest({
    command: { ...command, resume },
    planned,
    ...(sequence && { sequence }),
    loaded,
    io,
    onClaim,
  })
  const evaluation = await evaluateLocked(request)
  printEvaluation(evaluation, command, io)
  return evaluation.record
}

function printSequence(
  record: DecisionRecord,
  records: readonly DecisionRecord[],
  printLine: (line: string) => void,
): void {
  const { head, rows } = sequenceRows(record, records)
  printLine(`\nthe sequence\n${terminalTable([head, ...rows]).trimEnd()}`)
  for (const sentence of sequenceSentences(record)) printLine(sentence)
  const left = leftOutRows(record)
  if (left === undefined) return
  printLine(
    `\nwhat each accepted layer is worth last\n${terminalTable([left.head, ...left.rows]).trimEnd()}`,
  )
}

/**
 * If a layer is not equivalent, the other layers are still evaluated, but that layer decides the
 * exit code, whatever the summary is.
 */
function sequenceExitCode(record: DecisionRecord, requireAccepted: boolean): ExitCode {
  const { steps = [], leftOut = [] } = record.sequence ?? {}
  const isDifferent = [...steps, ...leftOut].some(({ equivalent }) => equivalent === false)
  return isDifferent ? EXIT.notEquivalent : exitCodeOf(record, requireAccepted)
}

function continueHint({ root, text }: EvaluateCommand, error: AssayError, io: Io): string {
  if (error instanceof InputError) return ''
  if (readJournal(root) !== undefined)
    return `finished layers are kept; continue with: ${text} --resume${outWords(root, io)}\n`
  return error instanceof Interrupted ? 'nothing was measured yet; nothing is kept\n' : ''
}
