import type { RunLength } from '../../contract.js'

/** CPU of the warm-up, ms. After it, code is compiled as in a measured run. */
const WARM_UP_MS = 500
const MOST_WARM_UP = 20
const MOST_PASSES = 1000

/** The number of passes that take about `cpuMs`; at least one. */
export function passesFor(cpuMs: number, passCpuMs: number, most = MOST_PASSES): number {
  return Math.max(1, Math.min(most, Math.round(cpuMs / Math.max(passCpuMs, 0.001))))
}

/** The number of passes that warm up a process. */
function warmUpFor(passCpuMs: number): number {
  return passesFor(WARM_UP_MS, passCpuMs, MOST_WARM_UP)
}

/**
 * The numbers of passes for all arms. They are equal, because the time of a pass depends on how
 * many passes came before: the fastest arm is warmed up, and the slowest is profiled for about
 * `cpuMs`.
 *
 * @param cpuMs      CPU to spend on the timed passes of one process, ms
 * @param passCpuMs  CPU of a pass in each arm, ms
 */
export function equalLength(cpuMs: number, passCpuMs: readonly number[]): RunLength {
  return {
    warmup: warmUpFor(Math.min(...passCpuMs)),
    iterations: passesFor(cpuMs, Math.max(...passCpuMs)),
  }
}
