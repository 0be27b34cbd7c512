import type { Arm } from '../contract.js'
import type { ArmHotspots, Gain, Hotspots } from '../evidence/hotspots-schema.js'
import { gainOf, type MeasuredChange } from '../profile/figures/gain.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

type ProfileRecord = NonNullable<WorkloadRecord['profile']>
type CategoryRecord = ProfileRecord['categories'][number]

/** Targets a record names for each arm; `hotspots.json` has them all. */
const NAMED_TARGETS = 3

/**
 * What a record says of where the time of a workload went: per category its share in each arm and
 * of the gain, and what to optimize next. The rest stays in `hotspots.json`.
 *
 * @param measured the change of CPU time between the measured runs; undefined: too few of them,
 * then there is no gain to explain
 */
export function toProfileRecord(
  { arms }: Hotspots,
  measured: MeasuredChange | undefined,
): ProfileRecord {
  const ratios = byArm(arms, ({ overheadToComputation }) => overheadToComputation)
  const gain = measured && gainOf(arms, measured)
  const next = byArm(arms, (arm) =>
    arm.next.slice(0, NAMED_TARGETS).map((target) => ({ ...target })),
  )
  return {
    ...(Object.keys(ratios).length > 0 && { overheadToComputation: ratios }),
    categories: categoriesOf(arms, gain),
    ...(gain && { gain: toGainRecord(gain) }),
    next,
  }
}

/** Warnings of a profile that stand in a record: what makes its shares of the gain doubtful. */
export function profileGainWarnings(
  { arms }: Hotspots,
  measured: MeasuredChange | undefined,
): Gain['warnings'] {
  return (measured && gainOf(arms, measured)?.warnings) ?? []
}

/**
 * The profile of the whole record: that of its first target that was profiled. Passes of different
 * workloads have no sum worth a share.
 */
export function recordProfile(workloads: readonly WorkloadRecord[]): DecisionRecord['profile'] {
  const first = workloads.find(({ role, profile }) => role === 'target' && profile !== undefined)
  if (first?.profile === undefined) return undefined
  const { overheadToComputation, categories } = first.profile
  return {
    workload: first.id,
    ...(overheadToComputation && { overheadToComputation }),
    categories: categories.map(({ shareOfGain: _, withInlining: __, ...shares }) => shares),
  }
}

function categoriesOf(arms: readonly ArmHotspots[], gain: Gain | undefined): CategoryRecord[] {
  const names = [...new Set(arms.flatMap(({ categories }) => categories.map(({ name }) => name)))]
  return names.map((name) => {
    const of = ({ categories }: ArmHotspots) =>
      categories.find((category) => category.name === name)
    const share = gain?.categories.find((category) => category.name === name)?.share
    const inlined = byArm(arms, (arm) =>
      of(arm)?.differs === true ? of(arm)?.inlinedShare : undefined,
    )
    return {
      name,
      ...byArm(arms, (arm) => of(arm)?.share ?? 0),
      ...(share !== undefined && { shareOfGain: share }),
      ...(Object.keys(inlined).length > 0 && { withInlining: inlined }),
    }
  })
}

function toGainRecord({
  against,
  measured,
  profiled,
  explained,
  left,
}: Gain): NonNullable<ProfileRecord['gain']> {
  return {
    against,
    measured,
    profiled,
    ...(explained !== undefined && { explained }),
    ...(left !== undefined && { left }),
  }
}

function byArm<Value>(
  arms: readonly ArmHotspots[],
  read: (arm: ArmHotspots) => Value | undefined,
): { [Name in Arm]?: NonNullable<Value> } {
  return Object.fromEntries(
    arms.flatMap((arm) => {
      const value = read(arm)
      return value === undefined || value === null ? [] : [[arm.arm, value]]
    }),
  )
}
