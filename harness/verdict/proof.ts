import { InvalidEvidenceError } from '../errors.js'
import type { Equivalence, EvaluationPlan } from '../evidence/evidence.js'
import type { ProbeLine } from '../evidence/probe-record.js'
import type { JournalLine } from '../evidence/run-record.js'

export const FOUND = ['before measuring', 'while measuring'] as const

/** The first difference found between candidate and baseline. */
export interface FoundDivergence
  extends Readonly<Extract<Equivalence, { kind: 'different' }>['divergence']> {
  /**
   * `before measuring` means that the proof failed; `while measuring`, that the digest of a
   * measured run differs from the proven one.
   */
  readonly found: (typeof FOUND)[number]
}

/**
 * Checks that results were proven equal before measuring and were the same in every measured run,
 * including voided runs and those of the memory probe.
 *
 * @returns the first divergence; undefined if there is none
 * @throws {InvalidEvidenceError} equivalence.json lacks the equal digests of a workload, seed or
 * arm
 */
export function findDivergence(
  plan: EvaluationPlan,
  equivalence: Equivalence,
  runs: readonly JournalLine[],
  probe: readonly ProbeLine[] = [],
): FoundDivergence | undefined {
  if (equivalence.kind === 'different')
    return { found: 'before measuring', ...equivalence.divergence }
  const proven = provenDigests(plan, equivalence)
  for (const run of [...runs, ...probe]) {
    const expected = proven.get(key(run.workload, plan.seed))
    if ('error' in run || run.digest === expected) continue
    // Iterations with seeds of their own are compared within the pair: `findWrongAnswer`.
    if ('passDigests' in run && run.passDigests !== undefined && expected !== undefined) continue
    if (expected === undefined) {
      throw new InvalidEvidenceError(
        `a run of ${run.workload} was recorded, but this workload is not in the plan; restore runs.jsonl and memory-probe.jsonl`,
      )
    }
    return {
      found: 'while measuring',
      workload: run.workload,
      seed: plan.seed,
      arm: run.arm,
      at: { ['samplesMs' in run ? 'pair' : 'pair of the memory probe']: String(run.pair) },
      field: 'digest',
      baseline: expected,
      candidate: run.digest,
    }
  }
  return undefined
}

/** The digest of each workload and seed, which all arms must share. */
function provenDigests(plan: EvaluationPlan, { digests }: Equivalence): Map<string, string> {
  const byArm = new Map(
    digests.map((entry) => [`${key(entry.workload, entry.seed)} ${entry.arm}`, entry.digest]),
  )
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
