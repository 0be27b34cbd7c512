import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Capture, RunSlot, ScaleName, Suite, Workload } from '../../contract.js'
import { EXIT, InputError, InvalidEvidenceError } from '../../errors.js'
import type { ProfiledRun } from '../../measurement/child-message.js'
import { type Answer, type ForkSettings, forkRun } from '../../measurement/fork-run.js'
import type { CapturedText } from '../fold/allocations.js'

/** What is profiled, and how. */
export interface ProfileRequest {
  readonly suite: Suite
  /** Address of the suite's compiled module. */
  readonly address: string
  /** Project root: sources are named relative to it. Absolute. */
  readonly sources: string
  readonly workload: Workload<unknown, unknown, unknown>
  readonly scale: ScaleName
  readonly seed: number
  /** Time between two samples, µs. */
  readonly intervalMicros: number
  /** CPU to spend under the clock and under each CPU profiler, about, ms. */
  readonly durationMs: number
  readonly settings: ForkSettings
  /** Folder for the captures under way; exists. */
  readonly directory: string
  /** Told what is being done. */
  readonly phase: (text: string) => void
}

/** An arm and the layers folded for it, of the version it measures. */
export interface ArmStack extends Pick<RunSlot, 'arm' | 'stack'> {
  /** Where the arm measures another version of the suite. */
  readonly version?: Pick<ProfileRequest, 'address' | 'sources'>
}

/**
 * Passes before anything is counted, so that code is compiled as it is in a measured run: this much
 * CPU, ms.
 */
const WARM_UP_MS = 500
const MOST_WARM_UP = 20
const MOST_PASSES = 1000

/**
 * Puts the data of a workload on disk.
 *
 * @returns lines the user should read
 * @throws {InputError} it cannot, by what the user gave
 * @throws {InvalidEvidenceError} the process failed otherwise
 */
export async function prepareWorkload(request: ProfileRequest): Promise<readonly string[]> {
  request.phase(`preparing ${request.workload.id}`)
  const answer = await run(
    { ...slotOf(request, { arm: 'baseline', stack: [] }), mode: 'prepare' },
    request.settings,
  )
  return answer.kind === 'prepared' ? answer.warnings : []
}

/** A capture and what its threads wrote, the main thread's first. */
export interface Taken {
  readonly run: ProfiledRun
  readonly texts: readonly CapturedText[]
}

/**
 * One profiled process: W passes of warm-up and K under a profiler.
 *
 * @param length W and K
 * @param flags  of Node, beside those of a measured run
 * @throws {InvalidEvidenceError} the process failed
 */
export async function capture(
  request: ProfileRequest,
  arm: ArmStack,
  length: Pick<RunSlot, 'warmup' | 'iterations'>,
  profiler: Capture['profiler'],
  flags: readonly string[] = [],
): Promise<Taken> {
  const slot = { ...slotOf(request, arm), ...length }
  const directory = mkdtempSync(join(request.directory, '.capture-'))
  try {
    const { settings, intervalMicros } = request
    const answer = await run(
      { ...slot, mode: 'profile', capture: { profiler, directory, intervalMicros } },
      { ...settings, nodeFlags: [...settings.nodeFlags, ...flags] },
    )
    if (answer.kind !== 'profiled')
      throw new InvalidEvidenceError(`${slot.workload}: a profiled process answered ${answer.kind}`)
    const texts = answer.profile.files.map((name) => ({
      name,
      text: readFileSync(join(directory, name), 'utf8'),
    }))
    return { run: answer.profile, texts }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
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

/** How many passes take about so much CPU, ms; at least one. */
export function passesFor(cpuMs: number, passCpuMs: number, most = MOST_PASSES): number {
  return Math.max(1, Math.min(most, Math.round(cpuMs / Math.max(passCpuMs, 0.001))))
}

/** How many passes warm a process up. */
export function warmUpFor(passCpuMs: number): number {
  return passesFor(WARM_UP_MS, passCpuMs, MOST_WARM_UP)
}
