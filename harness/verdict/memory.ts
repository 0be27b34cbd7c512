import type { z } from 'zod'
import type { Arm } from '../contract.js'
import { defined } from '../evidence/defined.js'
import type { memoryVerdictSchema } from '../evidence/field-schemas.js'
import type { Interval } from '../statistics/interval.js'
import { logRatios, toSample } from '../statistics/sample.js'
import { MINIMUM_PAIRS, trimmedEstimate, trimmedInterval } from '../statistics/trimmed.js'
import { PROBE_PAIRS, type ProbePair } from './memory-probe.js'
import type { Round } from './rounds.js'

/** Peak memory of the candidate against the compared arm. */
export interface MemoryRatio {
  /** candidate / other arm, by the trimmed mean of the log ratios. */
  readonly ratio: number
  /** Absent if the pairs do not vary; then the ratio itself is compared with the limit. */
  readonly ci95?: Interval
  /** `within` or `over`: the whole interval lies on that side of the limit of 2 %. */
  readonly verdict: z.infer<typeof memoryVerdictSchema>
}

/**
 * The comparison by the measured runs. If they leave it undecided and a probe was made, the
 * verdict is that of the probe.
 */
export interface MemoryComparison extends MemoryRatio {
  readonly probe?: MemoryRatio
}

/** The largest growth of the peak that is allowed. */
export const MEMORY_LIMIT = 0.02

/**
 * Compares peak resident sets. With several threads, the peak depends on when the garbage
 * collector runs. If the measured runs are therefore undecided, a complete probe on one thread
 * decides, by the same estimator without trimming.
 *
 * @param probed pairs of the probe; an incomplete probe decides nothing
 * @returns undefined below two rounds, or if the host did not report the peak of a run
 */
export function compareMemory(
  rounds: readonly Round[],
  against: Arm,
  probed: readonly ProbePair[] = [],
): MemoryComparison | undefined {
  if (rounds.length < 2) return undefined
  const a = peaks(rounds, against)
  const b = peaks(rounds, 'candidate')
  if (a === undefined || b === undefined) return undefined
  const measured = compareValues(a, b)
  const decided: MemoryComparison =
    rounds.length < MINIMUM_PAIRS ? { ...measured, verdict: 'undecided' } : measured
  if (decided.verdict !== 'undecided' || probed.length < PROBE_PAIRS) return decided
  const probe = compareValues(
    probed.map(({ otherBytes }) => otherBytes),
    probed.map(({ candidateBytes }) => candidateBytes),
  )
  return { ...decided, verdict: probe.verdict, probe }
}

function compareValues(a: readonly number[], b: readonly number[]): MemoryRatio {
  const estimate = trimmedEstimate(logRatios(toSample(a), toSample(b)))!
  const interval = trimmedInterval(estimate)
  const bounds = interval ?? { lower: estimate.m, upper: estimate.m }
  return defined({
    ratio: Math.exp(estimate.m),
    ci95: interval && { lower: Math.exp(interval.lower), upper: Math.exp(interval.upper) },
    verdict: place(bounds),
  })
}

function place({ lower, upper }: Interval): MemoryComparison['verdict'] {
  const limit = Math.log(1 + MEMORY_LIMIT)
  return upper < limit ? 'within' : lower > limit ? 'over' : 'undecided'
}

function peaks(rounds: readonly Round[], arm: Arm): number[] | undefined {
  const values = rounds.map(({ runs }) => runs[arm]!.peakRssBytes)
  return values.every((value): value is number => value !== undefined && value > 0)
    ? values
    : undefined
}
