import { append, readClock, readCpuUsage } from '../system/primordials.js'
import { cpuMsBetween } from './cpu-clock.js'

/**
 * The times of the iterations of a run. They are written into typed arrays by index while measured
 * code runs, because it could have replaced `push`, or a setter of lists.
 */
export interface PassLog<Outcome> {
  /** Makes an iteration, and notes its times and its outcome. */
  time(pass: () => Promise<Outcome>): Promise<void>
  /** Number of iterations so far. */
  count(): number
  readonly outcomes: Outcome[]
  /** The times so far, ms. */
  times(): { wallMs: number[]; cpuMs: number[]; waitedMs: number[] }
}

/**
 * An empty log.
 *
 * @param length of the run, warm-up included
 * @param readWaitMs waiting of the main thread so far, ms, if it counts
 */
export function createPassLog<Outcome>(
  length: number,
  readWaitMs?: () => number,
): PassLog<Outcome> {
  const wallMs = new Float64Array(length)
  const cpuMs = new Float64Array(length)
  const waitedMs = new Float64Array(length)
  const outcomes: Outcome[] = []
  let count = 0
  return {
    time: async (pass) => {
      const waited = readWaitMs?.() ?? 0
      const begin = readClock()
      const cpu = readCpuUsage()
      const outcome = await pass()
      cpuMs[count] = cpuMsBetween(cpu)
      wallMs[count] = readClock() - begin
      waitedMs[count] = readWaitMs === undefined ? 0 : readWaitMs() - waited
      count += 1
      append(outcomes, outcome)
    },
    count: () => count,
    outcomes,
    times: () => ({
      wallMs: Array.from(wallMs),
      cpuMs: Array.from(cpuMs),
      waitedMs: Array.from(waitedMs),
    }),
  }
}
