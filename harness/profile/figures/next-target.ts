import type { ProfileCategories } from '../../contract.js'
import type { CategoryTime, NextTarget, Operation } from '../../evidence/hotspots-schema.js'
import { GC_CATEGORY, OTHER_CATEGORY, RUNTIME_CATEGORY } from './attribute.js'

/**
 * A category with a smaller share is not worth a layer, because its gain could hardly be
 * certified.
 */
const LEAST_SHARE = 0.02
/** The fraction of a category's time that a layer would have to cover. */
const LEADING_PART = 0.8
const NAMED_OPERATIONS = 3

/**
 * A share is divided by the weight of its effort, since one function is easier to replace than a
 * subsystem.
 */
const EFFORTS = [
  { effort: 'small', operations: 1, weight: 1 },
  { effort: 'medium', operations: 4, weight: 2 },
  { effort: 'large', operations: Number.POSITIVE_INFINITY, weight: 4 },
] as const

/**
 * Ranks the categories to optimize next by share per effort, the best first.
 *
 * The effort is estimated from the number of operations that take 80 % of the category's time: one
 * is small, up to four are medium, more are large. Garbage collection has no operations of its
 * own. Instead, the functions that allocate are counted, because a layer would change those. The
 * ranking leaves out the purpose of the program and what a layer cannot change (`other`, the
 * runtime).
 *
 * @param collectors the functions that cause collections, the heaviest first
 */
export function rankTargets(
  categories: readonly CategoryTime[],
  operations: readonly Operation[],
  collectors: readonly Part[],
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
        name === GC_CATEGORY ? collectors : operations.filter(({ category }) => category === name)
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

/** The largest parts that together reach `LEADING_PART` of the whole. */
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
