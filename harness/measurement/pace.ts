import { performance } from 'node:perf_hooks'
import type { JournalLine, RunRecord } from '../evidence/run-record.js'

/** Speed of the measuring phase, for progress and the remaining time. */
export interface Pace {
  /** Counts a run that has just ended. */
  add(line: JournalLine): void
  /** @param runsLeft runs until the next look of every open workload */
  now(runsLeft: number): { readonly elapsedMs: number; readonly remainingMs?: number }
  /**
   * Share of the phase's wall time outside warm-up and timed iterations; undefined before the
   * first run.
   */
  overheadShare(): number | undefined
}

/** Starts the clock of the measuring phase. */
export function createPace(clock: () => number = () => performance.now()): Pace {
  const startMs = clock()
  let lastMs = startMs
  let runs = 0
  let insideMs = 0
  return {
    add: (line) => {
      lastMs = clock()
      runs += 1
      if (!('error' in line)) insideMs += busyMs(line)
    },
    now: (runsLeft) => {
      const elapsedMs = clock() - startMs
      return { elapsedMs, ...(runs > 0 && { remainingMs: (elapsedMs / runs) * runsLeft }) }
    },
    overheadShare: () => (runs === 0 ? undefined : Math.max(0, 1 - insideMs / (lastMs - startMs))),
  }
}

/**
 * Time of a run inside its iterations, ms. Where arms share a CPU, their wall times overlap, but
 * their CPU times add up.
 */
function busyMs({ passCpuMs, core, warmupMs, wallMs, iterations }: RunRecord): number {
  return core === undefined || passCpuMs === undefined
    ? warmupMs + wallMs * iterations
    : passCpuMs.reduce((sum, ms) => sum + ms, 0)
}
