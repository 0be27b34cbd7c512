import { readCpuUsage } from '../system/primordials.js'
import { cpuMsBetween } from './cpu-clock.js'

/** Result of the kernel; written to a module variable so that the compiler cannot remove it. */
let residue = 1

/**
 * Integer work, which a control injects into an arm as its known effect. Each turn does the same
 * amount of work, which is not optimised away and does not allocate.
 *
 * @param turns number of turns, ≥ 0
 * @returns the residue so far; callers may ignore it
 */
export function burn(turns: number): number {
  let state = residue | 1
  for (let turn = 0; turn < turns; turn++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d)
    state = Math.imul(state ^ (state >>> 12), 0x297a2d39) + turn
  }
  residue = state
  return residue
}

const CALIBRATION_MS = 40
const CALIBRATION_REPEATS = 5

/**
 * Turns of the compiled kernel in one millisecond of CPU on this host: the median of five timings.
 *
 * @returns turns per ms, > 0
 */
export function calibrateTurnsPerMs(): number {
  let turns = 1 << 16
  while (timeTurnsMs(turns) < CALIBRATION_MS) turns *= 2
  const rates = Array.from({ length: CALIBRATION_REPEATS }, () => turns / timeTurnsMs(turns)).sort(
    (a, b) => a - b,
  )
  return rates[CALIBRATION_REPEATS >> 1] ?? 1
}

/** Burns turns of the kernel. @returns the CPU time they took, ms */
export function timeTurnsMs(turns: number): number {
  const before = readCpuUsage()
  burn(turns)
  return cpuMsBetween(before)
}
