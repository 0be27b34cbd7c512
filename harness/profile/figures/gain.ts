import type { Arm } from '../../contract.js'
import { defined } from '../../evidence/defined.js'
import type { ArmHotspots, Gain, GainWarning } from '../../evidence/hotspots-schema.js'
import type { Interval } from '../../statistics/interval.js'
import { OTHER_CATEGORY } from './attribute.js'
import { disagreementText } from './gain-text.js'

/** A change of CPU time, measured without a profiler, as a fraction; negative is slower. */
export interface MeasuredChange {
  readonly estimate: number
  /** Absent if its uncertainty was not estimated. */
  readonly ci95?: Interval
}

/**
 * A smaller change is neither divided by category nor compared with profiles, because two profiles
 * of the same code can differ by this much.
 */
const LEAST_CHANGE = 0.02
/** The fraction of the measured change by which profiles may miss it. */
const TOLERANCE = 0.1

/**
 * Divides the gain of the candidate by category. The candidate is compared with the incumbent or,
 * without one, with the baseline.
 *
 * @param measured by default the change of `cpuMs`, which was timed together with the profiles
 * @returns undefined if an arm is missing, or the arm compared with has no samples
 */
export function gainOf(arms: readonly ArmHotspots[], measured?: MeasuredChange): Gain | undefined {
  const at = (name: Arm) => arms.find(({ arm }) => arm === name)
  const before = at('incumbent') ?? at('baseline')
  const candidate = at('candidate')
  if (before === undefined || candidate === undefined || before.sampledMs === 0) return undefined
  const timed = before.cpuMs > 0 ? (before.cpuMs - candidate.cpuMs) / before.cpuMs : 0
  return gainByCategory(before, candidate, measured ?? { estimate: timed })
}

type SampledArm = Pick<ArmHotspots, 'arm' | 'sampledMs' | 'categories'>

/**
 * How much of a measured gain the profiles explain: for each category, the saved time in the
 * samples divided by the measured gain.
 *
 * The two come from different runs. The gain is the CPU time of runs without a profiler: those of
 * an evaluation, or those timed together with the profiles. The explanation is the sampled time
 * that the named categories save per pass, as a fraction of a sampled pass of the arm compared
 * with. Dividing sampled time by sampled time cancels the slowdown by the profiler; otherwise a
 * profiler that slows everything by a tenth would explain a tenth too much.
 *
 * The unexplained rest may be in `other`, on threads that are not sampled, or in a difference
 * between runs with and without a profiler. If the rest is negative, the profiles overstate the
 * gain.
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
  const known = new Set(before.categories.map(({ name }) => name))
  const added = candidate.categories.filter(({ name }) => !known.has(name))
  const saved = [...before.categories, ...added.map(({ name }) => ({ name, share: 0 }))].map(
    ({ name, share }) => ({ name, saved: share - (after.get(name) ?? 0) * rate }),
  )
  const { estimate } = measured
  const sharesOfGain = isDivisible(measured)
    ? saved.map((category) => ({
        ...category,
        share: withoutNegativeZero(category.saved / estimate),
      }))
    : undefined
  const profiled = sumSaved(saved)
  const explained =
    sharesOfGain && sumSaved(saved.filter(({ name }) => name !== OTHER_CATEGORY)) / estimate
  return defined({
    against: before.arm === 'incumbent' ? ('incumbent' as const) : ('baseline' as const),
    measured: estimate,
    profiled,
    categories: sharesOfGain ?? saved,
    explained,
    left: explained === undefined ? undefined : 1 - explained,
    warnings: disagreement(profiled, measured),
  })
}

/**
 * Whether shares of a change are meaningful. If the change may be zero, its shares can have any
 * size and sign.
 */
function isDivisible({ estimate, ci95 }: MeasuredChange): boolean {
  const mayBeZero = ci95 !== undefined && ci95.lower <= 0 && ci95.upper >= 0
  return Math.abs(estimate) >= LEAST_CHANGE && !mayBeZero
}

function disagreement(profiled: number, { estimate, ci95 }: MeasuredChange): GainWarning[] {
  const { lower, upper } = ci95 ?? { lower: estimate, upper: estimate }
  const distance = Math.max(lower - profiled, profiled - upper, 0)
  if (distance <= Math.max(LEAST_CHANGE, TOLERANCE * Math.abs(estimate))) return []
  return [
    {
      code: 'profile-disagrees',
      hint: `${disagreementText({ measured: estimate, profiled })}; profile again on a quieter host with a longer --duration: assay profile`,
    },
  ]
}

/** JSON turns −0 into 0, so a record with −0 would differ from the same record read again. */
function withoutNegativeZero(value: number): number {
  return value === 0 ? 0 : value
}

function sumSaved(categories: readonly { readonly saved: number }[]): number {
  return categories.reduce((total, { saved }) => total + saved, 0)
}
