import type { Frame } from '../fold/stacks.js'
import type { Attribute } from './attribute.js'
import { moduleOf } from './module-of.js'

/** Sums over the stacks of a profile, without idle stacks: µs or bytes. */
export interface Tally {
  readonly total: number
  readonly byCategory: ReadonlyMap<string, number>
  /** Time or bytes of each function without its callees. */
  readonly self: ReadonlyMap<Frame, number>
  /** Time or bytes of each function with its callees. A recursive call is not counted twice. */
  readonly inclusive: ReadonlyMap<Frame, number>
  /**
   * Time or bytes of each function of the project with the libraries it calls, split by the
   * category of the stacks.
   */
  readonly byOperation: ReadonlyMap<Frame, ReadonlyMap<string, number>>
  readonly byModule: ReadonlyMap<string, number>
}

/**
 * Computes all sums in one pass over the stacks.
 *
 * @param amountOf the amount to add for a stack
 */
export function tally<Stack extends { readonly frames: readonly number[] }>(
  { frames, stacks }: { readonly frames: readonly Frame[]; readonly stacks: readonly Stack[] },
  amountOf: (stack: Stack) => number,
  attribute: Attribute,
): Tally {
  let total = 0
  const byCategory = new Map<string, number>()
  const self = new Map<Frame, number>()
  const inclusive = new Map<Frame, number>()
  const byOperation = new Map<Frame, Map<string, number>>()
  const byModule = new Map<string, number>()
  for (const stack of stacks) {
    const path = stack.frames
    const category = attribute(frames, path)
    const leaf = frames[path.at(-1) ?? -1]
    if (category === undefined || leaf === undefined) continue
    const amount = amountOf(stack)
    total += amount
    add(byCategory, category, amount)
    add(self, leaf, amount)
    add(byModule, moduleOf(leaf), amount)
    for (const index of new Set(path)) add(inclusive, frames[index]!, amount)
    const operation = operationOf(frames, path)
    if (operation === undefined) continue
    const split = byOperation.get(operation) ?? new Map<string, number>()
    byOperation.set(operation, split)
    add(split, category, amount)
  }
  return { total, byCategory, self, inclusive, byOperation, byModule }
}

/**
 * The innermost function of a stack that belongs to the project, not to a package or the runtime.
 */
function operationOf(frames: readonly Frame[], stack: readonly number[]): Frame | undefined {
  for (let depth = stack.length - 1; depth >= 0; depth--) {
    const frame = frames[stack[depth]!]!
    if (
      frame.kind === 'js' &&
      frame.file !== undefined &&
      !/^(node:|node_modules\/)/.test(frame.file)
    )
      return frame
  }
  return undefined
}

function add<Key>(sums: Map<Key, number>, key: Key, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount)
}
