import type { RunSlot } from '../contract.js'
import { readCpuUsage } from '../system/primordials.js'
import type { Measurement } from './child-message.js'
import { cpuMsBetween } from './cpu-clock.js'
import { readStartedProcesses } from './started-processes.js'
import type { TimedSection } from './timed-section.js'

/** What the account of a run is made of, once it has ended. */
interface Timed {
  readonly section: TimedSection
  /** CPU of each iteration, warm-up first, ms. */
  readonly passCpuMs: readonly number[]
  /** Number of iterations, with those made while others were still timed. */
  readonly made: number
  readonly proc: string
}

const NOTHING: NodeJS.CpuUsage = { user: 0, system: 0 }

/**
 * Accounts for the CPU that a defended run uses outside of its iterations. Work that was moved
 * there from the timed iterations shows up when the account is compared with that of the other arm.
 */
export function openAccount({ defended, warmup, iterations }: RunSlot) {
  const begun = readCpuUsage()
  let [extraEnded, resultsBegun, resultsEnded] = [begun, begun, begun]
  return {
    endExtra: () => {
      extraEnded = readCpuUsage()
    },
    beginResults: () => {
      resultsBegun = readCpuUsage()
    },
    endResults: () => {
      resultsEnded = readCpuUsage()
    },
    /** Empty unless the run is defended. */
    outside: ({ section, passCpuMs, made, proc }: Timed): Pick<Measurement, 'outsideMs'> => {
      if (defended !== true) return {}
      const timedMs = passCpuMs.slice(warmup).reduce((sum, ms) => sum + ms, 0)
      const extra = made - warmup - iterations
      const afterMs = cpuMsBetween(section.end.cpu, extraEnded)
      return {
        outsideMs: {
          before: cpuMsBetween(NOTHING, begun),
          between: cpuMsBetween(section.start.cpu, section.end.cpu) - timedMs,
          // What happens until the results are needed: messages, timers, finalizers.
          after: afterMs - (extra * timedMs) / iterations + cpuMsBetween(extraEnded, resultsBegun),
          canonical: cpuMsBetween(resultsBegun, resultsEnded),
          children: readStartedProcesses(proc)?.cpuMs ?? 0,
        },
      }
    },
  }
}
