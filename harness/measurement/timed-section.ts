import { performance } from 'node:perf_hooks'
import { Bench } from 'tinybench'
import type { RunSlot } from '../contract.js'
import { readMainWait, readPeakRssBytes, readRunQueueWaits } from '../system/proc.js'
import type { Company } from './company.js'
import type { watchProcesses } from './started-processes.js'

/** Counters of this process, read at the start or the end of the timed section. */
interface Reading {
  readonly processes: ReturnType<ReturnType<typeof watchProcesses>['read']>
  readonly waits: ReadonlyMap<string, number> | undefined
  /** Waiting of the main thread for a CPU so far, read beside the clock, ms. */
  readonly mainWaitMs: number
  readonly involuntarySwitches: number
  readonly cpu: NodeJS.CpuUsage
  readonly atMs: number
}

/** The ends of the timed section, and the peak of memory when it ended. */
export interface TimedSection {
  readonly start: Reading
  readonly end: Reading
  readonly peakRssBytes: number | undefined
}

/** What is timed, and how. */
export interface Timing {
  readonly slot: RunSlot
  readonly iteration: () => Promise<void>
  readonly company: Company
  readonly processes: ReturnType<typeof watchProcesses>
  readonly proc: string
}

/** Runs warm-up and timed iterations; the counters are read around the timed ones. */
export async function timeIterations({
  slot,
  iteration,
  company,
  processes,
  proc,
}: Timing): Promise<TimedSection> {
  let start: Reading | undefined
  let end: Reading | undefined
  let peakRssBytes: number | undefined
  const bench = new Bench({
    warmup: slot.warmup > 0,
    warmupIterations: slot.warmup,
    warmupTime: 0,
    iterations: slot.iterations,
    time: 0,
    // By default tinybench does not report an iteration that throws.
    throws: true,
    setup: (_task, mode) => {
      if (mode === 'run') start = readAtStart(processes, proc)
    },
    teardown: (_task, mode) => {
      if (mode !== 'run') return
      end = readAtEnd(processes, proc)
      peakRssBytes = readPeakRssBytes(proc)
    },
  })
  bench.add(slot.workload, iteration, {
    async: true,
    beforeEach: async () => {
      if (slot.mode === 'probe') collect()
      await company.beforePass()
    },
    afterEach: company.afterPass,
  })
  await bench.run()
  if (start === undefined || end === undefined) throw new Error('no iteration was timed')
  return { start, end, peakRssBytes }
}

/**
 * Called before each iteration of a memory probe, because garbage of earlier iterations would add
 * to its peak.
 */
function collect(): void {
  globalThis.gc?.()
}

// The clocks are read last at the start and first at the end, so that the other readings stay
// outside the section. The wait is read beside them: if a process that shares the CPU has its turn
// between the two, the wait contains time that the section does not.
function readAtStart(watch: ReturnType<typeof watchProcesses>, proc: string): Reading {
  const processes = watch.read()
  const waits = readRunQueueWaits(proc)
  const involuntarySwitches = process.resourceUsage().involuntaryContextSwitches
  const mainWaitMs = readMainWait(proc)
  const cpu = process.cpuUsage()
  return { processes, waits, involuntarySwitches, mainWaitMs, cpu, atMs: performance.now() }
}

function readAtEnd(watch: ReturnType<typeof watchProcesses>, proc: string): Reading {
  const atMs = performance.now()
  const cpu = process.cpuUsage()
  const mainWaitMs = readMainWait(proc)
  const involuntarySwitches = process.resourceUsage().involuntaryContextSwitches
  const [counters, waits] = [watch.read(), readRunQueueWaits(proc)]
  return { processes: counters, waits, involuntarySwitches, mainWaitMs, cpu, atMs }
}
