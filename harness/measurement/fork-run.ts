import { type ChildProcess, fork } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { inspect } from 'node:util'
import type { RunSlot } from '../contract.js'
import { compiledModule } from '../system/package-root.js'
import { readHostCpuTime } from '../system/proc.js'
import { ended, tailOf } from '../system/process-end.js'
import { type ChildMessage, childMessageSchema, type ParentMessage } from './child-message.js'
import { type HostLoad, type HostMoment, hostLoadBetween } from './host-load.js'

/** Address of the module every measured process starts with. */
const CHILD = new URL(
  compiledModule(
    new URL(import.meta.url.endsWith('.ts') ? '../child.ts' : '../child.js', import.meta.url).href,
  ),
)

/** What all measured processes of an evaluation share. */
export interface ForkSettings {
  readonly env: Readonly<Record<string, string>>
  readonly nodeFlags: readonly string[]
  /** After this long a process is killed and its run counts as failed. */
  readonly timeoutMs: number
  /** Aborting it kills the process. */
  readonly signal: AbortSignal
}

/** How a measured process ended. */
export type ForkResult =
  | { readonly kind: 'answered'; readonly message: Answer; readonly host: HostLoad }
  | { readonly kind: 'failed'; readonly error: string; readonly exitCode?: number }

export type Answer = Extract<
  ChildMessage,
  { kind: 'described' | 'prepared' | 'verified' | 'measured' | 'profiled' }
>

/** What a process has said and done so far. */
interface Conversation {
  answer?: Answer
  failure?: { readonly error: string; readonly exitCode?: number }
  host: HostLoad
}

/**
 * Runs one slot in a process of its own and waits until that process is gone.
 *
 * A crash, a signal, garbage, silence or an exit without an answer is a `failed` result that says
 * what happened and ends with the last 2 kB of stderr. What measured code prints is not ours: it is
 * read, bounded, and dropped.
 *
 * @throws the signal's reason, once the process is gone, where the signal was aborted
 */
export async function forkRun(slot: RunSlot, settings: ForkSettings): Promise<ForkResult> {
  settings.signal.throwIfAborted()
  const child = fork(CHILD, [], {
    env: { ...settings.env },
    execArgv: [...settings.nodeFlags],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const kill = () => void child.kill('SIGKILL')
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    kill()
  }, settings.timeoutMs)
  settings.signal.addEventListener('abort', kill)
  try {
    const stderrTail = tailOf(child)
    const conversation = converse(child, slot)
    const ending = await ended(child)
    settings.signal.throwIfAborted()
    return resultOf(
      conversation,
      timedOut ? `timed out after ${settings.timeoutMs / 1000} s` : ending,
      stderrTail(),
    )
  } finally {
    clearTimeout(timer)
    settings.signal.removeEventListener('abort', kill)
  }
}

/**
 * Sends the slot, answers READY with GO, and keeps the one answer; anything unexpected ends the
 * process.
 */
function converse(child: ChildProcess, slot: RunSlot): Conversation {
  const conversation: Conversation = { host: {} }
  const send = (message: ParentMessage) => child.send(message, () => {})
  let atGo: HostMoment | undefined
  child.on('message', (raw) => {
    if (conversation.failure !== undefined) return
    const parsed = childMessageSchema.safeParse(raw)
    const message = parsed.success ? parsed.data : undefined
    if (message?.kind === 'ready' && atGo === undefined) {
      atGo = readNow()
      send({ kind: 'go' })
    } else if (message?.kind === 'error') {
      conversation.failure = {
        error: message.message,
        ...(message.exitCode !== undefined && { exitCode: message.exitCode }),
      }
    } else if (
      message !== undefined &&
      message.kind !== 'ready' &&
      atGo !== undefined &&
      answers(message, slot) &&
      !conversation.answer
    ) {
      conversation.answer = message
      conversation.host =
        message.kind === 'measured' ? hostLoadBetween(atGo, readNow(), message.ownCpuMs) : {}
    } else {
      conversation.failure = {
        error: `sent an unexpected message: ${inspect(raw, { depth: 1, breakLength: Number.POSITIVE_INFINITY }).slice(0, 200)}`,
      }
      child.kill('SIGKILL')
    }
  })
  send({ kind: 'slot', slot })
  return conversation
}

function answers(message: Answer, slot: RunSlot): boolean {
  const expected = {
    describe: 'described',
    prepare: 'prepared',
    verify: 'verified',
    run: 'measured',
    probe: 'measured',
    profile: 'profiled',
  } as const
  return message.kind === expected[slot.mode]
}

function readNow(): HostMoment {
  return { host: readHostCpuTime(), atMs: performance.now() }
}

function resultOf(
  conversation: Conversation,
  ending: string | undefined,
  stderrTail: string,
): ForkResult {
  const { answer, failure, host } = conversation
  if (answer !== undefined && failure === undefined && ending === undefined)
    return { kind: 'answered', message: answer, host }
  const what = failure?.error ?? ending ?? 'exited without an answer'
  const error =
    stderrTail === '' || failure?.exitCode !== undefined
      ? what
      : `${what}; its stderr ends: ${stderrTail}`
  return {
    kind: 'failed',
    error,
    ...(failure?.exitCode !== undefined && { exitCode: failure.exitCode }),
  }
}
