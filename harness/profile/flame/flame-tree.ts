import { StackTree } from '../fold/stack-tree.js'
import type { FoldedProfile, Frame } from '../fold/stacks.js'

/** Stacks merged from the root, with the times of each node. */
export interface FlameTree extends Pick<StackTree, 'frames' | 'frame' | 'parent' | 'depth'> {
  /** For each profile and node, the time with callees. */
  readonly totals: readonly Float64Array[]
  /** For each profile and node, the time without callees. */
  readonly selfs: readonly Float64Array[]
}

/**
 * Merges one or more profiles into one tree in which each node has its time in every profile.
 *
 * @param keyOf frames with the same key count as one frame; the first of them is shown
 */
export function buildFlameTree(
  profiles: readonly FoldedProfile[],
  keyOf?: (frame: Frame) => string,
): FlameTree {
  const tree = new StackTree(keyOf)
  const sampled = profiles.map((profile) => {
    const numbers = profile.frames.map((frame) => tree.numberOf(frame))
    return profile.stacks.map((stack) => ({
      node: stack.frames.reduce((node, frame) => tree.childOf(node, numbers[frame]!), 0),
      micros: stack.micros,
    }))
  })
  const { frames, frame, parent, depth } = tree
  const selfs = sampled.map((stacks) => {
    const self = new Float64Array(frame.length)
    for (const { node, micros } of stacks) self[node]! += micros
    return self
  })
  return {
    frames,
    frame,
    parent,
    depth,
    selfs,
    totals: selfs.map((self) => summedUp(self, parent)),
  }
}

function summedUp(self: Float64Array, parent: readonly number[]): Float64Array {
  const total = Float64Array.from(self)
  for (let node = total.length - 1; node > 0; node--) total[parent[node]!]! += total[node]!
  return total
}
