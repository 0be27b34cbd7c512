import { frameText } from './folded-frame.js'
import { type FoldedProfile, type FoldedStack, type Frame, sumMicros } from './stacks.js'

/**
 * Stacks merged from the root: one node per distinct path, one entry per distinct frame. A node is
 * an index into flat arrays and not an object, because a profile can have hundreds of thousands.
 *
 * Node 0 is the root and has no frame. A parent comes before its children.
 */
export class StackTree {
  readonly frames: Frame[] = []
  /** For each node, the index of its frame in `frames`; −1 for the root. */
  readonly frame: number[] = [-1]
  /** For each node, its parent; −1 for the root. */
  readonly parent: number[] = [-1]
  /** For each node, the number of frames from the root; 0 for the root. */
  readonly depth: number[] = [0]
  readonly #keyOf: (frame: Frame) => string
  readonly #numbers = new Map<string, number>()
  readonly #nodes = new Map<number, number>()

  /** @param keyOf frames with the same key count as one frame; the first of them is kept */
  constructor(keyOf: (frame: Frame) => string = frameText) {
    this.#keyOf = keyOf
  }

  /** The index of a frame, which is added if it is new. */
  numberOf(frame: Frame): number {
    const key = this.#keyOf(frame)
    const number = this.#numbers.get(key)
    if (number !== undefined) return number
    this.#numbers.set(key, this.frames.length)
    return this.frames.push(frame) - 1
  }

  /** The child of a node for a frame, which is added if it is new. */
  childOf(parent: number, frame: number): number {
    const key = parent * FRAME_LIMIT + frame
    const child = this.#nodes.get(key)
    if (child !== undefined) return child
    const node = this.frame.push(frame) - 1
    this.parent.push(parent)
    this.depth.push(this.depth[parent]! + 1)
    this.#nodes.set(key, node)
    return node
  }
}

/**
 * Factor that combines a node and a frame into one number. There are far fewer than 2²⁶ of either.
 */
const FRAME_LIMIT = 2 ** 26

/** The children of every node, in the order they were added. */
export function childrenOf({ parent }: Pick<StackTree, 'parent'>): readonly (readonly number[])[] {
  const children: number[][] = parent.map(() => [])
  for (let node = 1; node < parent.length; node++) children[parent[node]!]!.push(node)
  return children
}

/**
 * The stacks of a tree in the order of folded profiles. Sorting by the texts of whole stacks would
 * exhaust memory if stacks are deep, so siblings are sorted instead.
 *
 * @param amounts for each node, its own amount without callees: µs or bytes; nodes without an
 * amount are left out
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
    totalMicros: sumMicros(stacks),
  }
}

function numberedIn(numbers: Map<number, number>, frame: number): number {
  const number = numbers.get(frame)
  if (number !== undefined) return number
  numbers.set(frame, numbers.size)
  return numbers.size - 1
}

/** The position of each text in sorted order. */
function rankOf(texts: readonly string[]): Int32Array {
  const sorted = Uint32Array.from(texts.keys()).sort((a, b) => (texts[a]! < texts[b]! ? -1 : 1))
  const rank = new Int32Array(texts.length)
  for (const [place, index] of sorted.entries()) rank[index] = place
  return rank
}
