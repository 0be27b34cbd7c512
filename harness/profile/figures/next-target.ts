import type { ProfileCategories } from '../../contract.js'
import type {
  ArmHotspots,
  CategoryTime,
  NextTarget,
  Operation,
} from '../../evidence/hotspots-schema.js'
import { GC_CATEGORY, OTHER_CATEGORY, RUNTIME_CATEGORY } from './attribute.js'

/** A category with a smaller share is not worth a layer: its gain could hardly be certified. */
const LEAST_SHARE = 0.02
/** The part of a category's time that a layer would have to reach. */
const LEADING_PART = 0.8
const NAMED_OPERATIONS = 3

/** The weight divides the share: replacing one function is easier than replacing a subsystem. */
const EFFORTS = [
  { effort: 'small', operations: 1, weight: 1 },
  { effort: 'medium', operations: 4, weight: 2 },
  { effort: 'large', operations: Number.POSITIVE_INFINITY, weight: 4 },
] as const

/**
 * Ranks what to optimize next: categories by share per effort, the best first.
 *
 * The effort is estimated from the number of operations that take 80 % of the category's time: one
 * is small, up to four medium, more large. Collection has no operations of its own, so allocators
 * count instead: they are what a layer would change. Excluded are the purpose of the program and
 * what a layer cannot reach (`other`, the runtime).
 */
export function rankTargets(
  categories: readonly CategoryTime[],
  operations: readonly Operation[],
  allocators: ArmHotspots['allocators'],
  table: ProfileCategories | undefined,
): NextTarget[] {
  const excluded = new Set([
    OTHER_CATEGORY,
    RUNTIME_CATEGORY,
    ...(table?.categories ?? []).filter(({ purpose }) => purpose === true).map(({ name }) => name),
  ])
  return categories
    .filter(({ name, share }) => share >= LEAST_SHARE && !excluded.has(name))
    .map(({ name, share }) => {
      const parts =
        name === GC_CATEGORY ? allocators : operations.filter(({ category }) => category === name)
      const leading = leadingParts(parts)
      const { effort, weight } =
        EFFORTS.find((level) => leading.length <= level.operations) ?? EFFORTS[2]
      const named = leading.slice(0, NAMED_OPERATIONS).map(placeText)
      return { target: { category: name, share, effort, operations: named }, score: share / weight }
    })
    .sort((a, b) => b.score - a.score || (a.target.category < b.target.category ? -1 : 1))
    .map(({ target }) => target)
}

type Part = Pick<Operation, 'name' | 'file' | 'line' | 'share'>

/** The heaviest parts that together make up most of the whole. */
function leadingParts(parts: readonly Part[]): readonly Part[] {
  const whole = parts.reduce((total, { share }) => total + share, 0)
  const leading: Part[] = []
  for (let sum = 0, i = 0; i < parts.length && sum < LEADING_PART * whole; i++) {
    leading.push(parts[i]!)
    sum += parts[i]!.share
  }
  return leading
}

function placeText({ name, file, line }: Part): string {
  return file === undefined ? name : `${name} (${file}:${line})`
}
