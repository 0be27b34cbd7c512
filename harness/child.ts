import type { DataVersions, RunSlot, Suite } from './contract.js'
import type { TamperSign } from './evidence/tamper-classes.js'
import type { ChildMessage, ParentMessage } from './measurement/child-message.js'
import { type Company, keepCompany } from './measurement/company.js'
import { cpuMsBetween } from './measurement/cpu-clock.js'
import { type Guard, guardProcess } from './measurement/guard.js'
import { ContractError, canonicalOf, checkOutcome } from './measurement/outcome-contract.js'
import { digestOf, runOnce, workloadOf } from './measurement/run-once.js'
import { type SealedMessage, sealOf } from './measurement/sealed-message.js'
import { foldStack } from './measurement/stack.js'
import { readTreeCpuMs, UncountedWork } from './measurement/started-processes.js'
import type { RunningCapture } from './profile/capture/capture.js'
import { endProcess, readClock, readCpuUsage, sendMessage } from './system/primordials.js'

/**
 * One measured process: receives a slot by IPC, sends READY, waits for GO, sends one answer. It
 * prints nothing and imports as little as possible (no command line, no templates, no schemas, no
 * logs), because every import adds to the start-up and the memory of every run.
 */

/** The key of this process's messages, and the number of those it has sent. */
const conversation = { key: '', sent: 0 }
/** Looks for tampering in a run; other processes give no figures. */
let guardOfRun: Guard | undefined

process.on('disconnect', () => endProcess(0))
// Ctrl-C reaches the whole process group; only the parent ends this process.
process.on('SIGINT', () => {})
process.on('uncaughtException', (error) => fail(error))
process.on('unhandledRejection', (error) => fail(error))
process.once('message', (message: ParentMessage) => {
  if (message.kind !== 'slot') return
  conversation.key = message.key
  answer(message.slot).catch(fail)
})

async function answer(slot: RunSlot): Promise<void> {
  const guard = await guardFor(slot)
  const counting = await countCalls(slot)
  const { suite } = (await import(slot.suite)) as { suite: Suite }
  if (typeof suite !== 'object' || suite === null)
    throw new ContractError('the module does not export a suite; export const suite = { … }')
  const go = new Promise((resolve) => process.once('message', resolve))
  const company = keepCompany(slot, send)
  guard.begin(suite)
  await send({ kind: 'ready' })
  await go
  await send(await execute(suite, slot, { company, guard, counting }))
  // Handles the suite left open must not keep this process alive.
  endProcess(0)
}

async function guardFor(slot: RunSlot): Promise<Guard> {
  if (slot.defended !== true || slot.scratch === undefined) return guardProcess(slot)
  // Imported here, so that other runs do not load it.
  const { watchCalls } = await import('./measurement/watched-calls.js')
  return guardProcess(slot, watchCalls(slot.scratch))
}

/** Counting begins before the suite is compiled: code from before has no counters of its blocks. */
async function countCalls({ capture }: RunSlot): Promise<RunningCapture | undefined> {
  if (capture?.profiler !== 'coverage') return undefined
  // Imported here, so that measured runs do not load it.
  const { startCapture } = await import('./profile/capture/capture.js')
  return await startCapture({ ...capture, profiler: capture.profiler })
}

/** What a process has besides its suite. */
interface Surroundings {
  readonly company: Company
  readonly guard: Guard
  /** Counts calls since before the suite was loaded; undefined in other runs. */
  readonly counting: RunningCapture | undefined
}

async function execute(
  suite: Suite,
  slot: RunSlot,
  { company, guard, counting }: Surroundings,
): Promise<ChildMessage> {
  if (slot.mode === 'run' || slot.mode === 'probe') {
    guardOfRun = guard
    const beforeMs = readTreeCpuMs()
    const before = readCpuUsage()
    const measurement = await runOnce(suite, slot, { company, guard })
    const ownCpuMs = Math.max(0, readTreeCpuMs() - beforeMs)
    const signs = guard.signs()
    const modules = await loadedModules()
    return {
      kind: 'measured',
      measurement,
      ownCpuMs,
      ...(slot.defended === true && { selfCpuMs: cpuMsBetween(before) }),
      ...signsIn(signs),
      modules,
    }
  }
  if (slot.mode === 'profile') {
    // Imported here, so that measured runs do not load it.
    const { profileRun } = await import('./profile/capture/profile-run.js')
    return { kind: 'profiled', profile: await profileRun(suite, slot, company, counting) }
  }
  if (slot.mode === 'describe') return { kind: 'described', description: describe(suite) }
  const workload = workloadOf(suite, slot.workload)
  const scale: unknown = workload.scales[slot.scale]
  if (slot.mode === 'prepare') {
    const warnings: string[] = []
    const warn = (line: string) => void warnings.push(String(line))
    const returned = await workload.prepare(scale, slot.seed, warn)
    const seeds =
      slot.seeds && (await prepareSets(slot, (seed) => workload.prepare(scale, seed, warn)))
    return {
      kind: 'prepared',
      warnings,
      data: versionsOf(returned),
      ...(seeds !== undefined && { sets: seeds }),
      modules: await loadedModules(),
    }
  }
  return await verify(suite, slot)
}

/** Time for which further sets of seeds are prepared; the first is prepared in any case. */
const PREPARING_MS = 1_000

/** Prepares sets of seeds one after the other. @returns the number of sets that are complete */
async function prepareSets(
  { seeds = [], setSize = 1 }: RunSlot,
  prepare: (seed: number) => Promise<unknown>,
): Promise<number> {
  const beginMs = readClock()
  for (let index = 0; index < seeds.length; index++) {
    if (index >= setSize && index % setSize === 0 && readClock() - beginMs > PREPARING_MS)
      return index / setSize
    await prepare(seeds[index]!)
  }
  return Math.floor(seeds.length / setSize)
}

/** What `prepare` returned, if it is texts by name; it may return anything else, or nothing. */
function versionsOf(returned: unknown): DataVersions {
  if (typeof returned !== 'object' || returned === null || Array.isArray(returned)) return {}
  const entries = Object.entries(returned)
  return entries.every(([, version]) => typeof version === 'string')
    ? Object.fromEntries(entries)
    : {}
}

/** One untimed pass, for its digest, with every check that what it returned can prove something. */
async function verify(suite: Suite, slot: RunSlot): Promise<ChildMessage> {
  // Imported here, so that measured runs do not load them.
  const { isHollow, refuseBlindCanonical } = await import('./measurement/output-sensitivity.js')
  const { serialize } = await import('node:v8')
  const workload = workloadOf(suite, slot.workload)
  const subject = foldStack(suite, slot.stack)
  const outcome = await workload.run(subject, workload.scales[slot.scale], slot.seed)
  const { output } = checkOutcome(workload, outcome)
  const canonical = canonicalOf(workload, output)
  refuseBlindCanonical(workload, output, canonical)
  return {
    kind: 'verified',
    digest: digestOf(canonical),
    wholeDigest: wholeDigest(() => serialize(output)),
    isHollow: canonical.length === 0 || isHollow(output),
    ...(slot.wantOutput === true && { output }),
    modules: await loadedModules(),
  }
}

/** Imported only when measuring is over. */
async function loadedModules(): Promise<string[]> {
  const { listLoadedModules } = await import('./measurement/loaded-modules.js')
  return await listLoadedModules()
}

/** Digest of all of an output; empty for one that cannot be sent between processes. */
function wholeDigest(serialized: () => Uint8Array): string {
  try {
    return digestOf(serialized())
  } catch {
    return ''
  }
}

function signsIn(signs: readonly TamperSign[]): { signs?: TamperSign[] } {
  return signs.length === 0 ? {} : { signs: [...signs] }
}

function describe({ name, workloads, layers }: Suite) {
  return {
    name,
    workloads: workloads.map(({ id }) => id),
    layers: layers.filter(({ standalone }) => standalone !== true).map(({ id }) => id),
  }
}

function send(message: ChildMessage): Promise<void> {
  conversation.sent += 1
  const seal = sealOf(conversation.key, conversation.sent, message)
  const sealed: SealedMessage = { ...message, seal }
  return new Promise((resolve, reject) => {
    sendMessage(sealed, (error) => (error ? reject(error) : resolve()))
  })
}

function fail(error: unknown): void {
  process.exitCode = 1
  const message = error instanceof Error ? error.message || error.name : String(error)
  const exitCode =
    typeof error === 'object' && error !== null && 'exitCode' in error ? error.exitCode : undefined
  // For a refused run, the stack of our own code does not help.
  const isRefusal = error instanceof UncountedWork || error instanceof ContractError
  const stack = error instanceof Error && !isRefusal ? error.stack : undefined
  if (stack !== undefined) process.stderr.write(`${stack}\n`)
  send({
    kind: 'error',
    message,
    ...(typeof exitCode === 'number' && { exitCode }),
    ...signsIn(guardOfRun?.signs() ?? []),
  }).finally(() => endProcess(1))
}
