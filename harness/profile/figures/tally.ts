import type { Frame } from '../fold/stacks.js'
import type { Attribute } from './attribute.js'
import { moduleOf } from './module-of.js'

/** Stacks with whatever was counted on them: µs, or bytes. */
export interface Weighted {
  readonly frames: readonly Frame[]
  readonly stacks: readonly { readonly frames: readonly number[]; readonly amount: number }[]
}

/** Sums over stacks; idle stacks are in none of them. Frames are the objects of the profile. */
export interface Tally {
  readonly total: number
  readonly byCategory: ReadonlyMap<string, number>
  /** Self, by function. */
  readonly self: ReadonlyMap<Frame, number>
  /** With everything called, by function; recursion counts once. */
  readonly inclusive: ReadonlyMap<Frame, number>
  /**
   * By function of the project, with the libraries it calls, split by the category of the stacks.
   */
  readonly byOperation: ReadonlyMap<Frame, ReadonlyMap<string, number>>
  readonly byModule: ReadonlyMap<string, number>
}

/** One walk over all stacks. */
export function tally({ frames, stacks }: Weighted, attribute: Attribute): Tally {
  let total = 0
  const byCategory = new Map<string, number>()
  const self = new Map<Frame, number>()
  const inclusive = new Map<Frame, number>()
  const byOperation = new Map<Frame, Map<string, number>>()
  const byModule = new Map<string, number>()
  for (const { frames: stack, amount } of stacks) {
    const category = attribute(frames, stack)
    const leaf = frames[stack.at(-1) ?? -1]
    if (category === undefined || leaf === undefined) continue
    total += amount
    add(byCategory, category, amount)
    add(self, leaf, amount)
    add(byModule, moduleOf(leaf), amount)
    for (const index of new Set(stack)) add(inclusive, frames[index]!, amount)
    const operation = operationOf(frames, stack)
    if (operation === undefined) continue
    const split = byOperation.get(operation) ?? new Map<string, number>()
    byOperation.set(operation, split)
    add(split, category, amount)
  }
  return { total, byCategory, self, inclusive, byOperation, byModule }
}

/** The nearest function of the project: neither of a package nor of the runtime. */
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
