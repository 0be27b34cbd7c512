import { performance } from 'node:perf_hooks'
import { EXIT, type ExitCode } from '../errors.js'
import { evaluate } from '../evaluation/evaluate.js'
import { planEvaluation } from '../evaluation/plan.js'
import { runCandidate } from '../evaluation/run-campaign.js'
import { BudgetTooShort, OutOfTime } from '../evaluation/time-budget.js'
import { defined } from '../evidence/defined.js'
import {
  layerOfId,
  readBeginning,
  readUnfinished,
  recordIds,
  unfinishedIds,
} from '../evidence/evidence-store.js'
import { Interrupted } from '../io.js'
import { createProgress } from '../progress.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { judgeRecord, judgeUnfinished } from '../record/judgement.js'
import { type Judgement, judgementSchema } from '../record/judgement-schema.js'
import { readRecord, readRecords } from '../record/record-store.js'
import { BUDGET_REASONS } from '../verdict/reasons.js'
import type { CommandContext } from './command.js'
import { commandOnRoot } from './command-text.js'
import { type Deadline, startDeadline } from './deadline.js'
import {
  continueHint as candidateHint,
  candidateRequest,
  isCandidate,
} from './evaluate-candidate.js'
import { continueHint } from './evaluate-layer.js'
import type { JudgeCommand } from './judge-command.js'
import { judgementLines } from './judgement-lines.js'
import { afterRecord, afterTime } from './next-steps.js'
import { linePrinter, printJson } from './output.js'
import { calibrateIfDue, evaluationRequest, printEvaluation } from './print-evaluation.js'

/**
 * `assay judge`: evaluates one layer and answers whether to keep it. With a limit of time, the
 * answer comes by then. What is not an acceptance is never printed as one: an error is thrown, and
 * the judgement is checked against its schema.
 *
 * @returns 0 keep · 1 rejected · 3 inconclusive · 4 not equivalent · 5 tampered with
 */
export async function judgeLayer(
  command: JudgeCommand,
  context: CommandContext,
): Promise<ExitCode> {
  const { json } = command.evaluate
  const deadline = startDeadline(command, context.io)
  try {
    const answered = await judge(command, { ...context, io: deadline.io }, deadline)
    const judgement = judgementSchema.parse(answered) as Judgement
    if (json) printJson(judgement, context.io)
    else for (const line of judgementLines(judgement)) linePrinter(json, context.io)(line)
    return exitCodeOf(judgement)
  } finally {
    deadline.stop()
  }
}

/** The exit code of a judgement: success is an acceptance that counts, and nothing else. */
export function exitCodeOf({ keep, verdict, divergence, tampering }: Judgement): ExitCode {
  if (keep) return EXIT.done
  if (divergence !== undefined) return EXIT.notEquivalent
  if (tampering !== undefined) return EXIT.invalid
  return verdict === 'inconclusive' ? EXIT.inconclusive : EXIT.failed
}

/** An evaluation that has begun. */
interface Subject {
  suite: string
  /** Ids of its rounds so far: one, or in a campaign at most two. */
  readonly ids: string[]
}

async function judge(
  command: JudgeCommand,
  context: CommandContext,
  deadline: Deadline,
): Promise<Judgement> {
  const begunAt = performance.now()
  const subject: Subject = { suite: command.evaluate.suite ?? '', ids: [] }
  const closing: Closing = { context, deadline, subject, begunAt }
  try {
    return ofRecord(command, await evaluated(command, context, deadline, subject), closing)
  } catch (error) {
    if (error instanceof Interrupted) context.io.stderr(hintOf(command, context))
    if (error instanceof BudgetTooShort || error instanceof OutOfTime)
      return outOfTime(command, error, closing)
    throw error
  }
}

/** The record of the evaluation, or of the round of a candidate that decides. */
async function evaluated(
  command: JudgeCommand,
  { io, packageVersion, suiteOf }: CommandContext,
  { limits, budget }: Deadline,
  subject: Subject,
): Promise<DecisionRecord> {
  const loaded = await suiteOf(command.evaluate.suite, limits())
  subject.suite = loaded.suite.name
  const begun = withLooks(command)
  const plan = (records: readonly DecisionRecord[]) =>
    planEvaluation(begun, loaded, records, packageVersion)
  const planned = plan(readRecords(begun.root))
  await calibrateIfDue({ command: begun, planned, packageVersion, io })
  const onClaim = (id: string) => void subject.ids.push(id)
  const setting = defined({ loaded, io, budget, onClaim })
  if (isCandidate(begun)) {
    const request = candidateRequest({ ...setting, command: begun, plan })
    return (await runCandidate(request, { io, progress: createProgress(io) })).record
  }
  const request = evaluationRequest({ ...setting, command: begun, planned })
  const evaluation = await evaluate({ ...request, ...defined({ budget }) })
  printEvaluation(evaluation, begun, io)
  return evaluation.record
}

/** A continued evaluation keeps the looks of its plan, which were fixed before its first pair. */
function withLooks({ evaluate: given, commandFor }: JudgeCommand): JudgeCommand['evaluate'] {
  const { root, layer, resume } = given
  const id = resume
    ? unfinishedIds(root).findLast((candidate) => layerOfId(candidate) === layer)
    : undefined
  if (id === undefined) return given
  const { looks } = readBeginning(root, id).plan.regime
  return { ...given, looks, text: commandFor(looks) }
}

/** What a judgement states beside its verdict comes from here. */
interface Closing {
  readonly context: CommandContext
  readonly deadline: Deadline
  readonly subject: Subject
  readonly begunAt: number
}

function ofRecord(
  command: JudgeCommand,
  record: DecisionRecord,
  { context, deadline, begunAt }: Closing,
): Judgement {
  const { root } = command.evaluate
  return judgeRecord(record, root, {
    seconds: secondsSince(begunAt),
    ...defined({ budget: budgetOf(deadline, record.regime.looks) }),
    next: afterRecord(record, command, commandOnRoot(root, context.io.cwd)),
  })
}

/** Inconclusive, with what was measured: of this round, or if it has no runs, of the one before. */
function outOfTime(
  command: JudgeCommand,
  error: BudgetTooShort | OutOfTime,
  closing: Closing,
): Judgement {
  const { root, layer, scale } = command.evaluate
  const { context, deadline, subject, begunAt } = closing
  const { ids, suite } = subject
  const unfinished = ids.findLast((id) => unfinishedIds(root).includes(id))
  const screening = ids.findLast((id) => recordIds(root).includes(id))
  if (unfinished === undefined && screening !== undefined)
    return unconfirmed(command, readRecord(root, screening), closing)
  const evidence = unfinished === undefined ? undefined : readUnfinished(root, unfinished)
  const neededSeconds = error instanceof BudgetTooShort ? error.neededMs / 1000 : undefined
  const budget = budgetOf(deadline, evidence?.plan.regime.looks)
  const known = defined({ plan: evidence?.plan, neededSeconds })
  return judgeUnfinished(
    {
      plan: { suite, layer, scale },
      reason: evidence === undefined ? 'budget' : 'out-of-time',
      evidence,
    },
    root,
    {
      seconds: secondsSince(begunAt),
      ...defined({ budget: budget && defined({ ...budget, neededSeconds }) }),
      next: afterTime(known, command, commandOnRoot(root, context.io.cwd)),
    },
  )
}

/** A screening that is passed, and no time for its confirmation. */
function unconfirmed(
  command: JudgeCommand,
  screening: DecisionRecord,
  closing: Closing,
): Judgement {
  const judgement = ofRecord(command, screening, closing)
  const late = { code: 'out-of-time', sentence: BUDGET_REASONS['out-of-time'] }
  const commands = commandOnRoot(command.evaluate.root, closing.context.io.cwd)
  const next = [...afterTime({ plan: screening }, command, commands), ...judgement.next]
  return { ...judgement, reasons: [...judgement.reasons, late], next }
}

function hintOf({ evaluate: command }: JudgeCommand, { io }: CommandContext): string {
  return isCandidate(command) ? candidateHint(command, io) : continueHint(command, io)
}

function budgetOf({ budget }: Deadline, looks: readonly number[] | undefined): Judgement['budget'] {
  if (budget === undefined) return undefined
  return defined({ seconds: budget.totalMs / 1000, looks: looks && [...looks] })
}

function secondsSince(begunAt: number): number {
  return Math.round(performance.now() - begunAt) / 1000
}
