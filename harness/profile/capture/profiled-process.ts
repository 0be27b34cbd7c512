import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Arm, Capture, RunSlot, ScaleName, Suite, Workload } from '../../contract.js'
import { EXIT, InputError, InvalidEvidenceError } from '../../errors.js'
import type { ProfiledRun } from '../../measurement/child-message.js'
import { type Answer, type ForkSettings, forkRun } from '../../measurement/fork-run.js'
import { compiledModule } from '../../system/package-root.js'
import type { V8File } from '../fold/v8-file.js'
import type { RunLength } from './run-lengths.js'

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
  const answer = await run(
    { ...slotOf(request, { arm: 'baseline', stack: [] }), mode: 'prepare' },
    request.settings,
  )
  return answer.kind === 'prepared' ? answer.warnings : []
}

/** The result of a profiled process. */
export interface Captured {
  readonly run: ProfiledRun
  /** One per thread, the main thread's first. */
  readonly files: readonly V8File[]
}

/**
 * Runs a workload in a process of its own: passes for warm-up, then passes under a profiler.
 *
 * @param length numbers of warm-up passes and profiled passes
 * @param flags  for Node, in addition to those of a measured run
 * @throws {InvalidEvidenceError} the process failed
 */
export async function capture(
  request: ProfileRequest,
  arm: ArmStack,
  length: RunLength,
  profiler: Capture['profiler'],
  flags: readonly string[] = [],
): Promise<Captured> {
  const slot = { ...slotOf(request, arm), ...length }
  const directory = mkdtempSync(join(request.directory, '.capture-'))
  try {
    const { settings, intervalMicros } = request
    const answer = await run(
      { ...slot, mode: 'profile', capture: { profiler, directory, intervalMicros } },
      { ...settings, nodeFlags: [...settings.nodeFlags, ...flags, ...threadFlags(profiler)] },
    )
    if (answer.kind !== 'profiled')
      throw new InvalidEvidenceError(`${slot.workload}: a profiled process answered ${answer.kind}`)
    const files = answer.profile.files.map((name) => ({
      name,
      text: readFileSync(join(directory, name), 'utf8'),
    }))
    return { run: answer.profile, files }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Loaded first by every thread of a process whose CPU is profiled; workers profile themselves. */
const THREAD_PROFILER = new URL('thread-profiler.cjs', compiledModule(import.meta.url))

/** Flags of Node for a process under a profiler, in addition to those of a measured run. */
export function threadFlags(profiler: Capture['profiler']): string[] {
  return profiler === 'cpu' ? ['--require', fileURLToPath(THREAD_PROFILER)] : []
}

async function run(slot: RunSlot, settings: ForkSettings): Promise<Answer> {
  const result = await forkRun(slot, settings)
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
