import { join, relative } from 'node:path'
import { quoteLine } from '../calibrate/calibration-words.js'
import { quoteCalibration } from '../calibrate/quote-calibration.js'
import type { Evaluation, EvaluationRequest } from '../evaluation/evaluate.js'
import type { EvaluateCommand } from '../evaluation/plan.js'
import type { PlanDraft } from '../evaluation/plan-draft.js'
import type { CalibrationQuote } from '../evidence/evidence.js'
import type { Sequence } from '../evidence/sequence-evidence.js'
import { decisionsOf, reportsOf } from '../evidence/store.js'
import type { Io } from '../io.js'
import { readEnvironment } from '../measurement/environment.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { createProgress } from '../progress.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { publishedErrorRates } from '../record/published-error-rates.js'
import { formatPercent } from '../text/format.js'
import { calibrateHint } from './calibrate-options.js'
import { closingLine, describeDivergence, headline, proofLine, workloadLine } from './summary.js'

/** One evaluation and whom it is told to. */
export interface ToldEvaluation {
  readonly command: EvaluateCommand
  readonly planned: PlanDraft
  readonly sequence?: Sequence
  readonly loaded: LoadedSuite
  readonly io: Io
  /** `evaluate`, or `evaluateLocked` for whoever holds the lock. */
  readonly run: (request: EvaluationRequest) => Promise<Evaluation>
  /** Told the id of the evaluation once it is in the plan's folder. */
  readonly onClaim?: (id: string) => void
}

/**
 * Runs one evaluation and tells a terminal: the plan, the proof, each workload, the warnings, and
 * where to read on.
 */
export async function tellEvaluation(told: ToldEvaluation): Promise<DecisionRecord> {
  const { command, planned, sequence, loaded, io, run, onClaim } = told
  const draft = withQuotes(command, planned, io)
  const say = sayer(command, io)
  say(headline(draft))
  const { record, overheadShare } = await run({
    draft,
    ...(sequence && { sequence }),
    loaded,
    root: command.root,
    resume: command.resume,
    timeoutMs: command.timeoutMs,
    profile: command.profile,
    io,
    progress: createProgress(io),
    onProof: ({ plan, equivalence }) => {
      onClaim?.(plan.id)
      if (equivalence.digests.length > 0) say(proofLine(plan, equivalence))
      if (plan.calibration !== undefined) say(quoteLine(plan.calibration))
    },
  })
  for (const workload of record.workloads) say(workloadLine(workload, record))
  if (overheadShare !== undefined)
    say(`overhead ${formatPercent(overheadShare)} of the measuring phase`)
  for (const { code, hint } of record.warnings) io.stderr(`warning: ${code}: ${hint}\n`)
  const written = [
    join(decisionsOf(command.root), `${record.id}.md`),
    join(reportsOf(command.root), `${record.id}.html`),
  ]
  say(
    closingLine(
      record,
      written.map((path) => shown(io, path)),
      replayHint(record, command, io),
    ),
  )
  if (record.equivalence.kind === 'different')
    io.stderr(`assay: ${describeDivergence(record.equivalence.divergence)}\n`)
  return record
}

/** Lines of results: on stdout, unless that is for one JSON document. */
export function sayer({ json }: Pick<EvaluateCommand, 'json'>, io: Io): (line: string) => void {
  return (line) => (json ? io.stderr : io.stdout)(`${line}\n`)
}

/** ` --out DIR`, where a command needs it to find the same evidence root. */
export function outOption(command: EvaluateCommand, io: Io): string {
  return command.root === io.cwd ? '' : ` --out ${shown(io, command.root)}`
}

/** The plan with what is known about the host and about the rule. */
function withQuotes(command: EvaluateCommand, planned: PlanDraft, io: Io): PlanDraft {
  const errorRates = publishedErrorRates()
  return {
    ...planned,
    calibration: quoteFor(command, planned, io),
    ...(errorRates !== undefined && { errorRates }),
  }
}

function quoteFor(command: EvaluateCommand, plan: PlanDraft, io: Io): CalibrationQuote {
  const hint = calibrateHint({ ...command, metric: plan.metric })
  return quoteCalibration(
    { root: command.root, environment: readEnvironment(plan.nodeFlags), plan, command: hint },
    io.now(),
  )
}

function replayHint({ id }: DecisionRecord, command: EvaluateCommand, io: Io): string {
  return `npm run replay -- ${id.slice(0, id.indexOf('-'))}${outOption(command, io)}`
}

/** A path as the user would type it. */
function shown(io: Io, path: string): string {
  const short = relative(io.cwd, path)
  return short.startsWith('..') ? path : short
}
