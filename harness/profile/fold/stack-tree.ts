import { frameText } from './folded-frame.js'
import type { FoldedProfile, FoldedStack, Frame } from './stacks.js'

/**
 * Stacks merged from the root, in flat arrays: one node per distinct path, no object for any of
 * them, and every distinct frame once. Profiles have hundreds of thousands of nodes.
 *
 * Node 0 is the root of everything and has no frame. A parent comes before its children.
 */
export class StackTree {
  readonly frames: Frame[] = []
  /** Index into `frames` by node; −1 for the root. */
  readonly frame: number[] = [-1]
  /** Parent by node; −1 for the root. */
  readonly parent: number[] = [-1]
  /** Frames from the root; 0 for the root. */
  readonly depth: number[] = [0]
  readonly #keyOf: (frame: Frame) => string
  readonly #numbers = new Map<string, number>()
  readonly #nodes = new Map<number, number>()

  /** @param keyOf frames of the same key are one frame; the first of them is kept */
  constructor(keyOf: (frame: Frame) => string = frameText) {
    this.#keyOf = keyOf
  }

  /** Index of a frame, which is added where it is new. */
  numberOf(frame: Frame): number {
    const key = this.#keyOf(frame)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.frames.length)
    return this.frames.push(frame) - 1
  }

  /** The node that is `parent` with one frame more, which is added where it is new. */
  childOf(parent: number, frame: number): number {
    const key = parent * FRAME_LIMIT + frame
    const known = this.#nodes.get(key)
    if (known !== undefined) return known
    const node = this.frame.push(frame) - 1
    this.parent.push(parent)
    this.depth.push(this.depth[parent]! + 1)
    this.#nodes.set(key, node)
    return node
  }
}

/** Node and frame as one number: there are far fewer than 2²⁶ of either. */
const FRAME_LIMIT = 2 ** 26

/** Children of every node, in the order they were added. */
export function childrenOf({
  parent,
}: {
  readonly parent: readonly number[]
}): readonly (readonly number[])[] {
  const children: number[][] = parent.map(() => [])
  for (let node = 1; node < parent.length; node++) children[parent[node]!]!.push(node)
  return children
}

/**
 * What a tree holds, in the one order of folded profiles. No text of a whole stack is made: those
 * of a profile of deep stacks would not fit into memory.
 *
 * @param amounts by node: what was counted on it alone, µs or whatever it is; nodes without any are
 * left out
 */
export function stacksInOrder(tree: StackTree, amounts: readonly number[]): FoldedProfile {
  const { frame, depth } = tree
  const texts = tree.frames.map(frameText)
  const rank = rankOf(texts)
  const children = childrenOf(tree)
  const numbers = new Map<number, number>()
  const stacks: FoldedStack[] = []
  const path: number[] = []
  const pending = [0]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    path.length = Math.max(0, depth[node]! - 1)
    if (node > 0) path.push(frame[node]!)
    const micros = amounts[node] ?? 0
    if (micros > 0) stacks.push({ frames: path.map((one) => numberedIn(numbers, one)), micros })
    const lastFirst = [...children[node]!].sort((a, b) => rank[frame[b]!]! - rank[frame[a]!]!)
    for (const child of lastFirst) pending.push(child)
  }
  return {
    frames: [...numbers.keys()].map((number) => tree.frames[number]!),
    stacks,
    totalMicros: stacks.reduce((sum, { micros }) => sum + micros, 0),
  }
}

function numberedIn(numbers: Map<number, number>, frame: number): number {
  const known = numbers.get(frame)
  if (known !== undefined) return known
  numbers.set(frame, numbers.size)
  return numbers.size - 1
}

/** Place of each text among all of them when sorted. */
function rankOf(texts: readonly string[]): Int32Array {
  const sorted = Uint32Array.from(texts.keys()).sort((a, b) => (texts[a]! < texts[b]! ? -1 : 1))
  const rank = new Int32Array(texts.length)
  for (const [place, index] of sorted.entries()) rank[index] = place
  return rank
}
