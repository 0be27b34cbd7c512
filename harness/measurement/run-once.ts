import { createHash } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { Outcome, RunSlot, Suite, Workload } from '../contract.js'
import { PROC, readMainWait } from '../system/proc.js'
import type { Measurement } from './child-message.js'
import { observeCollections } from './collections.js'
import { ALONE, type Company } from './company.js'
import { cpuMsBetween } from './cpu-clock.js'
import { timeTurnsMs } from './kernel.js'
import { canonicalOf, checkOutcome } from './outcome-contract.js'
import { timesOf, waitShareOf } from './run-times.js'
import { foldStack } from './stack.js'
import { UncountedWork, watchProcesses } from './started-processes.js'
import { timeIterations } from './timed-section.js'

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
    if (turns > 0) kernelCpuMs.push(timeTurnsMs(turns))
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
    passes.cpuMs.push(cpuMsBetween(cpu))
    passes.wallMs.push(performance.now() - begin)
    passes.waitedMs.push(readsWaits ? readMainWait(proc) - waitedMs : 0)
  }
  const section = await timeIterations({ slot, iteration, company, processes, proc })
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
    ...(workload.parallel !== true && waitShareOf(section)),
    ...results,
  }
}

function checkIterations({ warmup, iterations }: RunSlot, durationsMs: readonly number[]): void {
  if (durationsMs.length !== warmup + iterations)
    throw new Error(
      `${durationsMs.length} iterations were made instead of ${warmup} + ${iterations}`,
    )
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
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
