import type { DataVersions, RunSlot, Suite } from './contract.js'
import type { ChildMessage, ParentMessage } from './measurement/child-message.js'
import { type Company, keepCompany } from './measurement/company.js'
import { ContractError, canonicalOf, checkOutcome } from './measurement/outcome-contract.js'
import { digestOf, runOnce, workloadOf } from './measurement/run-once.js'
import { foldStack } from './measurement/stack.js'
import { readTreeCpuMs, UncountedWork } from './measurement/started-processes.js'

/**
 * One measured process: receives a slot by IPC, sends READY, waits for GO, sends one answer. It
 * prints nothing and imports as little as possible (no command line, no templates, no schemas, no
 * logs), because every import adds to the start-up and the memory of every run.
 */

process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches the whole process group; only the parent ends this process.
process.on('SIGINT', () => {})
process.on('uncaughtException', (error) => fail(error))
process.on('unhandledRejection', (error) => fail(error))
process.once('message', (message: ParentMessage) => {
  if (message.kind === 'slot') answer(message.slot).catch(fail)
})

async function answer(slot: RunSlot): Promise<void> {
  const { suite } = (await import(slot.suite)) as { suite: Suite }
  if (typeof suite !== 'object' || suite === null)
    throw new ContractError('the module does not export a suite; export const suite = { … }')
  const go = new Promise((resolve) => process.once('message', resolve))
  const company = keepCompany(slot, send)
  await send({ kind: 'ready' })
  await go
  await send(await execute(suite, slot, company))
  // Handles the suite left open must not keep this process alive.
  process.exit(0)
}

async function execute(suite: Suite, slot: RunSlot, company: Company): Promise<ChildMessage> {
  if (slot.mode === 'run' || slot.mode === 'probe') {
    const beforeMs = readTreeCpuMs()
    const measurement = await runOnce(suite, slot, { company })
    const modules = await loadedModules()
    const ownCpuMs = Math.max(0, readTreeCpuMs() - beforeMs)
    return { kind: 'measured', measurement, ownCpuMs, modules }
  }
  if (slot.mode === 'profile') {
    // Imported here, so that measured runs do not load it.
    const { profileRun } = await import('./profile/capture/profile-run.js')
    return { kind: 'profiled', profile: await profileRun(suite, slot, company) }
  }
  if (slot.mode === 'describe') return { kind: 'described', description: describe(suite) }
  const workload = workloadOf(suite, slot.workload)
  const scale: unknown = workload.scales[slot.scale]
  if (slot.mode === 'prepare') {
    const warnings: string[] = []
    const warn = (line: string) => void warnings.push(String(line))
    const returned = await workload.prepare(scale, slot.seed, warn)
    return {
      kind: 'prepared',
      warnings,
      data: versionsOf(returned),
      modules: await loadedModules(),
    }
  }
  return await verify(suite, slot)
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

function describe({ name, workloads, layers }: Suite) {
  return {
    name,
    workloads: workloads.map(({ id }) => id),
    layers: layers.filter(({ standalone }) => standalone !== true).map(({ id }) => id),
  }
}

function send(message: ChildMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, undefined, {}, (error) => (error ? reject(error) : resolve()))
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
  send({ kind: 'error', message, ...(typeof exitCode === 'number' && { exitCode }) }).finally(() =>
    process.exit(1),
  )
}
