import { z } from 'zod'
import { parseJson, unusable } from './cpuprofile.js'
import { frameOf } from './fold.js'
import type { Locate } from './source-maps.js'
import { StackTree, stacksInOrder } from './stack-tree.js'
import type { Frame } from './stacks.js'

/**
 * Stacks with the bytes allocated on them, collected ones included: an estimate from samples. Same
 * order as a folded profile.
 */
export interface FoldedAllocations {
  readonly frames: readonly Frame[]
  /** Frames are indexes, root first, leaf last. */
  readonly stacks: readonly { readonly frames: readonly number[]; readonly bytes: number }[]
  readonly totalBytes: number
}

/** What one thread wrote, and the name of its file. */
export interface CapturedText {
  readonly name: string
  readonly text: string
}

/**
 * One node without its subtree: the tree is walked step by step, because it may be deeper than our
 * own stack.
 */
const nodeSchema = z.object({
  callFrame: z.object({
    functionName: z.string(),
    url: z.string(),
    lineNumber: z.number().int(),
    columnNumber: z.number().int(),
  }),
  selfSize: z.number().nonnegative(),
  children: z.array(z.unknown()),
})

/**
 * The texts of `.heapprofile` files, one per thread, as folded allocations.
 *
 * @throws {InvalidEvidenceError} a text is empty, cut off, or no sampled heap profile; names it
 * @source Chrome DevTools Protocol, HeapProfiler.SamplingHeapProfile
 */
export function foldAllocations(
  threads: readonly CapturedText[],
  locate: Locate,
): FoldedAllocations {
  const tree = new StackTree()
  const amounts: number[] = []
  for (const { text, name } of threads) addAllocations(tree, amounts, text, name, locate)
  const { frames, stacks, totalMicros } = stacksInOrder(tree, amounts)
  return {
    frames,
    stacks: stacks.map(({ frames: path, micros }) => ({ frames: path, bytes: micros })),
    totalBytes: totalMicros,
  }
}

function addAllocations(
  tree: StackTree,
  amounts: number[],
  text: string,
  path: string,
  locate: Locate,
): void {
  const document = parseJson(text, path)
  const head =
    typeof document === 'object' && document !== null && 'head' in document
      ? document.head
      : undefined
  if (head === undefined) throw unusable(path, 'head: it is missing')
  const pending: { readonly node: unknown; readonly parent?: number }[] = [{ node: head }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const parsed = nodeSchema.safeParse(next.node)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw unusable(
        path,
        `a node, ${issue?.path.join('.') || 'itself'}: ${issue?.message.toLowerCase()}`,
      )
    }
    const { callFrame, selfSize, children } = parsed.data
    // The head is no function: what lies below it lies below the root.
    const node =
      next.parent === undefined
        ? 0
        : tree.childOf(next.parent, tree.numberOf(frameOf(callFrame, locate)))
    if (node > 0) amounts[node] = (amounts[node] ?? 0) + selfSize
    for (const child of children) pending.push({ node: child, parent: node })
  }
}
