import { StackTree, stacksInOrder } from './stack-tree.js'
import type { FoldedProfile } from './stacks.js'

/** The stacks of several profiles together, each with its time in all of them. */
export function mergeProfiles(profiles: readonly FoldedProfile[]): FoldedProfile {
  const tree = new StackTree()
  const amounts: number[] = []
  for (const { frames, stacks } of profiles) {
    const numbers = frames.map((frame) => tree.numberOf(frame))
    for (const { frames: path, micros } of stacks) {
      const node = path.reduce((parent, index) => tree.childOf(parent, numbers[index]!), 0)
      amounts[node] = (amounts[node] ?? 0) + micros
    }
  }
  return stacksInOrder(tree, amounts)
}
