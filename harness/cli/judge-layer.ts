import { performance } from 'node:perf_hooks'
import { EXIT, type ExitCode } from '../errors.js'
import { evaluate } from '../evaluation/evaluate.js'
import { planEvaluation } from '../evaluation/plan.js'
import { BudgetTooShort, OutOfTime } from '../evaluation/time-budget.js'
import { defined } from '../evidence/defined.js'
import {
  layerOfId,
  readBeginning,
  readUnfinished,
  unfinishedIds,
} from '../evidence/evidence-store.js'
import { Interrupted } from '../io.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { judgeRecord, judgeUnfinished } from '../record/judgement.js'
import { type Judgement, judgementSchema } from '../record/judgement-schema.js'
import { readRecords } from '../record/record-store.js'
import type { CommandContext } from './command.js'
import { commandOnRoot } from './command-text.js'
import { type Deadline, startDeadline } from './deadline.js'
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
 * @returns 0 keep · 1 rejected · 3 inconclusive · 4 not equivalent
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
export function exitCodeOf({ keep, verdict, divergence }: Judgement): ExitCode {
  if (keep) return EXIT.done
  if (divergence !== undefined) return EXIT.notEquivalent
  return verdict === 'inconclusive' ? EXIT.inconclusive : EXIT.failed
}

/** An evaluation that has begun: its layer, and its id once it has one. */
interface Subject {
  suite: string
  id?: string
}

async function judge(
  command: JudgeCommand,
  context: CommandContext,
  deadline: Deadline,
): Promise<Judgement> {
  const begunAt = performance.now()
  const subject: Subject = { suite: command.evaluate.suite ?? '' }
  try {
    const record = await evaluated(command, context, deadline, subject)
    return judgeRecord(record, command.evaluate.root, {
      seconds: secondsSince(begunAt),
      ...defined({ budget: budgetOf(deadline, record.regime.looks) }),
      next: afterRecord(record, command, commandsOf(command, context)),
    })
  } catch (error) {
    if (error instanceof Interrupted) context.io.stderr(continueHint(command.evaluate, context.io))
    if (error instanceof BudgetTooShort || error instanceof OutOfTime)
      return unanswered(command, { context, deadline, subject, begunAt, error })
    throw error
  }
}

/** The record of the evaluation. */
async function evaluated(
  command: JudgeCommand,
  { io, packageVersion, suiteOf }: CommandContext,
  { limits, budget }: Deadline,
  subject: Subject,
): Promise<DecisionRecord> {
  const loaded = await suiteOf(command.evaluate.suite, limits())
  subject.suite = loaded.suite.name
  const begun = withLooks(command)
  const planned = planEvaluation(begun, loaded, readRecords(begun.root), packageVersion)
  await calibrateIfDue({ command: begun, planned, packageVersion, io })
  const onClaim = (id: string) => {
    subject.id = id
  }
  const request = evaluationRequest({ command: begun, planned, loaded, io, onClaim })
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

/** How a judgement came to its end without a record. */
interface Unanswered {
  readonly context: CommandContext
  readonly deadline: Deadline
  readonly subject: Subject
  readonly begunAt: number
  readonly error: BudgetTooShort | OutOfTime
}

function unanswered(
  command: JudgeCommand,
  { context, deadline, subject, begunAt, error }: Unanswered,
): Judgement {
  const { root, layer, scale } = command.evaluate
  const { id = '', suite } = subject
  const evidence = unfinishedIds(root).includes(id) ? readUnfinished(root, id) : undefined
  const neededSeconds = error instanceof BudgetTooShort ? error.neededMs / 1000 : undefined
  const budget = budgetOf(deadline, evidence?.plan.regime.looks)
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
      next: afterTime(
        defined({ plan: evidence?.plan, neededSeconds }),
        command,
        commandsOf(command, context),
      ),
    },
  )
}

function budgetOf({ budget }: Deadline, looks: readonly number[] | undefined): Judgement['budget'] {
  if (budget === undefined) return undefined
  return defined({ seconds: budget.totalMs / 1000, looks: looks && [...looks] })
}

function commandsOf({ evaluate: { root } }: JudgeCommand, { io }: CommandContext) {
  return commandOnRoot(root, io.cwd)
}

function secondsSince(begunAt: number): number {
  return Math.round(performance.now() - begunAt) / 1000
}
