import type { ProfileCategories } from '../../contract.js'
import { defined } from '../../evidence/defined.js'
import type { ArmHotspots, CategoryTime, Operation } from '../../evidence/hotspots-schema.js'
import type { ArmProfiles } from '../fold/arm-profiles.js'
import type { FoldedProfile, Frame } from '../fold/stacks.js'
import { attributeBy, categoryNames, GC_CATEGORY, GENERATED_CATEGORY } from './attribute.js'
import { rankTargets } from './next-target.js'
import { profileWarnings } from './profile-warnings.js'
import { isWellSampled, samplingOf } from './sampling.js'
import { type Tally, tally } from './tally.js'

const SHOWN_FUNCTIONS = 20
/** Functions whose lines are shown, and the lines of each. */
const FUNCTIONS_WITH_LINES = 10
const SHOWN_LINES = 5
/**
 * Least shares of the busy time: of a shown operation, of a bottleneck, and of a difference by
 * inlining.
 */
const SHOWN_OPERATION = 0.005
const BOTTLENECK = 0.05
const DIFFERING = 0.05

/**
 * Where the time of one arm goes. Shares come from the profile without inlining. Times are these
 * shares multiplied by the CPU of a pass without a profiler. If too little of the CPU was sampled,
 * nothing is divided by category.
 *
 * @param table which source belongs to which category; undefined if the suite has no table
 */
export function armHotspots(
  profiles: ArmProfiles,
  table: ProfileCategories | undefined,
): ArmHotspots {
  const attribute = attributeBy(table)
  const tallyTime = (profile: FoldedProfile) => tally(profile, ({ micros }) => micros, attribute)
  const time = tallyTime(profiles.exact)
  const inlined = tallyTime(profiles.inlined)
  const memory =
    profiles.memory && tally(profiles.memory.allocations, ({ bytes }) => bytes, attribute)
  const { arm, stack, passes, cpuMs } = profiles
  const sampling = samplingOf(profiles)
  const names = categoryNames(table, [time, inlined, memory ?? time].some(hasGenerated))
  const categories = isWellSampled(sampling)
    ? categoriesOf(names, time, inlined, memory, profiles)
    : []
  const operations = isWellSampled(sampling) ? operationsOf(time, profiles) : []
  const allocators = memory === undefined ? [] : allocatorsOf(memory, profiles)
  const collectors = memory === undefined ? collectorsOf(time) : allocators
  return {
    arm,
    stack: [...stack],
    passes,
    cpuMs,
    ...sampling,
    ...overheadOf(profiles),
    categories,
    operations: operations.filter(({ share }) => share > SHOWN_OPERATION),
    functions: functionsOf(time, profiles),
    modules: sharesOf(time.byModule, time.total).map(([module, selfShare]) => ({
      module,
      selfShare,
    })),
    allocators,
    next: rankTargets(categories, operations, collectors, table),
    warnings: profileWarnings({ ...profiles, ...sampling, categories }),
  }
}

function hasGenerated({ byCategory }: Tally): boolean {
  return byCategory.has(GENERATED_CATEGORY)
}

function overheadOf({ cpuMs, referenceCpuMs }: ArmProfiles) {
  return referenceCpuMs === undefined || !(referenceCpuMs > 0)
    ? {}
    : { referenceCpuMs, overheadToComputation: cpuMs / referenceCpuMs - 1 }
}

function categoriesOf(
  names: readonly string[],
  time: Tally,
  inlined: Tally,
  allocated: Tally | undefined,
  { cpuMs, memory }: ArmProfiles,
): CategoryTime[] {
  return names.map((name) => {
    const share = shareOf(time, name)
    const inlinedShare = shareOf(inlined, name)
    return defined({
      name,
      share,
      inlinedShare,
      differs: flag(Math.abs(share - inlinedShare) > DIFFERING),
      cpuMs: share * cpuMs,
      allocatedBytes:
        memory && allocated && (allocated.byCategory.get(name) ?? 0) / memory.allocationPasses,
    })
  })
}

function shareOf({ byCategory, total }: Tally, name: string): number {
  return total > 0 ? (byCategory.get(name) ?? 0) / total : 0
}

/** The value of a flag: true, or undefined (and so absent) if the flag does not apply. */
function flag(applies: boolean): true | undefined {
  return applies || undefined
}

/** All operations, the heaviest first. */
function operationsOf(time: Tally, profiles: ArmProfiles): Operation[] {
  return operationShares(time).map(([frame, share]) =>
    defined({
      ...placeOf(frame),
      category: categoryOf(frame, time),
      share,
      cpuMs: share * profiles.cpuMs,
      calls: callsPerPass(frame, profiles),
      bottleneck: flag(share > BOTTLENECK),
    }),
  )
}

function functionsOf(time: Tally, profiles: ArmProfiles): ArmHotspots['functions'] {
  const shares = sharesOf(time.self, time.total).slice(0, SHOWN_FUNCTIONS)
  const hottest = shares.filter(([frame]) => profiles.lines(frame).length > 0)
  const withLines = new Set(hottest.slice(0, FUNCTIONS_WITH_LINES).map(([frame]) => frame))
  return shares.map(([frame, selfShare]) =>
    defined({
      ...placeOf(frame),
      kind: frame.kind === 'idle' ? 'program' : frame.kind,
      selfShare,
      totalShare: (time.inclusive.get(frame) ?? 0) / time.total,
      calls: callsPerPass(frame, profiles),
      lines: withLines.has(frame) ? linesOf(frame, selfShare, profiles) : undefined,
    }),
  )
}

function linesOf(frame: Frame, selfShare: number, { lines }: ArmProfiles) {
  return lines(frame)
    .slice(0, SHOWN_LINES)
    .map(({ line, share }) => ({ line, share: share * selfShare }))
}

function allocatorsOf(allocated: Tally, { memory }: ArmProfiles): ArmHotspots['allocators'] {
  const { allocationPasses = 1 } = memory ?? {}
  return operationShares(allocated)
    .slice(0, SHOWN_FUNCTIONS)
    .map(([frame, share]) =>
      defined({
        ...placeOf(frame),
        category: categoryOf(frame, allocated),
        bytes: (share * allocated.total) / allocationPasses,
        share,
      }),
    )
}

/**
 * The operations in which collections ran, by the time of these collections: an estimate of those
 * that allocate, if allocations were not profiled.
 */
function collectorsOf({ byOperation, total }: Tally) {
  const collected = [...byOperation].flatMap(([frame, split]) => {
    const micros = split.get(GC_CATEGORY)
    return micros === undefined ? [] : [[frame, micros] as const]
  })
  return sharesOf(new Map(collected), total).map(([frame, share]) => ({ ...placeOf(frame), share }))
}

function operationShares({ byOperation, total }: Tally): (readonly [Frame, number])[] {
  const sums = [...byOperation].map(([frame, split]) => [frame, sum(split.values())] as const)
  return sharesOf(new Map(sums), total)
}

/** The category that has most of the time of an operation. */
function categoryOf(frame: Frame, { byOperation }: Tally): string {
  const split = [...byOperation.get(frame)!]
  return split.reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0]
}

/** Shares of a total, the largest first. Equal shares are sorted by name. */
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
  return { name, file, line }
}

function callsPerPass(frame: Frame, { memory }: ArmProfiles): number | undefined {
  const count = memory?.calls(frame)
  return memory === undefined || count === undefined ? undefined : count / memory.callPasses
}

function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}
