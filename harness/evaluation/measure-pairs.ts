import type { EvaluationPlan, Evidence, PlannedWorkload } from '../evidence/evidence.js'
import type { JournalLine } from '../evidence/run-record.js'
import type { ForkSettings } from '../measurement/fork-run.js'
import type { LoadedSuite } from '../measurement/load-suite.js'
import { measurePair } from '../measurement/measure-pair.js'
import { createPace, type Pace } from '../measurement/pace.js'
import { nextPair } from '../measurement/schedule.js'
import type { Progress } from '../progress.js'
import { runningEstimate } from '../verdict/assess.js'
import { ruleOf } from '../verdict/criteria.js'
import { refuseFailing } from '../verdict/refusals.js'
import { roundsOf } from '../verdict/rounds.js'

export interface MeasuringRequest {
  readonly plan: EvaluationPlan
  readonly equivalence: Evidence['equivalence']
  /** Measure arms that differ: each must compute what was proven of itself. */
  readonly resultsChanged?: boolean
  /** What has run so far. */
  readonly runs: readonly JournalLine[]
  /** Ids of the workloads that need more pairs, given everything that has run. */
  readonly open: (journal: readonly JournalLine[]) => readonly string[]
  /** Told each run as it lands, before the next begins: writes the journal. */
  readonly onLine: (line: JournalLine) => void
  readonly loaded: LoadedSuite
  readonly settings: ForkSettings
  readonly progress: Progress
  readonly now: () => Date
}

/**
 * The measuring phase: pair after pair, the workloads in turn, until none is open. Workloads that
 * are decided are not measured further, and nothing is measured where the candidate is not
 * equivalent, or a measured run shows that it is not.
 *
 * @returns share of its wall time outside warm-up and timed iterations; undefined where nothing was
 * left to measure
 * @throws {InvalidEvidenceError} a workload failed more often than is forgiven
 */
export async function measurePairs(request: MeasuringRequest): Promise<number | undefined> {
  const { plan, equivalence, open, resultsChanged = false } = request
  const journal = [...request.runs]
  const pace = createPace()
  refuseFailing(plan, journal)
  while (
    (equivalence.kind === 'equal' || resultsChanged) &&
    !isDisproven(equivalence, plan, journal)
  ) {
    const workload = nextWorkload(plan, journal, open(journal))
    if (workload === undefined) break
    await measureNext(request, workload, journal, pace)
    refuseFailing(plan, journal)
  }
  return pace.overheadShare()
}

/**
 * Of the open workloads, the one with the fewest complete pairs; in plan order where they are even.
 */
function nextWorkload(
  plan: EvaluationPlan,
  journal: readonly JournalLine[],
  open: readonly string[],
): PlannedWorkload | undefined {
  const rank = ({ id }: PlannedWorkload) => roundsOf(journal, plan, id).length
  return plan.workloads.filter(({ id }) => open.includes(id)).sort((a, b) => rank(a) - rank(b))[0]
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
      now,
      onRun: (arm) =>
        progress.run({
          workload: workload.id,
          pair: rounds.length + 1,
          pairs,
          arm,
          ...pace.now(runsLeft(request, journal)),
          ...(estimate !== undefined && { estimate }),
        }),
      onLine: (line) => {
        onLine(line)
        journal.push(line)
        pace.add(line)
        if ('error' in line)
          progress.note(`${line.workload} pair ${line.pair} ${line.arm} failed: ${line.error}`)
        else if (line.voided !== undefined)
          progress.note(`${line.workload} pair ${line.pair} does not count: ${line.voided}`)
      },
    },
    workload,
    number,
  )
}

/** Runs until every open workload has reached its next look. */
function runsLeft({ plan, open }: MeasuringRequest, journal: readonly JournalLine[]): number {
  const pairs = open(journal).map((id) => {
    const done = roundsOf(journal, plan, id).length
    return (ruleOf(plan, id).looks.find((look) => look > done) ?? done) - done
  })
  return pairs.reduce((sum, left) => sum + left, 0) * plan.arms.length
}

/**
 * Whether a measured run computed something else than what was proven: then the record will say so,
 * and measuring is pointless.
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
  return journal.some((line) => 'digest' in line && line.digest !== proven(line)?.digest)
}
