import { median } from 'simple-statistics'
import type { RunLength } from '../../contract.js'
import { defined } from '../../evidence/defined.js'
import type { ProfiledRun } from '../../measurement/child-message.js'
import { captureRounds } from './capture-rounds.js'
import { type ArmStack, capture, type ProfileRequest } from './profiled-process.js'
import { equalLength } from './run-lengths.js'

/** The time of one pass of an arm without a profiler. */
export interface ArmTiming {
  /** CPU of a pass, ms. */
  readonly cpuMs: number
  /** The same in each process, ms. */
  readonly processCpuMs: readonly number[]
  /** CPU of the reference computation, ms; absent if there is none. */
  readonly referenceCpuMs?: number
}

/** Processes per arm. */
const ROUNDS = 3
const ONE_PASS: RunLength = { warmup: 0, iterations: 1 }

/**
 * The time of every arm without a profiler. If the arms have been measured, it is known, and only
 * the reference computation is timed, which is the same in all arms. Otherwise the arms are timed
 * in turns, so that a change of the host's load affects all of them.
 *
 * @returns one timing per arm, in the order of the arms; timed here, it is a median over the rounds
 * @throws {InvalidEvidenceError} a process failed
 */
export async function timeArms(
  request: ProfileRequest,
  arms: readonly ArmStack[],
): Promise<ArmTiming[]> {
  const known = arms.flatMap(({ arm }) => {
    const { cpuMs, processCpuMs } = request.measured ?? {}
    return cpuMs?.[arm] === undefined
      ? []
      : [{ cpuMs: cpuMs[arm], processCpuMs: processCpuMs?.[arm] ?? [cpuMs[arm]] }]
  })
  if (known.length < arms.length) return await timeInTurns(request, arms)
  const referenceCpuMs = await timeReference(request, arms[0]!)
  return known.map((timing) => defined({ ...timing, referenceCpuMs }))
}

async function timeReference(request: ProfileRequest, arm: ArmStack): Promise<number | undefined> {
  if (request.workload.reference === undefined) return undefined
  request.phase(`timing the reference computation of ${request.workload.id}`)
  const { run } = await capture(request, arm, { length: ONE_PASS, profiler: 'clock' })
  return run.referenceCpuMs
}

async function timeInTurns(
  request: ProfileRequest,
  arms: readonly ArmStack[],
): Promise<ArmTiming[]> {
  const time = async (rounds: number, length: RunLength) =>
    await captureRounds(request, arms, rounds, { name: 'clock', length, profiler: 'clock' })
  const cold = await time(1, ONE_PASS)
  const length = equalLength(
    request.durationMs / ROUNDS,
    cold.map(([first]) => first!.run.cpuMs),
  )
  const timed = await time(ROUNDS, length)
  return timed.map((captured) => medianOf(captured.map(({ run }) => run)))
}

function medianOf(timings: readonly ProfiledRun[]): ArmTiming {
  const references = timings.flatMap(({ referenceCpuMs }) => referenceCpuMs ?? [])
  return defined({
    cpuMs: median(timings.map(({ cpuMs }) => cpuMs)),
    processCpuMs: timings.map(({ cpuMs }) => cpuMs),
    referenceCpuMs: references.length > 0 ? median(references) : undefined,
  })
}
