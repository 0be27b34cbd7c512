import { join } from 'node:path'
import { quoteLine } from '../calibrate/calibration-words.js'
import { quoteCalibration } from '../calibrate/quote-calibration.js'
import type { Evaluation, EvaluationRequest } from '../evaluation/evaluate.js'
import type { EvaluateCommand } from '../evaluation/plan.js'
import type { PlanDraft } from '../evaluation/plan-draft.js'
import { defined } from '../evidence/defined.js'
import type { CalibrationQuote } from '../evidence/evidence.js'
import { decisionsOf, reportsOf } from '../evidence/evidence-store.js'
import type { Sequence } from '../evidence/sequence-evidence.js'
import type { Io } from '../io.js'
import { readEnvironment } from '../measurement/environment.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { createProgress } from '../progress.js'
import { publishedErrorRates } from '../record/published-error-rates.js'
import {
  type PlacedWarning,
  renderedWarnings,
  WHOLE_EVALUATION,
} from '../record/rendered-warnings.js'
import { numberOf } from '../record/supersession.js'
import { formatPercent } from '../text/format.js'
import { calibrateHint } from './calibrate-command.js'
import { calibrateShortly, isShortDue } from './calibrate-shortly.js'
import { nextCommand } from './command-text.js'
import {
  closingLine,
  describeDivergence,
  describeTampering,
  headline,
  proofLine,
  workloadLine,
} from './evaluation-lines.js'
import { linePrinter, outWords, shownPath } from './output.js'

/** The input of one evaluation that a command makes. */
interface Planned {
  readonly command: EvaluateCommand
  readonly planned: PlanDraft
  /** The layers that are summarised, if the evaluation is a summary. */
  readonly sequence?: Sequence
  readonly loaded: LoadedSuite
  readonly io: Io
  /** Called with the id of the evaluation once its folder exists. */
  readonly onClaim?: (id: string) => void
}

/**
 * Makes the request for an evaluation and prints its headline. Proof and calibration are printed
 * when the proof is complete.
 */
export function evaluationRequest(evaluation: Planned): EvaluationRequest {
  const { command, planned, sequence, loaded, io, onClaim } = evaluation
  const { root, resume, timeoutMs, profile, counts, json } = command
  const printLine = linePrinter(json, io)
  const draft = withQuotes(command, planned, io)
  printLine(headline(draft))
  return defined({
    draft,
    sequence,
    loaded,
    root,
    resume,
    timeoutMs,
    profile,
    counts,
    io,
    progress: createProgress(io),
    onProof: ({ plan, equivalence }: Parameters<EvaluationRequest['onProof']>[0]) => {
      onClaim?.(plan.id)
      if (equivalence.digests.length > 0) printLine(proofLine(plan, equivalence))
      if (plan.calibration !== undefined) printLine(quoteLine(plan.calibration))
    },
  })
}

/** Prints the result of an evaluation: each workload, the warnings, the verdict and its files. */
export function printEvaluation(
  { record, overheadShare }: Evaluation,
  { root, json }: EvaluateCommand,
  io: Io,
): void {
  const { id, workloads, equivalence, tampering } = record
  const printLine = linePrinter(json, io)
  for (const workload of workloads) printLine(workloadLine(workload, record))
  if (overheadShare !== undefined)
    printLine(`overhead ${formatPercent(overheadShare)} of the measuring phase`)
  for (const warning of renderedWarnings(record)) io.stderr(`warning: ${warningText(warning)}\n`)
  const files = [join(decisionsOf(root), `${id}.md`), join(reportsOf(root), `${id}.html`)]
  const number = `${numberOf(id)}${outWords(root, io)}`
  printLine(
    closingLine(
      record,
      files.map((path) => shownPath(path, io)),
      nextCommand('replay', io.cwd, number),
    ),
  )
  if (equivalence.kind === 'different')
    io.stderr(`assay: ${describeDivergence(equivalence.divergence)}\n`)
  if (tampering !== undefined) io.stderr(`assay: ${describeTampering(tampering)}\n`)
}

function warningText({ where, code, hint }: PlacedWarning): string {
  return `${where === WHOLE_EVALUATION ? '' : `${where}: `}${code}: ${hint}`
}

/**
 * Makes a short calibration of this host, if it has none. The lock of the evidence root must be
 * free.
 */
export async function calibrateIfDue({
  command,
  planned,
  packageVersion,
  io,
}: Omit<Planned, 'loaded'> & { readonly packageVersion: string }): Promise<void> {
  if (!command.calibration || command.resume) return
  if (!isShortDue(quoteFor(command, planned, io))) return
  await calibrateShortly({ command, packageVersion, metric: planned.metric, io })
}

/** The plan with the calibration of the host and the published error rates of the rule. */
function withQuotes(command: EvaluateCommand, planned: PlanDraft, io: Io): PlanDraft {
  return {
    ...planned,
    calibration: quoteFor(command, planned, io),
    ...defined({ errorRates: publishedErrorRates() }),
  }
}

function quoteFor(command: EvaluateCommand, plan: PlanDraft, io: Io): CalibrationQuote {
  const hint = calibrateHint({ ...command, metric: plan.metric }, io.cwd)
  return quoteCalibration(
    { root: command.root, environment: readEnvironment(plan.nodeFlags), plan, command: hint },
    io.now(),
  )
}
