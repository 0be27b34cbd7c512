import type { EvaluationPlan } from '../evidence/evidence.js'
import type { JournalLine, RunRecord } from '../evidence/run-record.js'
import { signText, type TamperClass, type TamperSign } from '../evidence/tamper-classes.js'
import { iterationSeeds } from '../measurement/schedule.js'
import { ruleOf } from './criteria.js'
import { findMovedWork } from './moved-work.js'
import type { FoundDivergence } from './proof.js'
import { isFailure, roundsOf } from './rounds.js'

/** The first sign of tampering in the runs of an evaluation. */
export interface FoundTampering {
  readonly class: TamperClass
  readonly workload: string
  readonly arm: RunRecord['arm']
  /** Absent if it shows only over all pairs. */
  readonly pair?: number
  /** The class, what it means, and what was found: `signText`. */
  readonly what: string
}

type Planned = Pick<EvaluationPlan, 'seed' | 'workloads' | 'defended'>

/** A run that was found to be tampered with while it ran. */
export function findTamperedRun(runs: readonly JournalLine[]): FoundTampering | undefined {
  const line = runs.find((run) => isFailure(run) && run.tampered !== undefined)
  if (line === undefined || !isFailure(line) || line.tampered === undefined) return undefined
  const { tampered, workload, arm, pair, error } = line
  return { class: tampered, workload, arm, pair, what: error }
}

/** A candidate that saves time in the timed iterations by working elsewhere. */
export function findShiftedWork(
  plan: EvaluationPlan,
  runs: readonly JournalLine[],
): FoundTampering | undefined {
  if (plan.defended !== true) return undefined
  for (const { id } of plan.workloads) {
    const moved = findMovedWork(roundsOf(runs, plan, id), ruleOf(plan, id).against, plan.metric)
    if (moved !== undefined)
      return { class: moved.class, what: signText(moved), workload: id, arm: 'candidate' }
  }
  return undefined
}

/** A wrong answer in a run whose iterations have seeds of their own. */
interface WrongAnswer {
  readonly divergence: FoundDivergence
  readonly tampering: FoundTampering
  /** It is the right answer of another iteration. */
  readonly isRemembered: boolean
}

/**
 * The first wrong answer in runs whose iterations have seeds of their own: in each pair, every arm
 * must give the answers of the baseline, iteration by iteration.
 */
export function findWrongAnswer(
  plan: Planned,
  runs: readonly JournalLine[],
): WrongAnswer | undefined {
  if (plan.defended !== true) return undefined
  for (const run of runs) {
    if (isFailure(run) || run.passDigests === undefined) continue
    const baseline = runs.find((other) => isBaselineOf(other, run)) as RunRecord | undefined
    if (baseline !== undefined && baseline.digest !== run.digest)
      return describeWrong(plan, run, baseline)
  }
  return undefined
}

function isBaselineOf(other: JournalLine, { workload, pair }: RunRecord): boolean {
  return (
    !isFailure(other) &&
    other.arm === 'baseline' &&
    other.workload === workload &&
    other.pair === pair
  )
}

function describeWrong(plan: Planned, run: RunRecord, baseline: RunRecord): WrongAnswer {
  const { workload, arm, pair, passDigests: given = [] } = run
  const right = baseline.passDigests ?? []
  const index = given.findIndex((digest, at) => digest !== right[at])
  const iteration = index < 0 ? undefined : index + 1
  const remembered = iteration === undefined ? -1 : right.indexOf(given[index]!)
  const isRemembered = remembered >= 0
  const { seedSets = 1 } = plan.workloads.find(({ id }) => id === workload) ?? {}
  const seeds = iterationSeeds(plan.seed, workload, (pair - 1) % seedSets, right.length)
  const sign: TamperSign = isRemembered
    ? {
        class: 'remembered-answer',
        what: `iteration ${iteration} returned the answer of iteration ${remembered + 1}`,
      }
    : { class: 'different-when-measured', what: `iteration ${iteration ?? '?'}` }
  return {
    isRemembered,
    divergence: {
      found: 'while measuring',
      workload,
      seed: seeds[index] ?? plan.seed,
      arm,
      at: { pair: String(pair), iteration: String(iteration ?? '?') },
      field: 'digest',
      baseline: right[index] ?? baseline.digest,
      candidate: given[index] ?? run.digest,
    },
    tampering: { class: sign.class, workload, arm, pair, what: signText(sign) },
  }
}

/**
 * Whether the answers of a run hardly depend on the seed, so that a remembered one would count as
 * right: fewer than half of its iterations have an answer of their own.
 */
export function answersRepeat({ passDigests }: Pick<RunRecord, 'passDigests'>): boolean {
  if (passDigests === undefined || passDigests.length < 2) return false
  return new Set(passDigests).size < passDigests.length / 2
}
