import { createHash } from 'node:crypto'
import { PerformanceObserver, performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { Bench } from 'tinybench'
import type { Outcome, RunSlot, Suite, Workload } from '../contract.js'
import { PROC, readPeakRssBytes, readRunQueueWaits, waitBetween } from '../system/proc.js'
import type { Measurement } from './child-message.js'
import { burn } from './kernel.js'
import { canonicalOf, checkOutcome } from './outcome-contract.js'
import { foldStack } from './stack.js'
import { UncountedWork, watchProcesses } from './started-processes.js'

/** Counters of this process, read at the start or the end of the timed section. */
interface Reading {
  readonly processes: ReturnType<ReturnType<typeof watchProcesses>['read']>
  readonly waits: ReadonlyMap<string, number> | undefined
  readonly involuntarySwitches: number
  readonly cpu: NodeJS.CpuUsage
  readonly atMs: number
}

/** The ends of the timed section, and the peak of memory when it ended. */
interface TimedSection {
  readonly start: Reading
  readonly end: Reading
  readonly peakRssBytes: number | undefined
}

/**
 * One run: W warm-up and K timed iterations of a workload in this process, driven by tinybench.
 *
 * All other work (digests, heap, garbage collections) is done after the timed section; outputs are
 * kept until then.
 *
 * @param suite the suite of the slot
 * @param proc  root of the proc file system; another one in tests
 * @throws {UncountedWork} the metric is cpu, and other processes worked in the timed section
 * @throws {ContractError} the return value of an iteration does not meet the contract
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
  // Samples are collected here, because tinybench sorts its own.
  const durationsMs: number[] = []
  // The function returns nothing, because tinybench would use a returned `overriddenDuration` as
  // the time. It is declared `async`, because tinybench calls any other function once more to test
  // whether it is.
  const iteration = async (): Promise<void> => {
    const begin = performance.now()
    outcomes.push(await workload.run(subject, scale, slot.seed))
    if (turns > 0) burn(turns)
    durationsMs.push(performance.now() - begin)
  }
  const { start, end, peakRssBytes } = await timeIterations(slot, iteration, processes, proc)
  checkIterations(slot, durationsMs)
  if (slot.metric === 'cpu' && processes.sawAny(start.processes, end.processes))
    throw new UncountedWork(
      "the timed section ran other processes, whose CPU time is not counted; declare metric: 'wall' in the layer, or give --metric wall",
    )
  const gc = await collections.between(start.atMs, end.atMs)
  const results = resultsOf(workload, outcomes, slot.warmup)
  outcomes.length = 0
  globalThis.gc?.()
  return {
    ...timesOf(slot, start, end, durationsMs),
    ...(peakRssBytes !== undefined && { peakRssBytes }),
    // `process.memoryUsage()` is not used, because it reads /proc, which some hosts do not have.
    heapBytes: getHeapStatistics().used_heap_size,
    gcMs: gc.ms,
    gcCount: gc.count,
    involuntarySwitches: end.involuntarySwitches - start.involuntarySwitches,
    ...(workload.parallel !== true && waitShareOf(start, end)),
    ...results,
  }
}

/** Runs warm-up and timed iterations; the counters are read around the timed ones. */
async function timeIterations(
  slot: RunSlot,
  iteration: () => Promise<void>,
  processes: ReturnType<typeof watchProcesses>,
  proc: string,
): Promise<TimedSection> {
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
    ...(slot.mode === 'probe' && { beforeEach: collect }),
  })
  await bench.run()
  if (start === undefined || end === undefined) throw new Error('no iteration was timed')
  return { start, end, peakRssBytes }
}

function checkIterations({ warmup, iterations }: RunSlot, durationsMs: readonly number[]): void {
  if (durationsMs.length !== warmup + iterations)
    throw new Error(
      `${durationsMs.length} iterations were made instead of ${warmup} + ${iterations}`,
    )
}

/** Means over the timed iterations, and the wall time of each iteration. */
function timesOf(
  { warmup, iterations }: RunSlot,
  start: Reading,
  end: Reading,
  durationsMs: readonly number[],
) {
  const cpuMicros = end.cpu.user + end.cpu.system - start.cpu.user - start.cpu.system
  return {
    cpuMs: cpuMicros / 1000 / iterations,
    wallMs: (end.atMs - start.atMs) / iterations,
    coldWallMs: durationsMs[0]!,
    samplesMs: durationsMs.slice(warmup),
    warmup,
    warmupMs: durationsMs.slice(0, warmup).reduce((sum, ms) => sum + ms, 0),
    iterations,
  }
}

/**
 * Share of the section that the threads of the process waited for a CPU; empty if the host does
 * not report it.
 */
function waitShareOf(start: Reading, end: Reading): Pick<Measurement, 'waitShare'> {
  if (start.waits === undefined || end.waits === undefined) return {}
  return { waitShare: waitBetween(start.waits, end.waits) / (end.atMs - start.atMs) }
}

/** The digest of all iterations, and the counters and work of the timed iterations. */
function resultsOf(
  workload: Workload<unknown, unknown, unknown>,
  returned: readonly Outcome<unknown>[],
  warmup: number,
): Pick<Measurement, 'digest' | 'counters' | 'work'> {
  const outcomes = returned.map((outcome) => checkOutcome(workload, outcome))
  const work = outcomes.at(-1)?.work
  return {
    digest: digestOfAll(outcomes.map(({ output }) => canonicalOf(workload, output))),
    counters: meanCounters(outcomes.slice(warmup)),
    ...(work !== undefined && { work: { unit: work.unit, amount: work.amount } }),
  }
}

/**
 * Called before each iteration of a memory probe, because garbage of earlier iterations would add
 * to its peak.
 */
function collect(): void {
  globalThis.gc?.()
}

/** A workload of a suite by its id. @throws {Error} the suite does not have it */
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

/** The digest of the iterations. If they differ, a digest that does not equal any of them. */
function digestOfAll(canonicals: readonly (string | Uint8Array)[]): string {
  const digests = [...new Set(canonicals.map(digestOf))]
  return digests.length === 1 && digests[0] !== undefined
    ? digests[0]
    : digestOf(digests.join('\n'))
}

// The clocks are read last at the start and first at the end, so that the other readings stay
// outside the section.
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

/** Observes the garbage collections of this process from now on. */
function observeCollections() {
  const entries: { readonly startTime: number; readonly duration: number }[] = []
  const observer = new PerformanceObserver((list) => void entries.push(...list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  return {
    /**
     * Total time, ms, and number of the collections that began in a section, whose ends are given
     * by `performance.now`, ms.
     */
    async between(fromMs: number, toMs: number) {
      // Node delivers its GC entries in a later turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve))
      await new Promise((resolve) => setImmediate(resolve))
      entries.push(...observer.takeRecords())
      observer.disconnect()
      const within = entries.filter(({ startTime }) => startTime >= fromMs && startTime <= toMs)
      return { ms: within.reduce((sum, { duration }) => sum + duration, 0), count: within.length }
    },
  }
}

/**
 * Means of those counters that every iteration has, because a missing counter does not mean zero.
 */
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
