import { createHash } from 'node:crypto'
import { PerformanceObserver, performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { Bench } from 'tinybench'
import type { Outcome, RunSlot, Suite, Workload } from '../contract.js'
import { PROC, readPeakRssBytes, readRunQueueWaits, waitBetween } from '../system/proc.js'
import type { Measurement } from './child-message.js'
import { burn } from './kernel.js'
import { foldStack } from './stack.js'
import { UncountedWork, watchProcesses } from './started-processes.js'

/** Counters of this process at one end of the timed section. */
interface Reading {
  readonly processes: ReturnType<ReturnType<typeof watchProcesses>['read']>
  readonly waits: ReadonlyMap<string, number> | undefined
  readonly involuntarySwitches: number
  readonly cpu: NodeJS.CpuUsage
  readonly atMs: number
}

/**
 * One run: W warm-up and K timed iterations of a workload in this process, driven by tinybench.
 *
 * Everything that is not the workload (digests, heap, GC accounts) waits until the timed section is
 * over; outputs are kept until then.
 *
 * @param suite the suite the slot names
 * @param proc  root of the proc file system; another one in tests
 * @throws {UncountedWork} the metric is cpu, and other processes worked in the timed section
 * @throws {Error} an iteration threw, or tinybench did not make exactly K timed iterations
 */
export async function runOnce(
  suite: Suite,
  slot: RunSlot,
  proc: string = PROC,
): Promise<Measurement> {
  const workload = workloadOf(suite, slot.workload)
  const scale: unknown = workload.scales[slot.scale]
  const subject = foldStack(suite, slot.stack)
  const turns = slot.inject ?? 0
  const collections = observeCollections()
  const processes = watchProcesses(proc)
  const outcomes: Outcome<unknown>[] = []
  // Our own samples, because tinybench sorts its.
  const durationsMs: number[] = []
  let start: Reading | undefined
  let end: Reading | undefined
  let peakRssBytes: number | undefined

  const bench = new Bench({
    warmup: slot.warmup > 0,
    warmupIterations: slot.warmup,
    warmupTime: 0,
    iterations: slot.iterations,
    time: 0,
    // Without it a task that throws resolves as if all were well.
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
  // Returns nothing: tinybench would take an `overriddenDuration` for the time. `async` is stated,
  // or it would call once more to find out.
  const iteration = async (): Promise<void> => {
    const begin = performance.now()
    outcomes.push(await workload.run(subject, scale, slot.seed))
    if (turns > 0) burn(turns)
    durationsMs.push(performance.now() - begin)
  }
  bench.add(slot.workload, iteration, {
    async: true,
    ...(slot.mode === 'probe' && { beforeEach: collect }),
  })
  await bench.run()

  const samplesMs = durationsMs.slice(slot.warmup)
  if (
    start === undefined ||
    end === undefined ||
    samplesMs.length !== slot.iterations ||
    durationsMs[0] === undefined
  ) {
    throw new Error(
      `${durationsMs.length} iterations were made instead of ${slot.warmup} + ${slot.iterations}`,
    )
  }
  if (slot.metric === 'cpu' && processes.sawAny(start.processes, end.processes)) {
    throw new UncountedWork(
      "the timed section ran other processes, whose CPU time is not counted; declare metric: 'wall' in the layer, or give --metric wall",
    )
  }
  const wallMs = end.atMs - start.atMs
  const unknowable =
    start.waits === undefined || end.waits === undefined || workload.parallel === true
  const waitMs = unknowable ? undefined : waitBetween(start.waits!, end.waits!)
  const gc = await collections.between(start.atMs, end.atMs)
  const digest = digestOfAll(outcomes.map(({ output }) => workload.canonical(output)))
  const counters = meanCounters(outcomes.slice(slot.warmup))
  const work = outcomes.at(-1)?.work
  outcomes.length = 0
  globalThis.gc?.()
  return {
    cpuMs:
      (end.cpu.user + end.cpu.system - start.cpu.user - start.cpu.system) / 1000 / slot.iterations,
    wallMs: wallMs / slot.iterations,
    coldWallMs: durationsMs[0],
    samplesMs,
    warmup: slot.warmup,
    warmupMs: durationsMs.slice(0, slot.warmup).reduce((sum, ms) => sum + ms, 0),
    iterations: slot.iterations,
    ...(peakRssBytes !== undefined && { peakRssBytes }),
    // Not `process.memoryUsage()`: that reads /proc, which some hosts do not have.
    heapBytes: getHeapStatistics().used_heap_size,
    gcMs: gc.ms,
    gcCount: gc.count,
    involuntarySwitches: end.involuntarySwitches - start.involuntarySwitches,
    ...(waitMs !== undefined && { waitShare: waitMs / wallMs }),
    digest,
    counters,
    ...(work !== undefined && { work: { unit: work.unit, amount: work.amount } }),
  }
}

/**
 * Before each iteration of a memory probe: how much garbage the ones before it have left when the
 * peak is reached is a matter of luck.
 */
function collect(): void {
  globalThis.gc?.()
}

// biome-ignore lint/suspicious/noExplicitAny: scale and output are private to the workload
export function workloadOf(suite: Suite, id: string): Workload<unknown, any, unknown> {
  const workload = [...suite.workloads, ...(suite.profiled ?? [])].find(
    (candidate) => candidate.id === id,
  )
  if (workload === undefined) throw new Error(`suite ${suite.name} has no workload ${id}`)
  return workload
}

/** `sha256:…` of canonical output. */
export function digestOf(canonical: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(canonical).digest('hex')}`
}

/** The digest the iterations share; where they disagree, one that equals no output's digest. */
function digestOfAll(canonicals: readonly (string | Uint8Array)[]): string {
  const digests = [...new Set(canonicals.map(digestOf))]
  return digests.length === 1 && digests[0] !== undefined
    ? digests[0]
    : digestOf(digests.join('\n'))
}

// At the start the clocks are read last, at the end first: the other readings stay outside the
// section.
function readAtStart(watch: ReturnType<typeof watchProcesses>, proc: string): Reading {
  const processes = watch.read()
  const waits = readRunQueueWaits(proc)
  const involuntarySwitches = process.resourceUsage().involuntaryContextSwitches
  return { processes, waits, involuntarySwitches, cpu: process.cpuUsage(), atMs: performance.now() }
}

function readAtEnd(watch: ReturnType<typeof watchProcesses>, proc: string): Reading {
  const atMs = performance.now()
  const cpu = process.cpuUsage()
  const involuntarySwitches = process.resourceUsage().involuntaryContextSwitches
  return { processes: watch.read(), waits: readRunQueueWaits(proc), involuntarySwitches, cpu, atMs }
}

/** Garbage collections of this process, from now on. */
function observeCollections() {
  const entries: { readonly startTime: number; readonly duration: number }[] = []
  const observer = new PerformanceObserver((list) => void entries.push(...list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  return {
    /**
     * Time and number of those that began within a section, ms on the clock of `performance.now`.
     */
    async between(fromMs: number, toMs: number) {
      // Node hands its GC entries over on a later turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve))
      await new Promise((resolve) => setImmediate(resolve))
      entries.push(...observer.takeRecords())
      observer.disconnect()
      const within = entries.filter(({ startTime }) => startTime >= fromMs && startTime <= toMs)
      return { ms: within.reduce((sum, { duration }) => sum + duration, 0), count: within.length }
    },
  }
}

/** Of what every iteration counts: one that does not count has not counted zero. */
function meanCounters(outcomes: readonly Outcome<unknown>[]): Record<string, number> {
  const names = new Set(outcomes.flatMap(({ counters }) => Object.keys(counters ?? {})))
  const entries = [...names].flatMap((name) => {
    const values = outcomes.flatMap(({ counters }) =>
      counters !== undefined && name in counters ? [counters[name]!] : [],
    )
    return values.length < outcomes.length
      ? []
      : [[name, values.reduce((sum, value) => sum + value, 0) / values.length] as const]
  })
  return Object.fromEntries(entries)
}
