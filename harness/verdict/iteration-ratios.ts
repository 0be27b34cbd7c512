import type { Arm } from '../contract.js'
import type { RunRecord } from '../evidence/run-record.js'
import { type Interval, summarize } from '../statistics/interval.js'
import { meanOf } from '../statistics/moments.js'
import type { Round } from './rounds.js'

/** How the CPU of the arms compares in one iteration of their processes, over all pairs. */
export interface IterationRatio {
  /** From 1, warm-up first. */
  readonly iteration: number
  readonly isWarmUp: boolean
  /** Mean of ln(candidate / against). */
  readonly m: number
  /** 95 % t-interval of m, for this iteration alone. */
  readonly interval: Interval
}

/**
 * ln(candidate / against) of the CPU of each iteration, one list per pair, warm-up first.
 *
 * @returns undefined below two pairs, or if a run does not list the CPU of every iteration as a
 * positive number
 */
function iterationLogRatios(
  rounds: readonly Round[],
  against: Arm,
): readonly (readonly number[])[] | undefined {
  if (rounds.length < 2) return undefined
  const pairs = rounds.map(({ runs }) => {
    const [other, candidate] = [passesOf(runs[against]), passesOf(runs.candidate)]
    return other?.map((cpuMs, index) => Math.log((candidate?.[index] ?? Number.NaN) / cpuMs)) ?? []
  })
  const isComplete = pairs.every(
    (ratios) =>
      ratios.length > 0 && ratios.length === pairs[0]!.length && ratios.every(Number.isFinite),
  )
  return isComplete ? pairs : undefined
}

/**
 * The mean ratio of each iteration with its interval.
 *
 * @returns empty if the runs do not list their iterations
 * @source Student 1908, Biometrika 6
 */
export function iterationRatios(rounds: readonly Round[], against: Arm): IterationRatio[] {
  const pairs = iterationLogRatios(rounds, against)
  if (pairs === undefined) return []
  const { warmup } = rounds[0]!.runs.candidate!
  return pairs[0]!.map((_, index) => {
    const { mean: m, ci95 } = summarize(pairs.map((ratios) => ratios[index]!))
    return { iteration: index + 1, isWarmUp: index < warmup, m, interval: ci95 }
  })
}

/** The mean log ratio of the first and the last third of the timed iterations of each pair. */
export interface Thirds {
  readonly first: readonly number[]
  readonly last: readonly number[]
}

/** Undefined without the CPU of iterations, and below three timed ones. */
export function thirdsOf(rounds: readonly Round[], against: Arm): Thirds | undefined {
  const pairs = iterationLogRatios(rounds, against)
  if (pairs === undefined) return undefined
  const { warmup } = rounds[0]!.runs.candidate!
  const size = Math.floor((pairs[0]!.length - warmup) / 3)
  if (size < 1) return undefined
  return {
    first: pairs.map((ratios) => meanOf(ratios.slice(warmup, warmup + size))),
    last: pairs.map((ratios) => meanOf(ratios.slice(-size))),
  }
}

function passesOf(run: RunRecord | undefined): readonly number[] | undefined {
  return run?.passCpuMs?.slice(0, run.warmup + run.iterations)
}
