import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type {
  Arm,
  Capture,
  PairDesign,
  RunLength,
  RunSlot,
  ScaleName,
  Suite,
  Workload,
} from '../../contract.js'
import { EXIT, InputError, InvalidEvidenceError } from '../../errors.js'
import type { ProfiledRun } from '../../measurement/child-message.js'
import {
  type Answer,
  type ForkResult,
  type ForkSettings,
  forkRun,
} from '../../measurement/fork-run.js'
import { causeOf, forkTogether, type Together } from '../../measurement/fork-together.js'
import { compiledModule } from '../../system/package-root.js'
import type { V8File } from '../fold/v8-file.js'

/** What to profile, and how. */
export interface ProfileRequest {
  readonly suite: Suite
  /** Address of the suite's compiled module. */
  readonly address: string
  /** Project root, absolute: sources are named relative to it. */
  readonly sources: string
  readonly workload: Workload<unknown, unknown, unknown>
  readonly scale: ScaleName
  readonly seed: number
  /** Time between two samples, µs. */
  readonly intervalMicros: number
  /** Approximate CPU for timing and under each CPU profiler, ms, if nothing is measured. */
  readonly durationMs: number
  /** Absent if the arms have not been measured: they are then timed. */
  readonly measured?: MeasuredBefore
  readonly settings: ForkSettings
  /** An existing folder for temporary files. */
  readonly directory: string
  /** Reports progress. */
  readonly phase: (text: string) => void
}

/** What is known of the arms from runs without a profiler. */
export interface MeasuredBefore {
  /** How the processes of a pair ran. */
  readonly design: PairDesign
  /** Warm-up and timed passes of a measured run; a profiled process makes as many. */
  readonly length: RunLength
  /** CPU of a pass in each arm, ms. */
  readonly cpuMs: Readonly<Partial<Record<Arm, number>>>
  /** The same in each process, ms: those at the same index of two arms are a pair. */
  readonly processCpuMs: Readonly<Partial<Record<Arm, readonly number[]>>>
}

/** An arm, its layers, and the version of the suite that is measured. */
export interface ArmStack extends Pick<RunSlot, 'arm' | 'stack'> {
  /** Present if it differs from the version of the request. */
  readonly version?: Pick<ProfileRequest, 'address' | 'sources'>
}

/**
 * Prepares the data of a workload on disk, in a process of its own.
 *
 * @returns messages for the user
 * @throws {InputError} the process failed because of the user's input
 * @throws {InvalidEvidenceError} the process failed for another reason
 */
export async function prepareWorkload(request: ProfileRequest): Promise<readonly string[]> {
  request.phase(`preparing ${request.workload.id}`)
  const slot: RunSlot = {
    ...slotOf(request, { arm: 'baseline', stack: [] }),
    mode: 'prepare',
  }
  const answer = answerOf(slot, await forkRun(slot, request.settings))
  return answer.kind === 'prepared' ? answer.warnings : []
}

/** The result of a profiled process. */
export interface Captured {
  readonly run: ProfiledRun
  /** One per thread, the main thread's first. */
  readonly files: readonly V8File[]
}

/** What a profiled process does. */
export interface ProfiledWork {
  /** Numbers of warm-up passes and profiled passes. */
  readonly length: RunLength
  readonly profiler: Capture['profiler']
  /** For Node, in addition to those of a measured run. */
  readonly flags?: readonly string[]
}

/**
 * Runs a workload in a process of its own: passes for warm-up, then passes under a profiler.
 *
 * @throws {InvalidEvidenceError} the process failed
 */
export async function capture(
  request: ProfileRequest,
  arm: ArmStack,
  work: ProfiledWork,
): Promise<Captured> {
  const { directory, slot } = profiledSlot(request, arm, work)
  try {
    const result = await forkRun(slot, settingsFor(request, work))
    return capturedIn(directory, answerOf(slot, result))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/**
 * Does the same for several arms, in processes that run together, so that a disturbance of the host
 * meets all of them.
 *
 * @param arms in the order in which they begin
 * @returns one result per arm, in this order
 * @throws {InvalidEvidenceError} a process failed
 */
export async function captureTogether(
  request: ProfileRequest,
  arms: readonly ArmStack[],
  work: ProfiledWork,
  together: Together,
): Promise<Captured[]> {
  const slots = arms.map((arm) => profiledSlot(request, arm, work))
  try {
    const results = await forkTogether(
      slots.map(({ slot }) => slot),
      settingsFor(request, work),
      together,
    )
    const cause = causeOf(results)
    if (cause !== undefined) answerOf(slots[results.indexOf(cause)]!.slot, cause)
    return slots.map(({ directory, slot }, index) =>
      capturedIn(directory, answerOf(slot, results[index]!)),
    )
  } finally {
    for (const { directory } of slots) rmSync(directory, { recursive: true, force: true })
  }
}

/** The slot of a profiled process, and a folder of its own for its files. */
function profiledSlot(
  request: ProfileRequest,
  arm: ArmStack,
  { length, profiler }: ProfiledWork,
): { readonly directory: string; readonly slot: RunSlot } {
  const directory = mkdtempSync(join(request.directory, '.capture-'))
  const capture = { profiler, directory, intervalMicros: request.intervalMicros }
  return { directory, slot: { ...slotOf(request, arm), ...length, mode: 'profile', capture } }
}

function settingsFor(
  { settings }: ProfileRequest,
  { profiler, flags = [] }: ProfiledWork,
): ForkSettings {
  return { ...settings, nodeFlags: [...settings.nodeFlags, ...flags, ...threadFlags(profiler)] }
}

function capturedIn(directory: string, answer: Answer): Captured {
  if (answer.kind !== 'profiled')
    throw new InvalidEvidenceError(`a profiled process answered ${answer.kind}`)
  const files = answer.profile.files.map((name) => ({
    name,
    text: readFileSync(join(directory, name), 'utf8'),
  }))
  return { run: answer.profile, files }
}

/** Loaded first by every thread of a process whose CPU is profiled; workers profile themselves. */
const THREAD_PROFILER = new URL('thread-profiler.cjs', compiledModule(import.meta.url))

/**
 * Counting needs code that no optimizing compiler has made: V8 leaves out a function of a single
 * block that ran only as such code since counts were last taken. A function whose code V8 has
 * thrown away would begin to count anew.
 *
 * @source V8, coverage.cc: whether a function is covered follows from its invocation count, which
 * optimized code does not increment
 */
const COUNTING_FLAGS = ['--no-opt', '--no-maglev', '--no-flush-bytecode']

/** Flags of Node for a process under a profiler, in addition to those of a measured run. */
export function threadFlags(profiler: Capture['profiler']): string[] {
  if (profiler === 'coverage') return COUNTING_FLAGS
  return profiler === 'cpu' ? ['--require', fileURLToPath(THREAD_PROFILER)] : []
}

/** @throws {InvalidEvidenceError | InputError} the process failed */
function answerOf(slot: RunSlot, result: ForkResult): Answer {
  if (result.kind === 'answered') return result.message
  if (result.exitCode === EXIT.input) throw new InputError(result.error)
  throw new InvalidEvidenceError(
    `${slot.workload}, ${slot.arm}: the ${slot.mode === 'prepare' ? 'preparing' : 'profiled'} process ${result.error}`,
  )
}

/** One pass of an arm, profiled. */
export function slotOf(
  { address, workload, scale, seed }: ProfileRequest,
  { arm, stack, version }: ArmStack,
): RunSlot {
  return {
    suite: version?.address ?? address,
    mode: 'profile',
    workload: workload.id,
    arm,
    stack,
    scale,
    seed,
    pair: 0,
    position: 0,
    warmup: 0,
    iterations: 1,
  }
}
