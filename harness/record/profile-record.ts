import type { Arm } from '../contract.js'
import { defined } from '../evidence/defined.js'
import type { ArmHotspots, Gain, Hotspots } from '../evidence/hotspots-schema.js'
import { gainOf, type MeasuredChange } from '../profile/figures/gain.js'
import type { DecisionRecord, WorkloadRecord } from './record-schema.js'

type ProfileRecord = NonNullable<WorkloadRecord['profile']>
type CategoryRecord = ProfileRecord['categories'][number]

/** Number of targets a record holds for each arm; `hotspots.json` has all. */
const NAMED_TARGETS = 3

/**
 * Where the time of a workload went: the share of each category in each arm and of the gain, and
 * the next targets. All other figures are only in `hotspots.json`.
 *
 * @param measured the change of CPU time between the measured runs; undefined below two pairs, and
 * the gain is then absent
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
  return defined({
    overheadToComputation: unlessEmpty(ratios),
    categories: categoriesOf(arms, gain),
    gain: gain && toGainRecord(gain),
    next,
  })
}

/** The warnings of a profile in a record: those about its shares of the gain. */
export function profileGainWarnings(
  { arms }: Hotspots,
  measured: MeasuredChange | undefined,
): Gain['warnings'] {
  return (measured && gainOf(arms, measured)?.warnings) ?? []
}

/**
 * The profile for the whole record, which is that of its first profiled target, because shares of
 * different workloads cannot be added.
 */
export function recordProfile(workloads: readonly WorkloadRecord[]): DecisionRecord['profile'] {
  const first = workloads.find(({ role, profile }) => role === 'target' && profile !== undefined)
  if (first?.profile === undefined) return undefined
  const { overheadToComputation, categories } = first.profile
  return defined({
    workload: first.id,
    overheadToComputation,
    categories: categories.map(({ shareOfGain: _, withInlining: __, ...shares }) => shares),
  })
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
    return defined({
      name,
      // An arm of which too little was sampled has no categories.
      ...byArm(arms, (arm) => (arm.categories.length === 0 ? undefined : (of(arm)?.share ?? 0))),
      shareOfGain: share,
      withInlining: unlessEmpty(inlined),
    })
  })
}

function toGainRecord({
  against,
  measured,
  profiled,
  profiledCi95,
  sampledShare,
  explained,
  left,
}: Gain): NonNullable<ProfileRecord['gain']> {
  return defined({ against, measured, profiled, profiledCi95, sampledShare, explained, left })
}

function unlessEmpty<Values extends object>(values: Values): Values | undefined {
  return Object.keys(values).length > 0 ? values : undefined
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
