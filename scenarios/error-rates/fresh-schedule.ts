import { seededRandom } from '../../harness/statistics/random.js'
import { FRESH_COUNTS } from './fresh-counts.js'
import {
  FRESH_CELL_NAMES,
  FRESH_CELLS,
  type FreshCell,
  type FreshDecision,
} from './fresh-decision.js'

/**
 * One decision to measure. It is identified by its seed, which is the same in every repetition of
 * the study.
 */
export interface FreshTask {
  readonly cell: FreshCell
  /** True improvement; 0 for A/A. */
  readonly change: number
  readonly workload: string
  readonly hogs: number
  readonly seed: number
}

const FIRST_SEED = 1_000
const HOGS = 2
const HOGS_EVERY = 3

/**
 * All decisions of the study in the order of measurement: every third decision of a cell runs with
 * two CPU hogs, and the workloads take turns. The cells are in seeded random order, so that the
 * time of day does not favour a cell.
 *
 * @param workloads ids, at least one
 */
export function freshSchedule(workloads: readonly string[]): FreshTask[] {
  const tasks = FRESH_CELL_NAMES.flatMap((cell) =>
    Array.from({ length: FRESH_COUNTS[cell] }, (_, index) => ({
      cell,
      change: FRESH_CELLS[cell],
      hogs: index % HOGS_EVERY === HOGS_EVERY - 1 ? HOGS : 0,
      // Three successive decisions share a workload, so that a third of the decisions on each
      // workload runs with hogs.
      workload: workloads[Math.floor(index / HOGS_EVERY) % workloads.length] ?? '',
    })),
  )
  const random = seededRandom(FIRST_SEED)
  return tasks
    .map((task, index) => ({ task: { ...task, seed: FIRST_SEED + index }, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ task }) => task)
}

/** The tasks that are not measured yet, in order. */
export function freshTasksLeft(
  tasks: readonly FreshTask[],
  done: readonly FreshDecision[],
): FreshTask[] {
  const measured = new Set(done.map(({ seed }) => seed))
  return tasks.filter(({ seed }) => !measured.has(seed))
}
