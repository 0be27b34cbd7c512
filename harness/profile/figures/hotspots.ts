import type { Arm, ProfileCategories } from '../../contract.js'
import type { ArmHotspots, CategoryTime, Operation } from '../../evidence/hotspots-schema.js'
import type { FoldedAllocations } from '../fold/allocations.js'
import type { CallCounts } from '../fold/call-counts.js'
import type { FoldedProfile, Frame } from '../fold/stacks.js'
import { type Attribute, attributeBy, categoryNames } from './attribute.js'
import { rankTargets } from './next-target.js'
import { profileWarnings } from './profile-warnings.js'
import { type Tally, tally } from './tally.js'

/** What the runs of one arm left. */
export interface ArmProfiles {
  readonly arm: Arm
  readonly stack: readonly string[]
  /** Passes under each profiler. */
  readonly passes: number
  /** CPU of a pass under no profiler, ms. */
  readonly cpuMs: number
  /** The same under the CPU profiler without inlining, which works on a thread of its own. */
  readonly profiledCpuMs: number
  /** CPU of the reference computation, ms. */
  readonly referenceCpuMs?: number
  /** Without inlining: what everything is attributed by. */
  readonly exact: FoldedProfile
  readonly inlined: FoldedProfile
  readonly allocations: FoldedAllocations
  readonly allocationPasses: number
  readonly calls: CallCounts
  readonly callPasses: number
  /** Samples of the profile without inlining. */
  readonly samples: number
  readonly lostThreads: number
}

const SHOWN_FUNCTIONS = 20
const SHOWN_OPERATION = 0.005
const BOTTLENECK = 0.05
const DIFFERING = 0.05

/**
 * Where the time of one arm goes. Shares come from the profile without inlining; times are those
 * shares of the CPU a pass takes when nobody watches.
 *
 * @param table which source belongs to which category; absent: a suite without one
 */
export function armHotspots(
  profiles: ArmProfiles,
  table: ProfileCategories | undefined,
): ArmHotspots {
  const attribute = attributeBy(table)
  const time = tallyTime(profiles.exact, attribute)
  const inlined = tallyTime(profiles.inlined, attribute)
  const memory = tallyBytes(profiles.allocations, attribute)
  const { arm, stack, passes, cpuMs, referenceCpuMs } = profiles
  const categories = categoriesOf(time, inlined, memory, profiles, categoryNames(table))
  const operations = operationsOf(time, profiles)
  const sampledMs = time.total / 1000 / passes
  return {
    arm,
    stack: [...stack],
    passes,
    cpuMs,
    sampledMs,
    ...(referenceCpuMs !== undefined &&
      referenceCpuMs > 0 && { referenceCpuMs, overheadToComputation: cpuMs / referenceCpuMs - 1 }),
    categories,
    operations: operations.filter(({ share }) => share > SHOWN_OPERATION),
    functions: functionsOf(time, profiles),
    modules: sharesOf(time.byModule, time.total).map(([module, selfShare]) => ({
      module,
      selfShare,
    })),
    allocators: allocatorsOf(memory, profiles),
    next: rankTargets(categories, operations, allocatorsOf(memory, profiles), table),
    warnings: profileWarnings({ ...profiles, sampledMs }, categories),
  }
}

function tallyTime({ frames, stacks }: FoldedProfile, attribute: Attribute): Tally {
  return tally(
    { frames, stacks: stacks.map(({ frames, micros }) => ({ frames, amount: micros })) },
    attribute,
  )
}

function tallyBytes({ frames, stacks }: FoldedAllocations, attribute: Attribute): Tally {
  return tally(
    { frames, stacks: stacks.map(({ frames, bytes }) => ({ frames, amount: bytes })) },
    attribute,
  )
}

function categoriesOf(
  time: Tally,
  inlined: Tally,
  memory: Tally,
  { cpuMs, allocationPasses }: ArmProfiles,
  names: readonly string[],
): CategoryTime[] {
  return names.map((name) => {
    const share = shareOf(time, name)
    const inlinedShare = shareOf(inlined, name)
    return {
      name,
      share,
      inlinedShare,
      ...(Math.abs(share - inlinedShare) > DIFFERING && { differs: true as const }),
      cpuMs: share * cpuMs,
      allocatedBytes: (memory.byCategory.get(name) ?? 0) / allocationPasses,
    }
  })
}

function shareOf({ byCategory, total }: Tally, name: string): number {
  return total > 0 ? (byCategory.get(name) ?? 0) / total : 0
}

/** Every operation, the heaviest first; its category is the one most of its time belongs to. */
function operationsOf(time: Tally, profiles: ArmProfiles): Operation[] {
  const whole = new Map([...time.byOperation].map(([frame, split]) => [frame, sum(split.values())]))
  return sharesOf(whole, time.total).map(([frame, share]) => ({
    ...placeOf(frame),
    category: heaviest(time.byOperation.get(frame)!),
    share,
    cpuMs: share * profiles.cpuMs,
    ...callsOf(frame, profiles),
    ...(share > BOTTLENECK && { bottleneck: true as const }),
  }))
}

function functionsOf(time: Tally, profiles: ArmProfiles): ArmHotspots['functions'] {
  return sharesOf(time.self, time.total)
    .slice(0, SHOWN_FUNCTIONS)
    .map(([frame, selfShare]) => ({
      ...placeOf(frame),
      kind: frame.kind === 'idle' ? 'program' : frame.kind,
      selfShare,
      totalShare: (time.inclusive.get(frame) ?? 0) / time.total,
      ...callsOf(frame, profiles),
    }))
}

function allocatorsOf(memory: Tally, { allocationPasses }: ArmProfiles): ArmHotspots['allocators'] {
  const whole = new Map(
    [...memory.byOperation].map(([frame, split]) => [frame, sum(split.values())]),
  )
  return sharesOf(whole, memory.total)
    .slice(0, SHOWN_FUNCTIONS)
    .map(([frame, share]) => ({
      ...placeOf(frame),
      category: heaviest(memory.byOperation.get(frame)!),
      bytes: (share * memory.total) / allocationPasses,
      share,
    }))
}

/** Shares of a total, the largest first; what weighs the same, by name. */
function sharesOf<Key extends Frame | string>(
  amounts: ReadonlyMap<Key, number>,
  total: number,
): (readonly [Key, number])[] {
  const text = (key: Key) => (typeof key === 'string' ? key : `${key.file} ${key.line} ${key.name}`)
  return [...amounts]
    .map(([key, amount]) => [key, total > 0 ? amount / total : 0] as const)
    .sort(([a, x], [b, y]) => y - x || (text(a) < text(b) ? -1 : 1))
}

function placeOf({ name, file, line }: Frame) {
  return { name, ...(file !== undefined && { file }), ...(line !== undefined && { line }) }
}

function callsOf(frame: Frame, { calls, callPasses }: ArmProfiles) {
  const count = calls(frame)
  return count === undefined ? {} : { calls: count / callPasses }
}

function heaviest(split: ReadonlyMap<string, number>): string {
  return [...split].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0]
}

function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}
