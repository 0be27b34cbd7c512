import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { inspect } from 'node:util'
import type { RunSlot } from '../contract.js'
import { messageOf } from '../errors.js'
import { defined } from '../evidence/defined.js'
import { signText, type TamperClass, type TamperSign } from '../evidence/tamper-classes.js'
import { compiledModule } from '../system/package-root.js'
import { readHostCpuTime } from '../system/proc.js'
import { type Limits, type ProcessEnd, superviseProcess } from '../system/supervise-process.js'
import { onBrokenChannel } from './broken-channel.js'
import { type ChildMessage, childMessageSchema, type ParentMessage } from './child-message.js'
import { type HostLoad, type HostMoment, hostLoadBetween } from './host-load.js'
import { type OutsideView, outsideSigns, readFromOutside } from './outside-view.js'
import { makeScratch } from './scratch-folder.js'
import { openSealed } from './sealed-message.js'

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

export type Answer = Exclude<ChildMessage, { kind: 'ready' | 'error' | 'passed' | 'timed' }>

interface Failure {
  readonly error: string
  readonly exitCode?: number
  /** The process was ended because another one of its pair failed. */
  readonly isEnded?: true
  /** The run shows signs of tampering. */
  readonly tampered?: TamperClass
}

/** The messages that a process has sent so far. */
interface Conversation {
  /** Seals the messages of the process. */
  readonly key: string
  received: number
  isReady: boolean
  goAt?: HostMoment
  answeredAt?: HostMoment
  /** A defended process as seen from outside at these moments. */
  views: (OutsideView | undefined)[]
  answer?: Answer
  failure?: Failure
}

/** The steps of a process at which its parent may act. Without `onReady`, GO follows READY. */
interface Steps {
  readonly onReady?: (started: StartedRun) => void
  /** An iteration of the process has ended, in lock-step. */
  readonly onPassed?: (started: StartedRun) => void
  /** The timed iterations of a process that runs together with others have ended. */
  readonly onTimed?: (started: StartedRun) => void
}

/** A process that has been sent its slot. */
export interface StartedRun {
  readonly slot: RunSlot
  readonly pid: number | undefined
  /** Lets a process that is ready begin its work. */
  go(): void
  send(kind: 'turn' | 'stop'): void
  /** Ends the process, whose run then counts as failed. */
  fail(error: string): void
  /** Ends the process because another one of its pair failed. */
  abandon(error: string): void
  /** How the process ended, and the moments between which it worked. @throws as `forkRun` */
  readonly end: Promise<EndedRun>
}

/** A process that has ended, and the host while it worked; absent if it gave no measurement. */
export interface EndedRun {
  readonly result: ForkResult
  readonly worked?: { readonly from: HostMoment; readonly to: HostMoment }
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
  return (await startRun(slot, settings).end).result
}

/**
 * Starts a process and sends it its slot.
 *
 * @throws the reason of the signal, if it was aborted
 */
export function startRun(given: RunSlot, settings: ForkSettings, steps: Steps = {}): StartedRun {
  settings.signal.throwIfAborted()
  const scratch = given.defended === true ? makeScratch(settings.env.TMPDIR) : undefined
  const slot = scratch === undefined ? given : { ...given, scratch: scratch.path }
  const child = fork(CHILD, [], {
    env: scratch === undefined ? { ...settings.env } : { ...settings.env, TMPDIR: scratch.path },
    execArgv: [...settings.nodeFlags],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const key = randomBytes(16).toString('hex')
  const conversation: Conversation = { key, received: 0, isReady: false, views: [] }
  const send = (message: ParentMessage) => child.send(message, () => {})
  const end = (failure: Failure) => {
    conversation.failure ??= failure
    child.kill('SIGKILL')
  }
  const look = () => {
    if (slot.defended === true && child.pid !== undefined)
      conversation.views.push(readFromOutside(child.pid))
  }
  const started: StartedRun = {
    slot,
    pid: child.pid,
    go: () => {
      look()
      conversation.goAt = readNow()
      send({ kind: 'go' })
    },
    send: (kind) => send({ kind }),
    fail: (error) => end({ error }),
    abandon: (error) => end({ error, isEnded: true }),
    end: superviseProcess(child, settings, () => void child.kill('SIGKILL'))
      .then((ended) => conclude(conversation, ended, slot, settings))
      .finally(() => scratch?.remove()),
  }
  const refuse = (what: string) => end(tamperedBy({ class: 'forged-message', what }))
  onBrokenChannel(child, (error) => refuse(`wrote into the channel: ${messageOf(error)}`))
  child.on('message', (raw) => {
    if (conversation.failure !== undefined) return
    const message = receive(conversation, raw, slot)
    if (message === undefined) refuse(`sent an unexpected message: ${shorten(raw)}`)
    else {
      if (conversation.answer !== undefined) look()
      take(started, message, steps)
    }
  })
  send({ kind: 'slot', slot, key })
  return started
}

/**
 * Takes a message of the harness of the other process.
 *
 * @returns undefined if that harness did not send it, or it is not allowed at this point
 */
function receive(
  conversation: Conversation,
  raw: unknown,
  slot: RunSlot,
): ChildMessage | undefined {
  conversation.received += 1
  const opened = openSealed(raw, conversation.key, conversation.received)
  const parsed = childMessageSchema.safeParse(opened)
  return parsed.success && accept(conversation, parsed.data, slot) ? parsed.data : undefined
}

/** Acts on a message that was allowed. */
function take(started: StartedRun, { kind }: ChildMessage, steps: Steps): void {
  if (kind === 'ready') (steps.onReady ?? started.go)(started)
  if (kind === 'passed') steps.onPassed?.(started)
  if (kind === 'timed') steps.onTimed?.(started)
}

function conclude(
  conversation: Conversation,
  end: ProcessEnd,
  slot: RunSlot,
  settings: ForkSettings,
): EndedRun {
  const { goAt: from, answeredAt: to } = conversation
  const worked = from === undefined || to === undefined ? undefined : { from, to }
  const result = resultOf(conversation, end, worked)
  if (result.kind === 'answered' && 'modules' in result.message)
    settings.onModules?.(result.message.modules, slot)
  return defined({ result, worked })
}

/** Adds a message to a conversation. @returns false if it is not allowed at this point */
function accept(conversation: Conversation, message: ChildMessage, slot: RunSlot): boolean {
  const { isReady, goAt, answer } = conversation
  if (message.kind === 'error') {
    const { message: error, exitCode, signs: [sign] = [] } = message
    conversation.failure = sign === undefined ? defined({ error, exitCode }) : tamperedBy(sign)
    return true
  }
  if (message.kind === 'ready') {
    conversation.isReady = true
    return !isReady
  }
  if (goAt === undefined || answer !== undefined) return false
  if (message.kind === 'passed') return slot.together === 'lock-step'
  if (message.kind === 'timed') return slot.together !== undefined
  if (message.kind !== ANSWERS[slot.mode]) return false
  conversation.answer = message
  conversation.answeredAt = readNow()
  return true
}

function shorten(message: unknown): string {
  return inspect(message, { depth: 1, breakLength: Number.POSITIVE_INFINITY }).slice(0, 200)
}

function readNow(): HostMoment {
  return { host: readHostCpuTime(), atMs: performance.now() }
}

function resultOf(
  conversation: Conversation,
  { problem, stderrTail }: ProcessEnd,
  worked: EndedRun['worked'],
): ForkResult {
  const { answer, failure, goAt } = conversation
  if (answer !== undefined && failure === undefined && problem === undefined) {
    const [sign] = signsOf(conversation, answer)
    if (sign !== undefined) return { kind: 'failed', ...tamperedBy(sign) }
    const host =
      worked === undefined || answer.kind !== 'measured'
        ? {}
        : hostLoadBetween(worked.from, worked.to, answer.ownCpuMs)
    return { kind: 'answered', message: answer, host }
  }
  const { error, exitCode, isEnded, tampered } = failure ?? unanswered(goAt, problem)
  const withStderr = stderrTail !== '' && exitCode === undefined
  const described = withStderr ? `${error}; its stderr ends: ${stderrTail}` : error
  return defined({ kind: 'failed' as const, error: described, exitCode, isEnded, tampered })
}

/** A process that ended although it had neither answered nor reported an error. */
function unanswered(goAt: HostMoment | undefined, problem: string | undefined): Failure {
  const what = 'exited without an answer'
  if (problem !== undefined) return { error: problem }
  // With code 0, and not because it could not load its suite.
  if (goAt === undefined) return { error: what }
  return tamperedBy({ class: 'early-end', what })
}

function tamperedBy(sign: TamperSign): Failure {
  return { error: signText(sign), tampered: sign.class }
}

/** Signs of tampering in an answer, and in the process as it was seen from outside. */
function signsOf({ views }: Conversation, answer: Answer): readonly TamperSign[] {
  if (answer.kind !== 'measured') return []
  const { signs = [], selfCpuMs } = answer
  return [...signs, ...(selfCpuMs === undefined ? [] : outsideSigns(views[0], views[1], selfCpuMs))]
}
