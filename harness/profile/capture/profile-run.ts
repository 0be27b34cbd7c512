import type { Capture, RunSlot, Suite } from '../../contract.js'
import type { ProfiledRun } from '../../measurement/child-message.js'
import { workloadOf } from '../../measurement/run-once.js'
import { foldStack } from '../../measurement/stack.js'
import { type ObservingCapture, startCapture } from './capture.js'

/**
 * CPU a series of reference computations takes at least, ms: the clock of a process is read once
 * per series.
 */
const SERIES_CPU_MS = 20
const SERIES = 9

/**
 * One profiled run, in this process: W passes unobserved, then K under the profiler the slot names.
 * Nothing of it is a measurement, except under `clock`: that one observes nothing, and times passes
 * and the reference computation side by side. `outside` observes nothing either: it makes its
 * passes for another program to watch, and lets the event loop turn before each.
 *
 * @throws {Error} a pass threw, or the slot names no capture
 */
export async function profileRun(suite: Suite, slot: RunSlot): Promise<ProfiledRun> {
  const { capture } = slot
  if (capture === undefined) throw new Error('a profiled run needs a capture')
  const workload = workloadOf(suite, slot.workload)
  const scale: unknown = workload.scales[slot.scale]
  const subject = foldStack(suite, slot.stack)
  const pass = async (): Promise<number> => {
    const before = process.cpuUsage()
    await workload.run(subject, scale, slot.seed)
    return cpuMsSince(before)
  }
  const passes = async (count: number): Promise<number[]> => {
    const cpuMs: number[] = []
    while (cpuMs.length < count) {
      if (capture.profiler === 'outside') await new Promise((resolve) => setImmediate(resolve))
      cpuMs.push(await pass())
    }
    return cpuMs
  }
  if (!isObserving(capture)) {
    await passes(slot.warmup)
    const cpuMs = median(await passes(slot.iterations))
    const reference =
      capture.profiler === 'clock' ? await workload.reference?.(scale, slot.seed) : undefined
    return {
      cpuMs,
      passes: slot.iterations,
      files: [],
      lostThreads: 0,
      ...(reference !== undefined && { referenceCpuMs: timeReference(reference) }),
    }
  }
  const running = await startCapture(capture)
  await passes(slot.warmup)
  await running.begin()
  const cpuMs = median(await passes(slot.iterations))
  const { files, lostThreads } = await running.stop()
  return { cpuMs, passes: slot.iterations, files: [...files], lostThreads }
}

function isObserving(capture: Capture): capture is ObservingCapture {
  return capture.profiler !== 'clock' && capture.profiler !== 'outside'
}

/**
 * CPU of one computation, ms: the median of series, each long enough for the clock. The first
 * series, in which it is compiled, does not count.
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
    // Also a use of the result: without one the compiler could leave the computation out.
    if (compute() !== first)
      throw new Error('the reference computation gives another result each time')
  }
  return cpuMsSince(before)
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
