import { z } from 'zod'
import { callFrameSchema } from './cpuprofile.js'
import { frameOf } from './fold.js'
import type { Locate } from './source-maps.js'
import { StackTree, stacksInOrder } from './stack-tree.js'
import type { Frame } from './stacks.js'
import { checkShape, parseV8File, type V8File } from './v8-file.js'

/**
 * Stacks with the bytes allocated on them, in the order of a folded profile. The bytes are
 * estimated from samples and include objects that were already collected.
 */
export interface FoldedAllocations {
  readonly frames: readonly Frame[]
  /** Frames are indexes, root first, leaf last. */
  readonly stacks: readonly { readonly frames: readonly number[]; readonly bytes: number }[]
  readonly totalBytes: number
}

/**
 * Only the outermost level of the file. The nodes of the tree are checked one by one, because a
 * recursive check of a deep tree would exceed the call stack.
 */
const documentSchema = z.object({ head: z.unknown().optional() })
const nodeSchema = z.object({
  callFrame: callFrameSchema,
  selfSize: z.number().nonnegative(),
  children: z.array(z.unknown()),
})

/**
 * Folds `.heapprofile` files, one per thread.
 *
 * @throws {InvalidEvidenceError} a file is empty, cut off, or not a sampled heap profile
 * @source Chrome DevTools Protocol, HeapProfiler.SamplingHeapProfile
 */
export function foldAllocations(threads: readonly V8File[], locate: Locate): FoldedAllocations {
  const tree = new StackTree()
  const amounts: number[] = []
  for (const file of threads) addAllocations(tree, amounts, file, locate)
  const { frames, stacks, totalMicros } = stacksInOrder(tree, amounts)
  return {
    frames,
    stacks: stacks.map(({ frames: path, micros }) => ({ frames: path, bytes: micros })),
    totalBytes: totalMicros,
  }
}

function addAllocations(tree: StackTree, amounts: number[], file: V8File, locate: Locate): void {
  const { head } = parseV8File(file, documentSchema)
  // The head is not a function: it stands for the root of the tree.
  const root = checkShape(head, nodeSchema, file.name, 'head')
  const pending = root.children.map((node) => ({ node, parent: 0 }))
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { callFrame, selfSize, children } = checkShape(next.node, nodeSchema, file.name, 'node')
    const node = tree.childOf(next.parent, tree.numberOf(frameOf(callFrame, locate)))
    amounts[node] = (amounts[node] ?? 0) + selfSize
    for (const child of children) pending.push({ node: child, parent: node })
  }
}
