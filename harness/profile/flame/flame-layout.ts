import { childrenOf } from '../fold/stack-tree.js'
import type { FlameTree } from './flame-tree.js'

/** A visible frame. Left and width are fractions of the picture's width. */
export interface FlameBox {
  /** Node of the tree. */
  readonly node: number
  /** Row of the frame; the root has row 0. */
  readonly depth: number
  readonly left: number
  readonly width: number
}

/**
 * One box that stands for all siblings that are not shown. It is to the right of the shown ones.
 */
export interface ElidedBox {
  /** Number of frames it stands for, including those below. */
  readonly frames: number
  readonly depth: number
  readonly left: number
  readonly width: number
}

/** Which frames a picture shows and where, and how many it leaves out. */
export interface FlameLayout {
  /** In depth-first order: a frame, then everything it called. */
  readonly boxes: readonly FlameBox[]
  readonly elided: readonly ElidedBox[]
  /** Number of rows. */
  readonly levels: number
  /** Frames with a smaller share of the whole, a fraction, are not shown. */
  readonly threshold: number
  /** Number of frames left out because they are below the threshold. */
  readonly narrow: number
  /** Number of further frames left out because their rows are almost empty. */
  readonly deep: number
}

export interface LayoutOptions {
  /** Index of the profile whose times are the widths. */
  readonly arm: number
  /** Width of the root; frames narrower than a pixel are left out. */
  readonly pixels: number
  /** Order of siblings, for sorting; never 0. */
  readonly compare: (a: number, b: number) => number
  /** Approximate bytes of the box of a node in the file. */
  readonly costOf: (node: number) => number
  /** Limit for the sum of `costOf` over all boxes. */
  readonly budgetBytes: number
}

/** Largest number of rows of a picture. */
export const LEVEL_LIMIT = 160
/**
 * Rows with a smaller share of the whole are left out, because otherwise a few deep stacks would
 * fill the picture.
 */
export const ROW_SHARE = 0.01

/**
 * Lays out the frames with the root on top and callees below their caller (an "icicle"): pages are
 * read from the top, and this way the widest frames are next to the title, no matter how deep the
 * stacks are.
 *
 * Frames narrower than a pixel are left out, and also wider frames if the budget requires it. The
 * threshold is always a round share of the whole, so that one sentence can state what is missing.
 */
export function layoutFlame(tree: FlameTree, options: LayoutOptions): FlameLayout {
  const totals = tree.totals[options.arm]!
  const whole = totals[0]!
  if (!(whole > 0)) return { boxes: [], elided: [], levels: 1, threshold: 0, narrow: 0, deep: 0 }
  const threshold = affordableThreshold(tree, options)
  const isNarrow = (node: number): boolean => totals[node]! < threshold * whole
  const rows = rowsWorthDrawing(tree, totals, isNarrow)
  const isHidden = (node: number): boolean => isNarrow(node) || tree.depth[node]! >= rows
  const children = childrenOf(tree)
  const hiddenBelow = hiddenFrames(tree, totals, isHidden)
  const boxes: FlameBox[] = []
  const elided: ElidedBox[] = []
  const pending: FlameBox[] = [{ node: 0, depth: 0, left: 0, width: 1 }]
  for (let box = pending.pop(); box !== undefined; box = pending.pop()) {
    boxes.push(box)
    const depth = box.depth + 1
    const sampled = children[box.node]!.filter((child) => totals[child]! > 0)
    const shown = sampled.filter((child) => !isHidden(child)).sort(options.compare)
    let left = box.left
    const row = shown.map((node): FlameBox => {
      const placed = { node, depth, left, width: totals[node]! / whole }
      left += placed.width
      return placed
    })
    pending.push(...row.reverse())
    const rest = sampled.filter(isHidden)
    const width = rest.reduce((sum, child) => sum + totals[child]!, 0) / whole
    const frames = rest.reduce((sum, child) => sum + hiddenBelow[child]!, 0)
    if (width >= threshold) elided.push({ frames, depth, left, width })
  }
  const levels =
    1 + [...boxes, ...elided].reduce((deepest, { depth }) => Math.max(deepest, depth), 0)
  return { boxes, elided, levels, threshold, ...countHidden(tree, totals, isNarrow, rows) }
}

/**
 * The smallest share of the form 1, 2 or 5 × 10ⁿ that is at least a pixel wide and fits the
 * budget.
 */
function affordableThreshold(
  tree: FlameTree,
  { arm, pixels, costOf, budgetBytes }: LayoutOptions,
): number {
  const totals = tree.totals[arm]!
  const visible: { readonly share: number; readonly cost: number }[] = []
  for (let node = 0; node < totals.length; node++) {
    const share = totals[node]! / totals[0]!
    if (share * pixels >= 1 && tree.depth[node]! < LEVEL_LIMIT)
      visible.push({ share, cost: costOf(node) })
  }
  const isAffordable = (threshold: number): boolean =>
    visible.reduce((bytes, { share, cost }) => (share < threshold ? bytes : bytes + cost), 0) <=
    budgetBytes
  const round = ROUND_SHARES.filter((share) => share * pixels >= 1)
  return round.find(isAffordable) ?? 1
}

const ROUND_SHARES = [-6, -5, -4, -3, -2, -1].flatMap((power) =>
  [1, 2, 5].map((digit) => Number(`${digit}e${power}`)),
)

/**
 * The number of rows to draw. A callee never takes longer than its caller, so each row is at most
 * as full as the row above it.
 */
function rowsWorthDrawing(
  { depth }: FlameTree,
  totals: Float64Array,
  isNarrow: (node: number) => boolean,
): number {
  const rowTotals = new Float64Array(LEVEL_LIMIT)
  for (let node = 0; node < totals.length; node++)
    if (depth[node]! < LEVEL_LIMIT && !isNarrow(node)) rowTotals[depth[node]!]! += totals[node]!
  const firstEmpty = rowTotals.findIndex((row) => row < ROW_SHARE * totals[0]!)
  return firstEmpty < 0 ? LEVEL_LIMIT : firstEmpty
}

function countHidden(
  { depth }: FlameTree,
  totals: Float64Array,
  isNarrow: (node: number) => boolean,
  rows: number,
): { readonly narrow: number; readonly deep: number } {
  let narrow = 0
  let deep = 0
  for (let node = 1; node < totals.length; node++) {
    if (!(totals[node]! > 0)) continue
    if (isNarrow(node)) narrow += 1
    else if (depth[node]! >= rows) deep += 1
  }
  return { narrow, deep }
}

/** For each node, the number of hidden frames in its subtree, including the node itself. */
function hiddenFrames(
  { parent }: FlameTree,
  totals: Float64Array,
  isHidden: (node: number) => boolean,
): Int32Array {
  const count = new Int32Array(totals.length)
  for (let node = totals.length - 1; node > 0; node--) {
    if (!(totals[node]! > 0 && isHidden(node))) continue
    count[node]! += 1
    count[parent[node]!]! += count[node]!
  }
  return count
}
