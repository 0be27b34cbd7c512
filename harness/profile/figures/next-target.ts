import type { ProfileCategories } from '../../contract.js'
import type {
  ArmHotspots,
  CategoryTime,
  NextTarget,
  Operation,
} from '../../evidence/hotspots-schema.js'
import { GC_CATEGORY, OTHER_CATEGORY, RUNTIME_CATEGORY } from './attribute.js'

/** A category below this share is not worth a layer: the harness could hardly certify it. */
const WORTH = 0.02
/** Part of a category's time that a layer would have to reach. */
const MOST = 0.8
/** Most operations a target names. */
const NAMED = 3

/**
 * The effort by which a share is divided: a layer over one function against one over a subsystem.
 */
const EFFORTS = [
  { effort: 'small', operations: 1, weight: 1 },
  { effort: 'medium', operations: 4, weight: 2 },
  { effort: 'large', operations: Number.POSITIVE_INFINITY, weight: 4 },
] as const

/**
 * What to optimize next: categories by their share per effort, the best first.
 *
 * The effort is estimated from how concentrated the time is: the number of operations that hold 80
 * % of it. One is small, up to four medium, more large. Collection has no operations of its own:
 * there it is the allocators that count, and they are what a layer would change. What the program
 * is there for is no target, nor is what no layer can reach (`other`, the runtime).
 */
export function rankTargets(
  categories: readonly CategoryTime[],
  operations: readonly Operation[],
  allocators: ArmHotspots['allocators'],
  table: ProfileCategories | undefined,
): NextTarget[] {
  const purposes = new Set(
    (table?.categories ?? []).filter(({ purpose }) => purpose === true).map(({ name }) => name),
  )
  return categories
    .filter(
      ({ name, share }) =>
        share >= WORTH &&
        !purposes.has(name) &&
        name !== OTHER_CATEGORY &&
        name !== RUNTIME_CATEGORY,
    )
    .map(({ name, share }) => {
      const parts =
        name === GC_CATEGORY
          ? allocators.map((one) => ({ ...one }))
          : operations.filter(({ category }) => category === name)
      const leading = leadingParts(parts)
      const { effort, weight } =
        EFFORTS.find((level) => leading.length <= level.operations) ?? EFFORTS[2]
      return {
        target: {
          category: name,
          share,
          effort,
          operations: leading.slice(0, NAMED).map(placeText),
        },
        score: share / weight,
      }
    })
    .sort((a, b) => b.score - a.score || (a.target.category < b.target.category ? -1 : 1))
    .map(({ target }) => target)
}

type Part = Pick<Operation, 'name' | 'file' | 'line' | 'share'>

/** The heaviest parts that together hold most of the whole. */
function leadingParts(parts: readonly Part[]): readonly Part[] {
  const whole = parts.reduce((total, { share }) => total + share, 0)
  const leading: Part[] = []
  for (let held = 0, i = 0; i < parts.length && held < MOST * whole; i++) {
    leading.push(parts[i]!)
    held += parts[i]!.share
  }
  return leading
}

function placeText({ name, file, line }: Part): string {
  return file === undefined ? name : `${name} (${file}:${line})`
}
