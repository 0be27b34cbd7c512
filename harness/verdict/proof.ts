import type { Arm } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import type { Equivalence, EvaluationPlan } from '../evidence.js'
import type { JournalLine } from '../measurement/run-record.js'
import { isFailure } from './rounds.js'

/** Where candidate and baseline were first seen to differ. */
export interface FoundDivergence {
  /** `before measuring`: the proof failed. `while measuring`: a measured run's digest is not the proven one. */
  readonly found: 'before measuring' | 'while measuring'
  readonly workload: string
  readonly seed: number
  readonly arm: Arm
  readonly at: Readonly<Record<string, string>>
  readonly field: string
  readonly baseline: string
  readonly candidate: string
}

/**
 * Whether equal results were proven before measuring and seen again on every measured run, voided ones included.
 *
 * @returns the first divergence; undefined where there is none
 * @throws {InvalidEvidenceError} equivalence.json claims equality and does not show it for every workload, seed and arm
 */
export function findDivergence(
  plan: EvaluationPlan,
  equivalence: Equivalence,
  runs: readonly JournalLine[],
): FoundDivergence | undefined {
  if (equivalence.kind === 'different') return { found: 'before measuring', ...equivalence.divergence }
  const proven = provenDigests(plan, equivalence)
  for (const run of runs) {
    const expected = proven.get(key(run.workload, plan.seed))
    if (isFailure(run) || run.digest === expected) continue
    if (expected === undefined) {
      throw new InvalidEvidenceError(`runs.jsonl holds a run of ${run.workload}, which the plan does not have; restore the file`)
    }
    return {
      found: 'while measuring',
      workload: run.workload,
      seed: plan.seed,
      arm: run.arm,
      at: { pair: String(run.pair) },
      field: 'digest',
      baseline: expected,
      candidate: run.digest,
    }
  }
  return undefined
}

/** The one digest of each workload and seed, after checking that all arms have it. */
function provenDigests(plan: EvaluationPlan, { digests }: Equivalence): Map<string, string> {
  const byArm = new Map(digests.map((entry) => [`${key(entry.workload, entry.seed)} ${entry.arm}`, entry.digest]))
  const proven = new Map<string, string>()
  for (const { id } of plan.workloads) {
    for (const seed of new Set([plan.seed, ...plan.equivalenceSeeds])) {
      const [first, ...others] = plan.arms.map((arm) => byArm.get(`${key(id, seed)} ${arm}`))
      if (first === undefined || others.some((digest) => digest !== first)) {
        throw new InvalidEvidenceError(
          `equivalence.json claims equal results but does not show them for ${id}, seed ${seed}; restore the file or evaluate again`,
        )
      }
      proven.set(key(id, seed), first)
    }
  }
  return proven
}

function key(workload: string, seed: number): string {
  return `${workload} ${seed}`
}
