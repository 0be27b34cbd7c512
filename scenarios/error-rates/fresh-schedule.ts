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
  /** Seed of the data. */
  readonly dataSeed: number
}

const FIRST_SEED = 20_000
const FIRST_DATA_SEED = 20_261_127
/** Decisions take turns with as many sets of data. */
const DATA = 4
const HOGS = 2
/** Every second decision without a change runs beside hogs, and every fourth of the others. */
const HOGS_EVERY = { none: 2, others: 4 } as const

/**
 * All decisions of the study in the order of measurement. Some run beside two CPU hogs, and the
 * workloads take turns. The cells are in seeded random order, so that the time of day does not
 * favour a cell, and so that a part of the study is a fair sample of it.
 *
 * @param workloads ids, at least one
 */
export function freshSchedule(workloads: readonly string[]): FreshTask[] {
  const tasks = FRESH_CELL_NAMES.flatMap((cell) => {
    const every = cell === 'none' ? HOGS_EVERY.none : HOGS_EVERY.others
    return Array.from({ length: FRESH_COUNTS[cell] }, (_, index) => {
      // Successive decisions share a workload, so that each workload has the same share of hogs.
      const block = Math.floor(index / every)
      return {
        cell,
        change: FRESH_CELLS[cell],
        hogs: index % every === every - 1 ? HOGS : 0,
        workload: workloads[block % workloads.length] ?? '',
        dataSeed: FIRST_DATA_SEED + (Math.floor(block / workloads.length) % DATA),
      }
    })
  })
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
