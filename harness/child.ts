import type { RunSlot, Suite } from './contract.js'
import type { ChildMessage, ParentMessage } from './measurement/child-message.js'
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
  const go = new Promise((resolve) => process.once('message', resolve))
  await send({ kind: 'ready' })
  await go
  await send(await execute(suite, slot))
  // Handles the suite left open must not keep this process alive.
  process.exit(0)
}

async function execute(suite: Suite, slot: RunSlot): Promise<ChildMessage> {
  if (slot.mode === 'run' || slot.mode === 'probe') {
    const beforeMs = readTreeCpuMs()
    const measurement = await runOnce(suite, slot)
    return { kind: 'measured', measurement, ownCpuMs: Math.max(0, readTreeCpuMs() - beforeMs) }
  }
  if (slot.mode === 'profile') {
    // Imported here, so that measured runs do not load it.
    const { profileRun } = await import('./profile/capture/profile-run.js')
    return { kind: 'profiled', profile: await profileRun(suite, slot) }
  }
  if (slot.mode === 'describe') return { kind: 'described', description: describe(suite) }
  const workload = workloadOf(suite, slot.workload)
  const scale: unknown = workload.scales[slot.scale]
  if (slot.mode === 'prepare') {
    const warnings: string[] = []
    await workload.prepare(scale, slot.seed, (line) => void warnings.push(line))
    return { kind: 'prepared', warnings }
  }
  const { output } = await workload.run(foldStack(suite, slot.stack), scale, slot.seed)
  const digest = digestOf(workload.canonical(output))
  return { kind: 'verified', digest, ...(slot.wantOutput === true && { output }) }
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
  const stack =
    error instanceof Error && !(error instanceof UncountedWork) ? error.stack : undefined
  if (stack !== undefined) process.stderr.write(`${stack}\n`)
  send({ kind: 'error', message, ...(typeof exitCode === 'number' && { exitCode }) }).finally(() =>
    process.exit(1),
  )
}
