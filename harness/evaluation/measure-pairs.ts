import { InvalidEvidenceError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import type { EvaluationPlan, Evidence, PlannedWorkload } from '../evidence/evidence.js'
import type { JournalLine } from '../evidence/run-record.js'
import { measurePair } from '../measurement/measure-pair.js'
import { createPace, type Pace } from '../measurement/pace.js'
import { nextPair, notBefore } from '../measurement/schedule.js'
import { runningEstimate } from '../verdict/assess.js'
import { ruleOf } from '../verdict/criteria.js'
import { refuseFailing } from '../verdict/refusals.js'
import { roundsOf } from '../verdict/rounds.js'
import { findTamperedRun, findWrongAnswer } from '../verdict/tampering.js'
import type { PhaseSetting } from './phase-setting.js'

export interface MeasuringRequest extends PhaseSetting {
  readonly plan: EvaluationPlan
  readonly equivalence: Evidence['equivalence']
  /**
   * Whether arms with different results are measured. Then each arm must reproduce its own proven
   * digest.
   */
  readonly resultsChanged?: boolean
  /** Whether a run with signs of tampering ends measuring, for a verdict; otherwise it throws. */
  readonly decidesTampering?: boolean
  /** Earlier runs of an interrupted evaluation. */
  readonly runs: readonly JournalLine[]
  /** Finds the ids of the workloads that need more pairs, from all runs so far. */
  readonly open: (journal: readonly JournalLine[]) => readonly string[]
  /** Called after each run and before the next, to write the journal. */
  readonly onLine: (line: JournalLine) => void
  readonly now: () => Date
}

/**
 * The measuring phase: it measures pair after pair, with the workloads taking turns, until every
 * workload is decided. If the proof or a measured run shows that the results of the arms differ,
 * it ends early or does not begin.
 *
 * @returns the share of the phase's wall time outside warm-up and timed iterations; undefined if
 * no runs were left to make
 * @throws {InvalidEvidenceError} a workload failed more often than is tolerated
 */
export async function measurePairs(request: MeasuringRequest): Promise<number | undefined> {
  const { plan, equivalence, open, resultsChanged = false } = request
  const journal = [...request.runs]
  const pace = createPace()
  if (!isTampered(request, journal)) refuseFailing(plan, journal)
  while (
    (equivalence.kind === 'equal' || resultsChanged) &&
    !isDisproven(equivalence, plan, journal) &&
    !isTampered(request, journal)
  ) {
    const workload = nextWorkload(plan, journal, open(journal))
    if (workload === undefined) break
    await measureNext(request, workload, journal, pace)
    if (!isTampered(request, journal)) refuseFailing(plan, journal)
  }
  return pace.overheadShare()
}

/**
 * The open workload with the fewest complete pairs. If several have the fewest, the first in the
 * plan.
 */
function nextWorkload(
  plan: EvaluationPlan,
  journal: readonly JournalLine[],
  open: readonly string[],
): PlannedWorkload | undefined {
  const pairs = ({ id }: PlannedWorkload) => roundsOf(journal, plan, id).length
  return plan.workloads.filter(({ id }) => open.includes(id)).sort((a, b) => pairs(a) - pairs(b))[0]
}

async function measureNext(
  request: MeasuringRequest,
  workload: PlannedWorkload,
  journal: JournalLine[],
  pace: Pace,
): Promise<void> {
  const { plan, loaded, settings, progress, now, onLine } = request
  const number = nextPair(journal, workload.id)
  const rule = ruleOf(plan, workload.id)
  const rounds = roundsOf(journal, plan, workload.id)
  const estimate = runningEstimate(rounds, rule)
  const pairs = rule.looks.find((look) => look > rounds.length) ?? rounds.length + 1
  await measurePair(
    {
      plan,
      loaded,
      settings,
      startOfRun: () => notBefore(journal.at(-1)?.startedAt ?? plan.createdAt, now()),
      onRun: (arm) =>
        progress.run(
          defined({
            workload: workload.id,
            pair: rounds.length + 1,
            pairs,
            arm,
            ...pace.now(runsLeft(request, journal)),
            estimate,
          }),
        ),
      onLine: (line) => {
        onLine(line)
        journal.push(line)
        pace.add(line)
        noteProblem(progress, line)
      },
    },
    workload,
    number,
  )
}

/** Reports a run that failed or does not count. */
function noteProblem(progress: PhaseSetting['progress'], line: JournalLine): void {
  if ('error' in line)
    progress.note(`${line.workload} pair ${line.pair} ${line.arm} failed: ${line.error}`)
  else if (line.voided !== undefined)
    progress.note(`${line.workload} pair ${line.pair} does not count: ${line.voided}`)
}

/** Number of runs until every open workload has reached its next look. */
function runsLeft({ plan, open }: MeasuringRequest, journal: readonly JournalLine[]): number {
  const pairs = open(journal).map((id) => {
    const done = roundsOf(journal, plan, id).length
    return (ruleOf(plan, id).looks.find((look) => look > done) ?? done) - done
  })
  return pairs.reduce((sum, left) => sum + left, 0) * plan.arms.length
}

/**
 * Whether a run shows signs of tampering, so that further runs are useless.
 *
 * @throws {InvalidEvidenceError} it does, and the caller does not decide about it
 */
function isTampered(
  { decidesTampering = false }: MeasuringRequest,
  journal: readonly JournalLine[],
): boolean {
  const found = findTamperedRun(journal)
  if (found === undefined) return false
  if (decidesTampering) return true
  throw new InvalidEvidenceError(
    `the run of the ${found.arm} in pair ${found.pair} of ${found.workload} counts for nothing: ${found.what}`,
  )
}

/**
 * Whether the digest of a measured run differs from the proven one. If so, the record will be
 * about that difference, and further runs are useless.
 */
function isDisproven(
  equivalence: Evidence['equivalence'],
  plan: EvaluationPlan,
  journal: readonly JournalLine[],
): boolean {
  const proven = (line: JournalLine) =>
    equivalence.digests.find(
      ({ workload, seed, arm }) =>
        workload === line.workload && seed === plan.seed && arm === line.arm,
    )
  if (findWrongAnswer(plan, journal) !== undefined) return true
  return journal.some(
    (line) =>
      'digest' in line && line.passDigests === undefined && line.digest !== proven(line)?.digest,
  )
}
