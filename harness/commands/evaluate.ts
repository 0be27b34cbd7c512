import { join, relative } from 'node:path'
import { quoteCalibration } from '../calibrate/quote-calibration.js'
import { publishedErrorRates } from '../characteristics/published.js'
import { EXIT, type ExitCode } from '../errors.js'
import { evaluate } from '../evaluate.js'
import type { CalibrationQuote } from '../evidence.js'
import { decisionsOf, readRecords, reportsOf, unfinishedIds } from '../evidence-store.js'
import { formatPercent } from '../format.js'
import { Interrupted, type Io } from '../io.js'
import type { LoadedSuite } from '../load-suite.js'
import { readEnvironment } from '../measurement/environment.js'
import { type PlanDraft, planEvaluation } from '../plan.js'
import { createProgress } from '../progress.js'
import { type DecisionRecord, recordText } from '../record/decision-record.js'
import { calibrateHint } from './calibrate-options.js'
import { quoteLine } from './calibration-text.js'
import type { EvaluateCommand } from './evaluate-options.js'
import { closingLine, describeDivergence, headline, proofLine, workloadLine } from './summary.js'

/**
 * `assay evaluate <layer>`: the evaluation, told to a terminal.
 *
 * @returns 0 accepted or rejected · 1 `--require accepted` unmet · 3 inconclusive · 4 not equivalent
 */
export async function evaluateCommand(
  command: EvaluateCommand,
  loaded: LoadedSuite,
  packageVersion: string,
  io: Io,
): Promise<ExitCode> {
  const planned = planEvaluation(command, loaded, readRecords(command.root), packageVersion)
  const errorRates = publishedErrorRates()
  const draft = { ...planned, calibration: quoteFor(command, planned, io), ...(errorRates !== undefined && { errorRates }) }
  const say = (line: string) => (command.json ? io.stderr : io.stdout)(`${line}\n`)
  say(headline(draft))
  try {
    const { record, overheadShare } = await evaluate({
      draft,
      loaded,
      root: command.root,
      resume: command.resume,
      timeoutMs: command.timeoutMs,
      profile: command.profile,
      io,
      progress: createProgress(io),
      onProof: ({ plan, equivalence }) => {
        say(proofLine(plan, equivalence))
        if (plan.calibration !== undefined) say(quoteLine(plan.calibration))
      },
    })
    for (const workload of record.workloads) say(workloadLine(workload, record))
    if (overheadShare !== undefined) say(`overhead ${formatPercent(overheadShare)} of the measuring phase`)
    for (const { code, hint } of record.warnings) io.stderr(`warning: ${code}: ${hint}\n`)
    const written = [join(decisionsOf(command.root), `${record.id}.md`), join(reportsOf(command.root), `${record.id}.html`)]
    say(
      closingLine(
        record,
        written.map((path) => shown(io, path)),
        replayHint(record, command, io),
      ),
    )
    if (command.json) io.stdout(recordText(record))
    if (record.equivalence.kind === 'different') io.stderr(`assay: ${describeDivergence(record.equivalence.divergence)}\n`)
    return exitCodeOf(record, command.requireAccepted)
  } catch (error) {
    if (error instanceof Interrupted) io.stderr(continueHint(command, io))
    throw error
  }
}

/** What is known about the host the evaluation will run on. */
function quoteFor(command: EvaluateCommand, plan: PlanDraft, io: Io): CalibrationQuote {
  const hint = calibrateHint({ ...command, metric: plan.metric })
  return quoteCalibration({ root: command.root, environment: readEnvironment(plan.nodeFlags), plan, command: hint }, io.now())
}

function exitCodeOf({ verdict, equivalence }: DecisionRecord, requireAccepted: boolean): ExitCode {
  if (equivalence.kind === 'different') return EXIT.notEquivalent
  if (requireAccepted && verdict !== 'accepted') return EXIT.failed
  return verdict === 'inconclusive' ? EXIT.inconclusive : EXIT.done
}

function continueHint(command: EvaluateCommand, io: Io): string {
  const kept = unfinishedIds(command.root).some((id) => id.slice(id.indexOf('-') + 1) === command.layer)
  return kept
    ? `continue with: ${command.text} --resume${outOption(command, io)}\n`
    : 'nothing was measured yet; nothing is kept\n'
}

function replayHint({ id }: DecisionRecord, command: EvaluateCommand, io: Io): string {
  return `npm run replay -- ${id.slice(0, id.indexOf('-'))}${outOption(command, io)}`
}

function outOption(command: EvaluateCommand, io: Io): string {
  return command.root === io.cwd ? '' : ` --out ${shown(io, command.root)}`
}

/** A path as the user would type it. */
function shown(io: Io, path: string): string {
  const short = relative(io.cwd, path)
  return short.startsWith('..') ? path : short
}
