import type { Arm } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import type { EvaluationPlan } from '../evidence/evidence.js'
import type { JournalLine, RunFailure, RunRecord } from '../evidence/run-record.js'

/** One complete pair: a run of every planned arm, one directly after the other. */
export interface Round {
  readonly pair: number
  readonly runs: Readonly<Partial<Record<Arm, RunRecord>>>
}

/**
 * The rounds of a workload that count, in order of pair number. A round counts if it is complete,
 * not voided and without errors. A cpu or wall time that is not a positive finite number is an
 * error.
 *
 * @param runs the journal, in any order
 * @param plan lists the arms a round must have
 * @throws {InvalidEvidenceError} the same pair and arm were recorded twice, or an arm is not in the
 * plan
 */
export function roundsOf(
  runs: readonly JournalLine[],
  plan: Pick<EvaluationPlan, 'arms'>,
  workloadId: string,
): Round[] {
  return [...linesByPair(runs, plan, workloadId)]
    .filter(([, lines]) => lines.every(isCounted))
    .map(([pair, lines]) => ({
      pair,
      runs: Object.fromEntries(lines.map((line) => [line.arm, line])),
    }))
    .filter((round) => plan.arms.every((arm) => arm in round.runs))
    .sort((a, b) => a.pair - b.pair)
}

/** Number of pairs of a workload with at least one voided line. */
export function voidedPairs(runs: readonly JournalLine[], workloadId: string): number {
  return pairNumbers(runs, workloadId, (line) => !isFailure(line) && line.voided !== undefined)
}

/** The largest share of the planned pairs that may be voided. */
const VOIDED_AT_MOST = 0.25

/** Whether too many pairs were voided for a verdict on this workload. */
export function isContaminated(
  runs: readonly JournalLine[],
  workloadId: string,
  plannedPairs: number,
): boolean {
  return voidedPairs(runs, workloadId) > VOIDED_AT_MOST * plannedPairs
}

/** Number of pairs with at least one error: a failed run, or a time not positive and finite. */
export function failedPairs(runs: readonly JournalLine[], workloadId: string): number {
  return pairNumbers(runs, workloadId, (line) => isFailure(line) || !hasValidTimes(line))
}

/** Whether a line of the journal is a failed run. */
export function isFailure(line: JournalLine): line is RunFailure {
  return 'error' in line
}

function isCounted(line: JournalLine): line is RunRecord {
  return !isFailure(line) && line.voided === undefined && hasValidTimes(line)
}

function hasValidTimes(run: RunRecord): boolean {
  return [run.cpuMs, run.wallMs].every((value) => Number.isFinite(value) && value > 0)
}

function linesByPair(
  runs: readonly JournalLine[],
  plan: Pick<EvaluationPlan, 'arms'>,
  workloadId: string,
) {
  const pairs = new Map<number, JournalLine[]>()
  for (const line of runs) {
    if (line.workload !== workloadId) continue
    const where = `${workloadId}, pair ${line.pair}, ${line.arm}`
    if (!plan.arms.includes(line.arm)) {
      throw new InvalidEvidenceError(
        `runs.jsonl holds a run of an arm that is not in the plan (${where}); restore the file or evaluate again`,
      )
    }
    const lines = pairs.get(line.pair) ?? []
    if (lines.some((other) => other.arm === line.arm)) {
      throw new InvalidEvidenceError(
        `runs.jsonl holds the same run twice (${where}); restore the file or evaluate again`,
      )
    }
    pairs.set(line.pair, [...lines, line])
  }
  return pairs
}

function pairNumbers(
  runs: readonly JournalLine[],
  workloadId: string,
  matches: (line: JournalLine) => boolean,
): number {
  return new Set(
    runs.filter((line) => line.workload === workloadId && matches(line)).map((line) => line.pair),
  ).size
}
