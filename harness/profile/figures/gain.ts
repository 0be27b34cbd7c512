import type { Arm } from '../../contract.js'
import { defined } from '../../evidence/defined.js'
import type { ArmHotspots, Gain, GainWarning } from '../../evidence/hotspots-schema.js'
import { excludesZero, type Interval, summarize } from '../../statistics/interval.js'
import { OTHER_CATEGORY } from './attribute.js'
import { disagreementText } from './gain-text.js'
import { isWellSampled, profiledCpuMs } from './sampling.js'

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
  if (before === undefined || candidate === undefined || profiledCpuMs(before) === 0)
    return undefined
  const timed = before.cpuMs > 0 ? (before.cpuMs - candidate.cpuMs) / before.cpuMs : 0
  return gainByCategory(before, candidate, measured ?? { estimate: timed })
}

type SampledArm = Pick<
  ArmHotspots,
  'arm' | 'sampledMs' | 'processCpuMs' | 'sampledShare' | 'categories'
>

/**
 * How much of a measured gain the profiles explain: for each category, the saved time in the
 * samples divided by the measured gain.
 *
 * The two come from different runs. The gain is the CPU time of runs without a profiler: those of
 * an evaluation, or those timed together with the profiles. The explanation is the sampled time
 * that the named categories save per pass, as a fraction of the CPU of a profiled pass of the arm
 * compared with. Dividing profiled time by profiled time cancels the slowdown by the profiler;
 * otherwise a profiler that slows everything by a tenth would explain a tenth too much.
 *
 * The unexplained rest may be in `other`, on threads that are not sampled, or in a difference
 * between runs with and without a profiler. If the rest is negative, the profiles overstate the
 * gain.
 *
 * @param before the arm compared with; its CPU under the profiler > 0
 */
export function gainByCategory(
  before: SampledArm,
  candidate: SampledArm,
  measured: MeasuredChange,
): Gain {
  const saved = savedByCategory(before, candidate)
  const { estimate } = measured
  const isDivided = saved.length > 0 && isDivisible(measured)
  const sharesOfGain = isDivided
    ? saved.map((category) => ({
        ...category,
        share: withoutNegativeZero(category.saved / estimate),
      }))
    : undefined
  const explained =
    sharesOfGain && sumSaved(saved.filter(({ name }) => name !== OTHER_CATEGORY)) / estimate
  const profiled = profiledChange(before, candidate, saved)
  const { ci95 } = profiled
  return defined({
    against: before.arm === 'incumbent' ? ('incumbent' as const) : ('baseline' as const),
    measured: estimate,
    profiled: profiled.estimate,
    profiledCi95: ci95 && [ci95.lower, ci95.upper],
    sampledShare: tooSmallShare([before, candidate]),
    categories: sharesOfGain ?? saved,
    explained,
    left: explained === undefined ? undefined : 1 - explained,
    warnings: disagreement(profiled, measured),
  })
}

/** The smallest sampled part of the arms, if it is too small to divide by category. */
function tooSmallShare(arms: readonly SampledArm[]): number | undefined {
  const shares = arms.flatMap((arm) => (isWellSampled(arm) ? [] : (arm.sampledShare ?? [])))
  return shares.length === 0 ? undefined : Math.min(...shares)
}

/** The saved time of each category; empty if too little of an arm was sampled to divide it. */
function savedByCategory(
  before: SampledArm,
  candidate: SampledArm,
): { readonly name: string; readonly saved: number }[] {
  if (![before, candidate].every(isWellSampled)) return []
  const whole = profiledCpuMs(before)
  const scale = before.sampledMs / whole
  const rate = candidate.sampledMs / whole
  const after = new Map(candidate.categories.map(({ name, share }) => [name, share]))
  const known = new Set(before.categories.map(({ name }) => name))
  const added = candidate.categories.filter(({ name }) => !known.has(name))
  return [...before.categories, ...added.map(({ name }) => ({ name, share: 0 }))].map(
    ({ name, share }) => ({ name, saved: share * scale - (after.get(name) ?? 0) * rate }),
  )
}

/**
 * The change of CPU time in the profiled processes. Its interval follows from the ratios of the
 * processes that ran one after the other. In older profiles it is the sum of the saved times.
 */
function profiledChange(
  before: SampledArm,
  candidate: SampledArm,
  saved: readonly { readonly saved: number }[],
): MeasuredChange {
  if (before.processCpuMs === undefined || candidate.processCpuMs === undefined)
    return { estimate: sumSaved(saved) }
  const ratio = profiledCpuMs(candidate) / profiledCpuMs(before)
  const logRatios = candidate.processCpuMs.flatMap((ms, index) => {
    const beforeMs = before.processCpuMs![index]
    return beforeMs === undefined ? [] : [Math.log(ms / beforeMs)]
  })
  if (logRatios.length < 2 || !logRatios.every(Number.isFinite)) return { estimate: 1 - ratio }
  const { mean, ci95 } = summarize(logRatios)
  const [down, up] = [ci95.lower - mean, ci95.upper - mean]
  return {
    estimate: 1 - ratio,
    ci95: { lower: 1 - ratio * Math.exp(up), upper: 1 - ratio * Math.exp(down) },
  }
}

/**
 * Whether shares of a change are meaningful. If the change may be zero, its shares can have any
 * size and sign.
 */
function isDivisible({ estimate, ci95 }: MeasuredChange): boolean {
  const mayBeZero = ci95 !== undefined && !excludesZero(ci95)
  return Math.abs(estimate) >= LEAST_CHANGE && !mayBeZero
}

/**
 * Warns if the profiles differ from the measurement by more than the tolerance and by more than the
 * noise of both explains.
 */
function disagreement(profiled: MeasuredChange, measured: MeasuredChange): GainWarning[] {
  const { estimate } = measured
  const tolerated = Math.max(LEAST_CHANGE, TOLERANCE * Math.abs(estimate))
  if (distanceBetween(profiled, measured) <= tolerated) return []
  return [
    {
      code: 'profile-disagrees',
      hint: `${disagreementText({ measured: estimate, profiled: profiled.estimate })}; profile again on a quieter host with a longer --duration: assay profile`,
    },
  ]
}

/**
 * The part of the difference between two changes that their intervals do not explain. The interval
 * of the difference is the root of the sum of their squares. If only the measurement has an
 * interval, as beside older profiles, it is the distance to that.
 */
function distanceBetween(profiled: MeasuredChange, measured: MeasuredChange): number {
  const { lower, upper } = measured.ci95 ?? { lower: measured.estimate, upper: measured.estimate }
  if (profiled.ci95 === undefined)
    return Math.max(lower - profiled.estimate, profiled.estimate - upper, 0)
  const isMore = profiled.estimate > measured.estimate
  const ofMeasured = isMore ? upper - measured.estimate : measured.estimate - lower
  const ofProfiled = isMore
    ? profiled.estimate - profiled.ci95.lower
    : profiled.ci95.upper - profiled.estimate
  const noise = Math.hypot(ofMeasured, ofProfiled)
  return Math.max(Math.abs(profiled.estimate - measured.estimate) - noise, 0)
}

/** JSON turns −0 into 0, so a record with −0 would differ from the same record read again. */
function withoutNegativeZero(value: number): number {
  return value === 0 ? 0 : value
}

function sumSaved(categories: readonly { readonly saved: number }[]): number {
  return categories.reduce((total, { saved }) => total + saved, 0)
}
