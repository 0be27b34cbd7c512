import type { Arm } from '../../contract.js'
import type { ArmHotspots, Gain } from '../../evidence/hotspots-schema.js'
import type { Interval } from '../../statistics/interval.js'
import { formatPercent } from '../../text/format.js'
import { OTHER_CATEGORY } from './attribute.js'

/** A change of CPU time that was timed while nobody watched, as a fraction; negative is slower. */
export interface MeasuredChange {
  readonly estimate: number
  /** Absent where nobody knows how sure it is. */
  readonly ci95?: Interval
}

/**
 * A smaller change is none that could be divided, nor one profiles could deny: two profiles of the
 * same code differ by as much.
 */
const LEAST_CHANGE = 0.02
/** Part of the measured change by which profiles may miss it. */
const MISSED = 0.1

/**
 * What the gain of a candidate consists of, against the incumbent where there is one.
 *
 * @param measured by default what the clock beside the profiles says
 * @returns undefined where an arm is missing, or nothing ran in the one compared with
 */
export function gainOf(arms: readonly ArmHotspots[], measured?: MeasuredChange): Gain | undefined {
  const at = (name: Arm) => arms.find(({ arm }) => arm === name)
  const before = at('incumbent') ?? at('baseline')
  const candidate = at('candidate')
  if (before === undefined || candidate === undefined || before.sampledMs === 0) return undefined
  const clocked = before.cpuMs > 0 ? (before.cpuMs - candidate.cpuMs) / before.cpuMs : 0
  return gainByCategory(before, candidate, measured ?? { estimate: clocked })
}

type SampledArm = Pick<ArmHotspots, 'arm' | 'sampledMs' | 'categories'>

/**
 * How much of a measured gain the profiles explain: what each category takes less of in the
 * candidate, as sampled, against what was timed.
 *
 * The two sides have nothing in common. Measured is the CPU of runs nobody watched: those of an
 * evaluation, or of the clock beside the profiles. Explained is the sum of what the categories with
 * a name of their own save per pass in sampled time, each arm by its own samples. Sampled time is
 * counted in passes of the arm compared with, one rate for both arms: a profiler that makes
 * everything slower by a tenth would otherwise explain a tenth more than there is.
 *
 * What is left may be in `other`, on threads no sampler sees, or in a difference between watched
 * and unwatched runs; below zero, the profiles see more than there was.
 *
 * @param before the arm compared with; sampledMs > 0
 */
export function gainByCategory(
  before: SampledArm,
  candidate: SampledArm,
  measured: MeasuredChange,
): Gain {
  const rate = candidate.sampledMs / before.sampledMs
  const after = new Map(candidate.categories.map(({ name, share }) => [name, share]))
  const saved = before.categories.map(({ name, share }) => ({
    name,
    saved: share - (after.get(name) ?? 0) * rate,
  }))
  const named = sum(
    saved.filter(({ name }) => name !== OTHER_CATEGORY).map((category) => category.saved),
  )
  const { estimate } = measured
  const profiled = sum(saved.map((category) => category.saved))
  return {
    against: before.arm === 'incumbent' ? 'incumbent' : 'baseline',
    measured: estimate,
    profiled,
    ...(isDivisible(measured)
      ? {
          categories: saved.map((category) => ({ ...category, share: category.saved / estimate })),
          explained: named / estimate,
          left: 1 - named / estimate,
        }
      : { categories: saved }),
    warnings: disagreement(profiled, measured),
  }
}

/**
 * Whether there is a change at all: shares of one that may be none would be of any size and sign.
 */
function isDivisible({ estimate, ci95 }: MeasuredChange): boolean {
  const mayBeNone = ci95 !== undefined && ci95.lower <= 0 && ci95.upper >= 0
  return Math.abs(estimate) >= LEAST_CHANGE && !mayBeNone
}

function disagreement(profiled: number, { estimate, ci95 }: MeasuredChange): Gain['warnings'] {
  const { lower, upper } = ci95 ?? { lower: estimate, upper: estimate }
  const distance = Math.max(lower - profiled, profiled - upper, 0)
  if (distance <= Math.max(LEAST_CHANGE, MISSED * Math.abs(estimate))) return []
  return [
    {
      code: 'profile-disagrees',
      hint: `the profiles see ${formatPercent(profiled)} of the CPU time saved, but ${formatPercent(estimate)} was measured, so shares of the gain are rough; profile again on a quieter host: assay profile, with a longer --duration`,
    },
  ]
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
