import { Bench } from 'tinybench'
import type { RunSlot } from '../contract.js'
import { collectAll, readClock, readCpuUsage, readResourceUsage } from '../system/primordials.js'
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
  /** Called right after the last iteration, outside of the section. */
  readonly onEnd: () => void
}

/** Runs warm-up and timed iterations; the counters are read around the timed ones. */
export async function timeIterations({
  slot,
  iteration,
  company,
  processes,
  proc,
  onEnd,
}: Timing): Promise<TimedSection> {
  let start: Reading | undefined
  let end: Reading | undefined
  let peakRssBytes: number | undefined
  let passes = 0
  const inLockStep = slot.together === 'lock-step'
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
      if (!inLockStep) onEnd()
    },
  })
  bench.add(slot.workload, iteration, {
    async: true,
    beforeEach: async () => {
      // Garbage of earlier iterations would add to the peak of a memory probe.
      if (slot.mode === 'probe') collectAll()
      await company.beforePass()
    },
    afterEach: async () => {
      passes += 1
      // Afterwards others have their turn, and messages of this process may arrive.
      if (inLockStep && passes === slot.warmup + slot.iterations) onEnd()
      await company.afterPass()
    },
  })
  await bench.run()
  if (start === undefined || end === undefined) throw new Error('no iteration was timed')
  return { start, end, peakRssBytes }
}

// The clocks are read last at the start and first at the end, so that the other readings stay
// outside the section. The wait is read beside them: if a process that shares the CPU has its turn
// between the two, the wait contains time that the section does not.
function readAtStart(watch: ReturnType<typeof watchProcesses>, proc: string): Reading {
  const processes = watch.read()
  const waits = readRunQueueWaits(proc)
  const involuntarySwitches = readResourceUsage().involuntaryContextSwitches
  const mainWaitMs = readMainWait(proc)
  const cpu = readCpuUsage()
  return { processes, waits, involuntarySwitches, mainWaitMs, cpu, atMs: readClock() }
}

function readAtEnd(watch: ReturnType<typeof watchProcesses>, proc: string): Reading {
  const atMs = readClock()
  const cpu = readCpuUsage()
  const mainWaitMs = readMainWait(proc)
  const involuntarySwitches = readResourceUsage().involuntaryContextSwitches
  const [counters, waits] = [watch.read(), readRunQueueWaits(proc)]
  return { processes: counters, waits, involuntarySwitches, mainWaitMs, cpu, atMs }
}
