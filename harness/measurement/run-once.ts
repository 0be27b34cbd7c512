import type { Outcome, RunSlot, Suite, Workload } from '../contract.js'
import { digestOfPasses, shortDigest } from '../evidence/pass-digests.js'
import { collectAll, readHeap, sha256 } from '../system/primordials.js'
import { PROC, readMainWait } from '../system/proc.js'
import type { Measurement } from './child-message.js'
import { observeCollections } from './collections.js'
import { ALONE, type Company } from './company.js'
import type { Guard } from './guard.js'
import { timeTurnsMs } from './kernel.js'
import { canonicalOf, checkOutcome } from './outcome-contract.js'
import { openAccount } from './outside-account.js'
import { createPassLog, type PassLog } from './pass-log.js'
import { timesOf, waitShareOf } from './run-times.js'
import { foldStack } from './stack.js'
import { UncountedWork, watchProcesses } from './started-processes.js'
import { type TimedSection, timeIterations } from './timed-section.js'

/** The surroundings of a run. */
export interface RunSetting {
  /** The other processes of the pair, if they run at the same time. */
  readonly company?: Company
  /** Root of the proc file system; another one in tests. */
  readonly proc?: string
  /** Looks for tampering; absent in tests of other things. */
  readonly guard?: Guard
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
  { company = ALONE, proc = PROC, guard }: RunSetting = {},
): Promise<Measurement> {
  const workload = workloadOf(suite, slot.workload)
  const passes = createPasses(workload, slot, foldStack(suite, slot.stack))
  const collections = observeCollections()
  const processes = watchProcesses(proc)
  const readsWaits = slot.together === 'lock-step' && slot.metric !== 'wall'
  const log = createPassLog<Outcome<unknown>>(
    slot.warmup + slot.iterations,
    readsWaits ? () => readMainWait(proc) : undefined,
  )
  // The function returns nothing, because tinybench would use a returned `overriddenDuration` as
  // the time. It is declared `async`, because tinybench calls any other function once more to test
  // whether it is.
  const iteration = async (): Promise<void> => await log.time(passes.make)
  const lastForm = watchLast(slot, workload, log)
  const account = openAccount(slot)
  const onEnd = lastForm.take
  const section = await timeIterations({ slot, iteration, company, processes, proc, onEnd })
  await company.untilAllTimed(passes.make)
  account.endExtra()
  // Before figures are made of the readings, by functions that may have been replaced.
  guard?.signs()
  const measured = log.times()
  const times = timesOf(slot, section, measured)
  refuseOtherLength(slot, log.count())
  refuseUncounted(slot, processes.sawAny(section.start.processes, section.end.processes), guard)
  const gc = await collections.between(section.start.atMs, section.end.atMs)
  account.beginResults()
  const results = resultsOf(slot, workload, log.outcomes)
  account.endResults()
  if (lastForm.isChanged()) guard?.add({ class: 'late-answer', what: 'the last iteration' })
  log.outcomes.length = 0
  collectAll()
  return {
    ...times,
    passCpuMs: measured.cpuMs,
    ...passes.injected(),
    // `process.memoryUsage()` is not used, because it reads /proc, which some hosts do not have.
    heapBytes: readHeap().used_heap_size,
    gcMs: gc.ms,
    gcCount: gc.count,
    ...sectionFacts(workload, section),
    ...results,
    ...account.outside({ section, passCpuMs: measured.cpuMs, made: passes.made(), proc }),
  }
}

/** Makes the iterations of a run: each with its seed, and with the injected kernel, if any. */
function createPasses(
  workload: Workload<unknown, unknown, unknown>,
  { scale, seed, seeds, warmup, iterations, inject: turns = 0 }: RunSlot,
  subject: unknown,
) {
  const kernelCpuMs: number[] = []
  let made = 0
  return {
    make: async (): Promise<Outcome<unknown>> => {
      const own = seeds?.[made % (warmup + iterations)] ?? seed
      made += 1
      const outcome = await workload.run(subject, workload.scales[scale], own)
      if (turns > 0) kernelCpuMs.push(timeTurnsMs(turns))
      return outcome
    },
    made: () => made,
    injected: () =>
      turns > 0 ? { injectedMs: mean(kernelCpuMs.slice(warmup).slice(0, iterations)) } : {},
  }
}

/** What the kernel counted about the timed section. */
function sectionFacts({ parallel }: Workload<unknown, unknown, unknown>, section: TimedSection) {
  const { start, end, peakRssBytes } = section
  return {
    ...(peakRssBytes !== undefined && { peakRssBytes }),
    involuntarySwitches: end.involuntarySwitches - start.involuntarySwitches,
    ...(parallel !== true && waitShareOf(section)),
  }
}

function refuseOtherLength({ warmup, iterations }: RunSlot, made: number): void {
  if (made !== warmup + iterations)
    throw new Error(`${made} iterations were made instead of ${warmup} + ${iterations}`)
}

/** In a defended run, work of other processes is a sign of tampering; otherwise it is refused. */
function refuseUncounted(slot: RunSlot, sawAny: boolean, guard: Guard | undefined): void {
  if (slot.metric !== 'cpu' || !sawAny) return
  if (slot.defended === true && guard !== undefined)
    guard.add({ class: 'other-process', what: 'the timed iterations ran other processes' })
  else
    throw new UncountedWork(
      "the timed section ran other processes, whose CPU time is not counted; declare metric: 'wall' in the layer, or give --metric wall",
    )
}

/**
 * In a defended run, takes the form of the last output as soon as its iteration has ended. Later,
 * it must still be the same.
 */
function watchLast(
  { defended }: RunSlot,
  workload: Workload<unknown, unknown, unknown>,
  { outcomes }: PassLog<Outcome<unknown>>,
) {
  let taken: string | undefined
  const form = () => {
    const { output } = checkOutcome(workload, outcomes[outcomes.length - 1])
    return digestOf(canonicalOf(workload, output))
  }
  return {
    take: () => {
      if (defended === true) taken = form()
    },
    isChanged: () => taken !== undefined && form() !== taken,
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The digest of all iterations, and the counters and work of the timed iterations. */
function resultsOf(
  { warmup, seeds }: RunSlot,
  workload: Workload<unknown, unknown, unknown>,
  returned: readonly Outcome<unknown>[],
): Pick<Measurement, 'digest' | 'passDigests' | 'counters' | 'work'> {
  const outcomes = returned.map((outcome) => checkOutcome(workload, outcome))
  const work = outcomes.at(-1)?.work
  const digests = outcomes.map(({ output }) => digestOf(canonicalOf(workload, output)))
  return {
    ...(seeds === undefined
      ? { digest: digestOfAll(digests) }
      : { digest: digestOfPasses(digests), passDigests: digests.map(shortDigest) }),
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
  return `sha256:${sha256(canonical)}`
}

/** The digest of the iterations. If they differ, a digest that does not equal any of them. */
function digestOfAll(all: readonly string[]): string {
  const digests = [...new Set(all)]
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
