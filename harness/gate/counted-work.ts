import { z } from 'zod'
import type { Arm } from '../contract.js'
import { defined } from '../evidence/defined.js'
import type { JournalLine, RunRecord } from '../evidence/run-record.js'
import { isFailure } from '../verdict/rounds.js'

/**
 * The counters of both versions over one pass: opens, decodes, cache hits, work done. They explain
 * a difference in time and are not used for the verdict.
 */
export const countedWorkSchema = z.strictObject({
  /** Number of counters that are equal. */
  equal: z.int().nonnegative(),
  /** Counters that differ; the value of a version that lacks the counter is absent. */
  different: z.array(
    z.strictObject({ name: z.string(), base: z.int().optional(), head: z.int().optional() }),
  ),
  /** Counters that are not compared: not a whole number, or not the same in every run. */
  unsteady: z.array(z.string()),
})
export type CountedWork = Readonly<z.infer<typeof countedWorkSchema>>

/**
 * Compares the counters of the runs of one seed.
 *
 * A whole number that is the same in every run of a version is a property of the code. Other
 * counters depend on chance: they are named and not compared.
 *
 * @param runs journal of one plan, which has one seed
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
    different: different.map((name) =>
      defined({ name, base: base.get(name), head: head.get(name) }),
    ),
    unsteady,
  }
}

const UNSTEADY = Number.NaN

/** The value of each counter, or NaN if it is not the same whole number in every run. */
function countsOf(runs: readonly RunRecord[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const run of runs) {
    for (const [name, value] of countedBy(run)) {
      const first = counts.get(name) ?? value
      counts.set(name, Number.isSafeInteger(value) && first === value ? value : UNSTEADY)
    }
  }
  for (const name of counts.keys())
    if (!runs.every((run) => countedBy(run).some(([counter]) => counter === name)))
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
