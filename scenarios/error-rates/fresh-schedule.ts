import { seededRandom } from '../../harness/statistics/random.js'
import {
  FRESH_CELL_NAMES,
  FRESH_CELLS,
  type FreshCell,
  type FreshDecision,
} from './fresh-decision.js'

/** One decision to measure. Its seed identifies it, the same in every repetition of the study. */
export interface FreshTask {
  readonly cell: FreshCell
  /** True improvement; 0: A/A. */
  readonly change: number
  readonly workload: string
  readonly hogs: number
  readonly seed: number
}

/** Decisions per true change; most for no change, whose promised error rate is the smallest. */
export const FRESH_COUNTS: Readonly<Record<FreshCell, number>> = {
  none: 100,
  '3% faster': 30,
  '10% faster': 30,
  '12% slower': 30,
  '20% slower': 30,
}

/** Decisions of the whole study. */
export const FRESH_TOTAL = Object.values(FRESH_COUNTS).reduce((sum, count) => sum + count, 0)

const FIRST_SEED = 1_000
const HOGS = 2
const HOGS_EVERY = 3

/**
 * All decisions of the study in the order of measurement: every third of a cell with two CPU hogs,
 * the workloads in turn, and the cells in seeded random order, so that the time of day does not
 * favour one of them.
 *
 * @param workloads ids, at least one
 */
export function freshSchedule(workloads: readonly string[]): FreshTask[] {
  const tasks = FRESH_CELL_NAMES.flatMap((cell) =>
    Array.from({ length: FRESH_COUNTS[cell] }, (_, index) => ({
      cell,
      change: FRESH_CELLS[cell],
      hogs: index % HOGS_EVERY === HOGS_EVERY - 1 ? HOGS : 0,
      // Blocks of three share a workload, so that a third of each workload has hogs.
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
