import { fork } from 'node:child_process'
import { compiledModule } from '../../harness/system/package-root.js'
import { superviseProcess } from '../../harness/system/supervise-process.js'
import type { EngineAnswer, EngineSlot } from './engine-slot.js'

/** How the processes of engines run. */
export interface EngineProcesses {
  readonly env: Readonly<Record<string, string>>
  readonly nodeFlags: readonly string[]
  /** Kills a process after this time. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const CHILD = new URL(
  compiledModule(new URL(`./measured-engine.${extension}`, import.meta.url).href),
)

/** Address of the compiled module of an engine of this folder, `limit-loop`. */
export function engineModule(name: string): string {
  return compiledModule(new URL(`./engines/${name}.${extension}`, import.meta.url).href)
}

/**
 * Measures one engine in a process of its own, and waits until that process has ended. A crash, a
 * timeout or an end without an answer is `failed`, with the cause.
 *
 * @throws the reason of the signal, if it was aborted, after the process has ended
 */
export async function forkEngine(
  slot: EngineSlot,
  { env, nodeFlags, ...limits }: EngineProcesses,
): Promise<EngineAnswer> {
  limits.signal.throwIfAborted()
  const child = fork(CHILD, [], {
    env: { ...env },
    execArgv: [...nodeFlags],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let answer: EngineAnswer | undefined
  child.once('message', (message) => {
    answer = message as EngineAnswer
  })
  child.send(slot, () => {})
  const { problem, stderrTail } = await superviseProcess(child, limits, () => {
    child.kill('SIGKILL')
  })
  if (answer !== undefined && (answer.kind === 'failed' || problem === undefined)) return answer
  const cause = problem ?? 'ended without an answer'
  return { kind: 'failed', error: stderrTail === '' ? cause : `${cause}; ${stderrTail}` }
}
