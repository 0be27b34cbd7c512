import { createHash } from 'node:crypto'
import { PerformanceObserver, performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { Bench } from 'tinybench'
import type { Outcome, RunSlot, Suite, Workload } from '../contract.js'
import {
  PROC,
  readMainWait,
  readPeakRssBytes,
  readRunQueueWaits,
  waitBetween,
} from '../system/proc.js'
import type { Measurement } from './child-message.js'
import { ALONE, type Company } from './company.js'
import { burn } from './kernel.js'
import { canonicalOf, checkOutcome } from './outcome-contract.js'
import { foldStack } from './stack.js'
import { UncountedWork, watchProcesses } from './started-processes.js'

/** Counters of this process, read at the start or the end of the timed section. */
interface Reading {
  readonly processes: ReturnType<ReturnType<typeof watchProcesses>['read']>
  readonly waits: ReadonlyMap<string, number> | undefined
  readonly mainWaitMs: number
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

/** The surroundings of a run. */
export interface RunSetting {
  /** The other processes of the pair, if they run at the same time. */
  readonly company?: Company
  /** Root of the proc file system; another one in tests. */
  readonly proc?: string
}

/**
 * One run: W warm-up and K timed iterations of a workload in this process, driven by tinybench.
 *
 * All other work (digests, heap, garbage collections) is done after the timed section; outputs are
 * kept until then.
 *
 * @param suite the suite of the slot
 * @throws {UncountedWork} the metric is cpu, and other processes worked in the timed section
 * @throws {ContractError} the return value of an iteration does not meet the contract
 * @throws {Error} an iteration threw, or tinybench did not make exactly K timed iterations
 */
export async function runOnce(
  suite: Suite,
  slot: RunSlot,
  { company = ALONE, proc = PROC }: RunSetting = {},
): Promise<Measurement> {
  const workload = workloadOf(suite, slot.workload)
  const scale: unknown = workload.scales[slot.scale]
  const subject = foldStack(suite, slot.stack)
  const turns = slot.inject ?? 0
  const collections = observeCollections()
  const processes = watchProcesses(proc)
  const outcomes: Outcome<unknown>[] = []
  // Samples are collected here, because tinybench sorts its own.
  const passes = { wallMs: [] as number[], cpuMs: [] as number[], waitedMs: [] as number[] }
  const readsWaits = slot.together === 'lock-step' && slot.metric !== 'wall'
  const kernelCpuMs: number[] = []
  const pass = async (): Promise<Outcome<unknown>> => {
    const outcome = await workload.run(subject, scale, slot.seed)
    if (turns > 0) kernelCpuMs.push(burnTimed(turns))
    return outcome
  }
  // The function returns nothing, because tinybench would use a returned `overriddenDuration` as
  // the time. It is declared `async`, because tinybench calls any other function once more to test
  // whether it is.
  const iteration = async (): Promise<void> => {
    const waitedMs = readsWaits ? readMainWait(proc) : 0
    const begin = performance.now()
    const cpu = process.cpuUsage()
    outcomes.push(await pass())
    passes.cpuMs.push(cpuMsSince(cpu))
    passes.wallMs.push(performance.now() - begin)
    passes.waitedMs.push(readsWaits ? readMainWait(proc) - waitedMs : 0)
  }
  const timing = { slot, iteration, company, processes, proc }
  const section = await timeIterations(timing)
  const { start, end, peakRssBytes } = section
  await company.untilAllTimed(pass)
  checkIterations(slot, passes.wallMs)
  if (slot.metric === 'cpu' && processes.sawAny(start.processes, end.processes))
    throw new UncountedWork(
      "the timed section ran other processes, whose CPU time is not counted; declare metric: 'wall' in the layer, or give --metric wall",
    )
  const gc = await collections.between(start.atMs, end.atMs)
  const results = resultsOf(workload, outcomes, slot.warmup)
  outcomes.length = 0
  globalThis.gc?.()
  return {
    ...timesOf(slot, section, passes),
    passCpuMs: passes.cpuMs,
    ...(turns > 0 && {
      injectedMs: mean(kernelCpuMs.slice(slot.warmup).slice(0, slot.iterations)),
    }),
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

/** What is timed, and how. */
interface Timing {
  readonly slot: RunSlot
  readonly iteration: () => Promise<void>
  readonly company: Company
  readonly processes: ReturnType<typeof watchProcesses>
  readonly proc: string
}

/** Runs warm-up and timed iterations; the counters are read around the timed ones. */
async function timeIterations({
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

function checkIterations({ warmup, iterations }: RunSlot, durationsMs: readonly number[]): void {
  if (durationsMs.length !== warmup + iterations)
    throw new Error(
      `${durationsMs.length} iterations were made instead of ${warmup} + ${iterations}`,
    )
}

/** What was measured of each iteration, warm-up included, in the order they ran, ms. */
interface Passes {
  readonly wallMs: readonly number[]
  readonly cpuMs: readonly number[]
  /** Waiting of the main thread for a CPU; only measured in lock-step. */
  readonly waitedMs: readonly number[]
}

/** Means over the timed iterations, and the wall time of each iteration. */
function timesOf(slot: RunSlot, { start, end }: TimedSection, passes: Passes) {
  const { warmup, iterations } = slot
  const samplesMs = passes.wallMs.slice(warmup)
  const { cpuMs, wallMs } =
    slot.together === 'lock-step'
      ? lockStepTimes(passes, warmup)
      : sectionTimes(start, end, slot.together === 'co-scheduled')
  return {
    cpuMs: cpuMs / iterations,
    wallMs: wallMs / iterations,
    coldWallMs: passes.wallMs[0]!,
    samplesMs,
    warmup,
    warmupMs: sum(passes.wallMs.slice(0, warmup)),
    iterations,
  }
}

/** The sums of the timed iterations, without the messages and the turns of others between them. */
function lockStepTimes({ cpuMs, wallMs, waitedMs }: Passes, warmup: number) {
  const [cpu, wall, waited] = [cpuMs, wallMs, waitedMs].map((all) => sum(all.slice(warmup)))
  return { cpuMs: cpu!, wallMs: wall! - waited! }
}

/** The whole timed section; co-scheduled, its wall time without the waiting of the main thread. */
function sectionTimes(start: Reading, end: Reading, isShared: boolean) {
  return {
    cpuMs: cpuMsBetween(start.cpu, end.cpu),
    wallMs: end.atMs - start.atMs - (isShared ? end.mainWaitMs - start.mainWaitMs : 0),
  }
}

/** Burns turns of the kernel. @returns the CPU time they took, ms */
function burnTimed(turns: number): number {
  const before = process.cpuUsage()
  burn(turns)
  return cpuMsSince(before)
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  return cpuMsBetween(before, process.cpuUsage())
}

function cpuMsBetween(from: NodeJS.CpuUsage, to: NodeJS.CpuUsage): number {
  return (to.user + to.system - from.user - from.system) / 1000
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
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
  const mainWaitMs = readMainWait(proc)
  const involuntarySwitches = process.resourceUsage().involuntaryContextSwitches
  const cpu = process.cpuUsage()
  return { processes, waits, mainWaitMs, involuntarySwitches, cpu, atMs: performance.now() }
}

function readAtEnd(watch: ReturnType<typeof watchProcesses>, proc: string): Reading {
  const atMs = performance.now()
  const cpu = process.cpuUsage()
  const involuntarySwitches = process.resourceUsage().involuntaryContextSwitches
  const mainWaitMs = readMainWait(proc)
  const waits = readRunQueueWaits(proc)
  return { processes: watch.read(), waits, mainWaitMs, involuntarySwitches, cpu, atMs }
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
    return values.length < outcomes.length ? [] : [[name, mean(values)] as const]
  })
  return Object.fromEntries(entries)
}
