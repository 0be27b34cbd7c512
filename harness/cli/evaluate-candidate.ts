import type { ExitCode } from '../errors.js'
import { evaluateLocked } from '../evaluation/evaluate.js'
import { type EvaluateCommand, planEvaluation } from '../evaluation/plan.js'
import type { PlanDraft } from '../evaluation/plan-draft.js'
import {
  type CampaignChoice,
  type CandidateRequest,
  isUnfinished,
  runCandidate,
} from '../evaluation/run-campaign.js'
import type { TimeBudget } from '../evaluation/time-budget.js'
import { Interrupted, type Io } from '../io.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { createProgress } from '../progress.js'
import { ledgerIn } from '../record/campaign-store.js'
import { ledgerLine } from '../record/campaign-text.js'
import { type DecisionRecord, recordText } from '../record/decision-record.js'
import { readRecords } from '../record/record-store.js'
import type { CommandContext } from './command.js'
import { exitCodeOf } from './evaluate-layer.js'
import { linePrinter, outWords } from './output.js'
import { calibrateIfDue, evaluationRequest, printEvaluation } from './print-evaluation.js'

/** An `evaluate` command with `--campaign`. */
export type CandidateCommand = EvaluateCommand & { readonly campaign: CampaignChoice }

/** Whether a layer is tried as a candidate of a campaign. */
export function isCandidate(command: EvaluateCommand): command is CandidateCommand {
  return command.campaign !== undefined
}

/**
 * `assay evaluate <layer> --campaign <name>`: tries one candidate in a campaign and prints the
 * results of its rounds.
 *
 * @returns the code of the record that decides, which is that of the confirmation, or of a
 * screening that was not passed: 0 accepted or rejected · 1 `--require accepted` unmet · 3
 * inconclusive · 4 not equivalent
 */
export async function evaluateCandidate(
  command: CandidateCommand,
  { io, packageVersion, suiteOf }: CommandContext,
): Promise<ExitCode> {
  const loaded = await suiteOf(command.suite)
  const plan = (records: readonly DecisionRecord[]) =>
    planEvaluation(command, loaded, records, packageVersion)
  const planned = plan(readRecords(command.root))
  try {
    await calibrateIfDue({ command, planned, packageVersion, io })
    const progress = createProgress(io)
    const request = candidateRequest({ command, loaded, io, plan })
    const { record, ledger } = await runCandidate(request, { io, progress })
    linePrinter(command.json, io)(ledgerLine(ledger))
    if (command.json) io.stdout(recordText(record))
    return exitCodeOf(record, command.requireAccepted)
  } catch (error) {
    if (error instanceof Interrupted) io.stderr(continueHint(command, io))
    throw error
  }
}

/** What an evaluation of a candidate needs from its command. */
interface CandidateSetting {
  readonly command: CandidateCommand
  readonly loaded: LoadedSuite
  readonly io: Io
  readonly plan: CandidateRequest['plan']
  /** The time that both rounds may take together; without a limit if absent. */
  readonly budget?: TimeBudget
  /** Called with the id of each round once its folder exists. */
  readonly onClaim?: (id: string) => void
}

/** The request for a candidate whose rounds print their results as they end. */
export function candidateRequest(setting: CandidateSetting): CandidateRequest {
  const { root, layer, resume, campaign } = setting.command
  return {
    root,
    campaign,
    layer,
    resume,
    plan: setting.plan,
    evaluateRound: (draft, isBegun) => evaluateRound(setting, draft, isBegun),
  }
}

async function evaluateRound(
  { command, loaded, io, budget, onClaim }: CandidateSetting,
  planned: PlanDraft,
  resume: boolean,
): Promise<DecisionRecord> {
  const { json } = command
  const { round, candidate, name } = planned.campaign!
  linePrinter(json, io)(`campaign ${name}, candidate ${candidate}: ${round}`)
  const request = evaluationRequest({
    command: { ...command, resume },
    planned,
    loaded,
    io,
    ...(onClaim && { onClaim }),
  })
  // A screening leaves half of the time to its confirmation.
  const limit = budget && { ...budget, rounds: round === 'screening' ? 2 : 1 }
  const evaluation = await evaluateLocked({ ...request, ...(limit && { budget: limit }) })
  printEvaluation(evaluation, command, io)
  return evaluation.record
}

/** How an interrupted candidate is continued, as a line. */
export function continueHint({ root, campaign, text }: CandidateCommand, io: Io): string {
  const newest = ledgerIn(root, campaign.name)?.candidates.at(-1)
  return isUnfinished(newest)
    ? `candidate ${newest!.candidate} is kept; continue with: ${text} --resume${outWords(root, io)}\n`
    : 'nothing was measured yet; nothing is kept\n'
}
