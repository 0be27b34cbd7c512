import type { Capture, RunSlot, Suite } from '../../contract.js'
import type { ProfiledRun } from '../../measurement/child-message.js'
import { ALONE, type Company } from '../../measurement/company.js'
import { cpuMsBetween } from '../../measurement/cpu-clock.js'
import { workloadOf } from '../../measurement/run-once.js'
import { foldStack } from '../../measurement/stack.js'
import { watchProcesses } from '../../measurement/started-processes.js'
import { type ProfilerCapture, type RunningCapture, startCapture } from './capture.js'

/**
 * Least CPU of a series of reference computations, ms. The CPU clock cannot time shorter series.
 */
const SERIES_CPU_MS = 20
const SERIES = 9

/**
 * Profiles a workload in this process: passes for warm-up, then passes under the profiler of the
 * slot. Two of the profilers do not observe anything. `clock` times passes and the reference
 * computation. `outside` makes passes, each in a new turn of the event loop, while another program
 * observes them.
 *
 * @param company the other processes, if they run at the same time
 * @param counting the capture of calls, which began before the suite was loaded
 * @throws {Error} a pass threw an error, or the slot does not contain a capture
 */
export async function profileRun(
  suite: Suite,
  slot: RunSlot,
  company: Company = ALONE,
  counting?: RunningCapture,
): Promise<ProfiledRun> {
  const { capture } = slot
  if (capture === undefined) throw new Error('a profiled run needs a capture')
  const workload = workloadOf(suite, slot.workload)
  const scale: unknown = workload.scales[slot.scale]
  const subject = foldStack(suite, slot.stack)
  const passes = async (count: number): Promise<number[]> => {
    const cpuMs: number[] = []
    while (cpuMs.length < count) {
      if (capture.profiler === 'outside') await new Promise((resolve) => setImmediate(resolve))
      await company.beforePass()
      const before = process.cpuUsage()
      await workload.run(subject, scale, slot.seed)
      cpuMs.push(cpuMsBetween(before))
      await company.afterPass()
    }
    return cpuMs
  }
  const running = counting ?? (usesProfiler(capture) ? await startCapture(capture) : undefined)
  const started = counting && watchProcesses()
  await passes(slot.warmup)
  await running?.begin()
  const startedBefore = started?.read()
  const begun = process.cpuUsage()
  const cpuMs = median(await passes(slot.iterations))
  const wholeCpuMs = cpuMsBetween(begun)
  const hasStarted =
    startedBefore !== undefined && started?.sawAny(startedBefore, started.read()) === true
  const { files, lostThreads, cpu } = (await running?.stop()) ?? { files: [], lostThreads: 0 }
  await company.untilAllTimed(() => workload.run(subject, scale, slot.seed))
  const reference =
    capture.profiler === 'clock' ? await workload.reference?.(scale, slot.seed) : undefined
  return {
    cpuMs,
    passes: slot.iterations,
    sectionCpuMs: Math.max(0, wholeCpuMs - (cpu?.profilerMs ?? 0)),
    files: [...files],
    lostThreads,
    ...(hasStarted && { startedProcesses: true as const }),
    ...(cpu !== undefined && { threads: [...cpu.threads] }),
    ...(reference !== undefined && { referenceCpuMs: timeReference(reference) }),
  }
}

function usesProfiler(capture: Capture): capture is ProfilerCapture {
  return capture.profiler !== 'clock' && capture.profiler !== 'outside'
}

/**
 * CPU of one computation, ms: the median of several series, each long enough for the CPU clock.
 * The series that are made to find that length also get the computation compiled.
 */
function timeReference(compute: () => number): number {
  let turns = 1
  while (timeSeries(compute, turns) < SERIES_CPU_MS && turns < 2 ** 20) turns *= 2
  return median(Array.from({ length: SERIES }, () => timeSeries(compute, turns) / turns))
}

function timeSeries(compute: () => number, turns: number): number {
  const before = process.cpuUsage()
  const first = compute()
  for (let turn = 1; turn < turns; turn++) {
    // Using the result also keeps the compiler from removing the computation.
    if (compute() !== first) throw new Error('the reference computation is not deterministic')
  }
  return cpuMsBetween(before)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
