import { type ChildProcess, fork } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { inspect } from 'node:util'
import type { RunSlot } from '../contract.js'
import { defined } from '../evidence/defined.js'
import { compiledModule } from '../system/package-root.js'
import { readHostCpuTime } from '../system/proc.js'
import { type Limits, type ProcessEnd, superviseProcess } from '../system/supervise-process.js'
import { type ChildMessage, childMessageSchema, type ParentMessage } from './child-message.js'
import { type HostLoad, type HostMoment, hostLoadBetween } from './host-load.js'

/** Address of the module that every measured process runs first. */
const CHILD = new URL(
  compiledModule(
    new URL(import.meta.url.endsWith('.ts') ? '../child.ts' : '../child.js', import.meta.url).href,
  ),
)

/** What all measured processes of an evaluation have in common. */
export interface ForkSettings extends Limits {
  readonly env: Readonly<Record<string, string>>
  readonly nodeFlags: readonly string[]
  /**
   * Called with the modules that the process of a slot has loaded, once it has ended. What it
   * throws is thrown by `forkRun`.
   */
  readonly onModules?: (paths: readonly string[], slot: RunSlot) => void
}

/** How a measured process ended. */
export type ForkResult =
  | { readonly kind: 'answered'; readonly message: Answer; readonly host: HostLoad }
  | ({ readonly kind: 'failed' } & Failure)

export type Answer = Exclude<ChildMessage, { kind: 'ready' | 'error' }>

interface Failure {
  readonly error: string
  readonly exitCode?: number
}

/** The messages that a process has sent so far. */
interface Conversation {
  goAt?: HostMoment
  answer?: Answer
  failure?: Failure
  host: HostLoad
}

/** The kind of answer that each mode requires. */
const ANSWERS: Readonly<Record<RunSlot['mode'], Answer['kind']>> = {
  describe: 'described',
  prepare: 'prepared',
  verify: 'verified',
  run: 'measured',
  probe: 'measured',
  profile: 'profiled',
}

/**
 * Runs one slot in a process of its own and waits until that process has ended.
 *
 * After a crash, a signal, an invalid message, a timeout or an exit without an answer, the result
 * is `failed`, with the cause and the last 2 kB of stderr. Other output of the measured code is
 * discarded.
 *
 * @throws the reason of the signal, if it was aborted, after the process has ended
 */
export async function forkRun(slot: RunSlot, settings: ForkSettings): Promise<ForkResult> {
  settings.signal.throwIfAborted()
  const child = fork(CHILD, [], {
    env: { ...settings.env },
    execArgv: [...settings.nodeFlags],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const conversation = converse(child, slot)
  const end = await superviseProcess(child, settings, () => void child.kill('SIGKILL'))
  const result = resultOf(conversation, end)
  if (result.kind === 'answered' && 'modules' in result.message)
    settings.onModules?.(result.message.modules, slot)
  return result
}

/**
 * Sends the slot, replies to READY with GO, and accepts one answer. An unexpected message ends the
 * process.
 */
function converse(child: ChildProcess, slot: RunSlot): Conversation {
  const conversation: Conversation = { host: {} }
  const send = (message: ParentMessage) => child.send(message, () => {})
  child.on('message', (raw) => {
    if (conversation.failure !== undefined) return
    const parsed = childMessageSchema.safeParse(raw)
    if (parsed.success && accept(conversation, parsed.data, slot)) {
      if (parsed.data.kind === 'ready') send({ kind: 'go' })
      return
    }
    conversation.failure = { error: `sent an unexpected message: ${shorten(raw)}` }
    child.kill('SIGKILL')
  })
  send({ kind: 'slot', slot })
  return conversation
}

/** Adds a message to a conversation. @returns false if it is not allowed at this point */
function accept(conversation: Conversation, message: ChildMessage, slot: RunSlot): boolean {
  const { goAt, answer } = conversation
  if (message.kind === 'error') {
    const { message: error, exitCode } = message
    conversation.failure = defined({ error, exitCode })
    return true
  }
  if (message.kind === 'ready') {
    if (goAt !== undefined) return false
    conversation.goAt = readNow()
    return true
  }
  if (goAt === undefined || answer !== undefined || message.kind !== ANSWERS[slot.mode])
    return false
  conversation.answer = message
  if (message.kind === 'measured')
    conversation.host = hostLoadBetween(goAt, readNow(), message.ownCpuMs)
  return true
}

function shorten(message: unknown): string {
  return inspect(message, { depth: 1, breakLength: Number.POSITIVE_INFINITY }).slice(0, 200)
}

function readNow(): HostMoment {
  return { host: readHostCpuTime(), atMs: performance.now() }
}

function resultOf(
  { answer, failure, host }: Conversation,
  { problem, stderrTail }: ProcessEnd,
): ForkResult {
  if (answer !== undefined && failure === undefined && problem === undefined)
    return { kind: 'answered', message: answer, host }
  const cause = failure?.error ?? problem ?? 'exited without an answer'
  const withStderr = stderrTail !== '' && failure?.exitCode === undefined
  const error = withStderr ? `${cause}; its stderr ends: ${stderrTail}` : cause
  return defined({ kind: 'failed' as const, error, exitCode: failure?.exitCode })
}
