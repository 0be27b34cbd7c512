import { performance } from 'node:perf_hooks'
import { AssayError, EXIT, InvalidEvidenceError } from '../errors.js'
import type { JournalLine, RunFailure } from '../evidence/run-record.js'
import { measurePair } from '../measurement/measure-pair.js'
import type { PhaseSetting } from './phase-setting.js'
import type { PlanDraft } from './plan-draft.js'

/**
 * An evaluation within a given time. The looks that fit are fixed before the first measured pair,
 * from the cost of throw-away pairs, and the boundary of the test is that of these looks: with
 * fewer looks the error over all of them is the same. At the deadline measuring ends, whatever the
 * runs show, and an end without a decision is never an acceptance. So a shorter time makes more
 * answers inconclusive and none of them wrong.
 */
export interface TimeBudget {
  readonly totalMs: number
  /** Rounds that the time left has to suffice for, this one included; 1 unless stated. */
  readonly rounds?: number
  /** Time until the deadline, ms; 0 after it. */
  leftMs(): number
  /** The command that repeats an evaluation with these looks and without a limit of time. */
  commandFor(looks: readonly number[]): string
}

/** The time does not suffice for the first look. Exit 3: nothing was decided. */
export class BudgetTooShort extends AssayError {
  override readonly name = 'BudgetTooShort'
  /** Time that the first look would have needed, from the start. */
  readonly neededMs: number

  constructor(neededMs: number) {
    super(EXIT.inconclusive, 'the time does not suffice for the first look; give --budget more')
    this.neededMs = neededMs
  }
}

/** The deadline has come: the reason with which the signal of an evaluation is aborted. Exit 3. */
export class OutOfTime extends AssayError {
  override readonly name = 'OutOfTime'

  constructor() {
    super(EXIT.inconclusive, 'the time of --budget has ended')
  }
}

/** Share of the time left that is kept for slower pairs, and for pairs that will not count. */
const SPARE = 0.2
/** Time for the record and its report. */
const CLOSING_MS = 2000

/** What pairs cost, and the time there is for them. */
export interface Affordable {
  /** Pair counts at which a decision may be made, ascending. */
  readonly looks: readonly number[]
  /** Time of one pair of every workload. */
  readonly pairMs: number
  readonly leftMs: number
}

/**
 * The looks that fit into the time left: the first ones, so that the boundary is that of a plan
 * with a smaller number of pairs. Empty if the first does not fit.
 */
export function looksThatFit({ looks, pairMs, leftMs }: Affordable): readonly number[] {
  const forPairsMs = (leftMs - CLOSING_MS) * (1 - SPARE)
  return looks.filter((pairs) => pairs * pairMs <= forPairsMs)
}

/** The time left that a number of pairs needs, ms. */
export function timeFor(pairs: number, pairMs: number): number {
  return (pairs * pairMs) / (1 - SPARE) + CLOSING_MS
}

/**
 * A plan with the looks that fit into the time left, by the time that one throw-away pair of each
 * workload takes. None of these runs is evidence.
 *
 * @param plan with the workloads of the pilot
 * @throws {BudgetTooShort} the first look does not fit
 * @throws {InvalidEvidenceError} a process of a throw-away pair failed
 */
export async function fitPlan<Plan extends PlanDraft>(
  plan: Plan,
  setting: PhaseSetting,
  budget: TimeBudget,
): Promise<Plan> {
  const { looks: offered } = plan.regime
  const { rounds = 1 } = budget
  const pairMs = await timePairs(plan, setting)
  const allMs = budget.leftMs()
  const leftMs = allMs / rounds
  const looks = [...looksThatFit({ looks: offered, pairMs, leftMs })]
  if (looks.length === 0)
    throw new BudgetTooShort(budget.totalMs - allMs + rounds * timeFor(offered[0]!, pairMs))
  return {
    ...plan,
    command: budget.commandFor(looks),
    regime: { ...plan.regime, looks },
    budget: { seconds: budget.totalMs / 1000, offered, pairMs, leftMs },
  }
}

/** Time of one throw-away pair of every workload, ms. */
async function timePairs(plan: PlanDraft, { loaded, settings, progress }: PhaseSetting) {
  const startedAt = new Date(0).toISOString()
  const beganAt = performance.now()
  for (const workload of plan.workloads) {
    progress.phase(`timing a pair: ${workload.id}`)
    const lines: JournalLine[] = []
    await measurePair(
      {
        plan,
        loaded,
        settings,
        startOfRun: () => startedAt,
        onRun: () => {},
        onLine: (line) => void lines.push(line),
      },
      workload,
      1,
    )
    refuseFailure(lines)
  }
  return performance.now() - beganAt
}

/** A sign of tampering is left to the measured pairs, which have a record. */
function refuseFailure(lines: readonly JournalLine[]): void {
  const failed = lines.find(
    (line): line is RunFailure => 'error' in line && line.tampered === undefined,
  )
  if (failed !== undefined)
    throw new InvalidEvidenceError(
      `the ${failed.arm} of ${failed.workload} failed in a pair that was only timed: ${failed.error}; nothing was measured`,
    )
}
