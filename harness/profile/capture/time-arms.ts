import { median } from 'simple-statistics'
import { defined } from '../../evidence/defined.js'
import { type ArmStack, capture, type ProfileRequest } from './profiled-process.js'
import { equalLength, type RunLength } from './run-lengths.js'

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
  return (await capture(request, arm, ONE_PASS, 'clock')).run.referenceCpuMs
}

async function timeInTurns(
  request: ProfileRequest,
  arms: readonly ArmStack[],
): Promise<ArmTiming[]> {
  const timeEach = async (what: string, length: RunLength): Promise<ArmTiming[]> => {
    const timings: ArmTiming[] = []
    for (const arm of arms) {
      request.phase(`timing ${request.workload.id}, ${arm.arm}: ${what}`)
      const { cpuMs, referenceCpuMs } = (await capture(request, arm, length, 'clock')).run
      timings.push(defined({ cpuMs, processCpuMs: [cpuMs], referenceCpuMs }))
    }
    return timings
  }
  const cold = await timeEach('first pass', ONE_PASS)
  const length = equalLength(
    request.durationMs / ROUNDS,
    cold.map(({ cpuMs }) => cpuMs),
  )
  const rounds: ArmTiming[][] = []
  while (rounds.length < ROUNDS)
    rounds.push(await timeEach(`round ${rounds.length + 1}/${ROUNDS}`, length))
  return arms.map((_, index) => medianOf(rounds.map((timings) => timings[index]!)))
}

function medianOf(timings: readonly ArmTiming[]): ArmTiming {
  const references = timings.flatMap(({ referenceCpuMs }) => referenceCpuMs ?? [])
  return defined({
    cpuMs: median(timings.map(({ cpuMs }) => cpuMs)),
    processCpuMs: timings.map(({ cpuMs }) => cpuMs),
    referenceCpuMs: references.length > 0 ? median(references) : undefined,
  })
}
