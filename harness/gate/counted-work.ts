import { z } from 'zod'
import type { Arm } from '../contract.js'
import type { JournalLine, RunRecord } from '../evidence/run-record.js'
import { isFailure } from '../verdict/rounds.js'

/**
 * What both versions count in one pass, exactly: opens, decodes, cache hits, work done. It decides
 * nothing and explains much.
 */
export const countedWorkSchema = z.strictObject({
  /** Counts that are the same in both. */
  equal: z.int().nonnegative(),
  /** Counts that differ, or that one version does not have (absent). */
  different: z.array(
    z.strictObject({ name: z.string(), base: z.int().optional(), head: z.int().optional() }),
  ),
  /** Names that are left out: no whole number, or not the same in every run of a version. */
  unsteady: z.array(z.string()),
})
export type CountedWork = Readonly<z.infer<typeof countedWorkSchema>>

/**
 * Compares what the runs of one seed count, name by name.
 *
 * Only what is a whole number and the same in every run of a version is a property of the code;
 * anything else depends on luck and is named, not compared.
 *
 * @param runs  journal of one plan, which has one seed
 */
export function compareCountedWork(runs: readonly JournalLine[], workload: string): CountedWork {
  const of = (arm: Arm) =>
    runs.filter(
      (line): line is RunRecord =>
        !isFailure(line) && line.workload === workload && line.arm === arm,
    )
  const [base, head] = [countsOf(of('baseline')), countsOf(of('candidate'))]
  const names = [...new Set([...base.keys(), ...head.keys()])].sort()
  const unsteady = names.filter((name) => isUnsteady(base.get(name)) || isUnsteady(head.get(name)))
  const steady = names.filter((name) => !unsteady.includes(name))
  const different = steady.filter((name) => base.get(name) !== head.get(name))
  return {
    equal: steady.length - different.length,
    different: different.map((name) => ({
      name,
      ...present('base', base.get(name)),
      ...present('head', head.get(name)),
    })),
    unsteady,
  }
}

const UNSTEADY = Number.NaN

/** The one value of each name over all runs; NaN where there is none. */
function countsOf(runs: readonly RunRecord[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const run of runs) {
    for (const [name, value] of countedBy(run)) {
      const known = counts.get(name) ?? value
      counts.set(name, Number.isSafeInteger(value) && known === value ? value : UNSTEADY)
    }
  }
  for (const name of counts.keys())
    if (!runs.every((run) => countedBy(run).some(([own]) => own === name)))
      counts.set(name, UNSTEADY)
  return counts
}

function countedBy({ counters, work }: RunRecord): (readonly [string, number])[] {
  return [
    ...Object.entries(counters),
    ...(work === undefined ? [] : [[`work (${work.unit})`, work.amount] as const]),
  ]
}

function isUnsteady(value: number | undefined): boolean {
  return value !== undefined && Number.isNaN(value)
}

function present(version: 'base' | 'head', value: number | undefined) {
  return value === undefined ? {} : { [version]: value }
}
