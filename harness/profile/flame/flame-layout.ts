import { childrenOf } from '../fold/stack-tree.js'
import type { FlameTree } from './flame-tree.js'

/** A frame in the picture. Left and width are fractions of the picture's width. */
export interface FlameBox {
  /** Node of the tree. */
  readonly node: number
  /** Row, from 0: the root of everything. */
  readonly depth: number
  readonly left: number
  readonly width: number
}

/** Siblings that are not shown, drawn as one box: right of those that are. */
export interface ElidedBox {
  /** How many frames it stands for, those above them included. */
  readonly frames: number
  readonly depth: number
  readonly left: number
  readonly width: number
}

/** Which frames a picture shows, where, and how many it does not. */
export interface FlameLayout {
  /** In reading order: a frame, then everything it called. */
  readonly boxes: readonly FlameBox[]
  readonly elided: readonly ElidedBox[]
  /** Rows. */
  readonly levels: number
  /** Frames whose share of the whole is below this fraction are not shown … */
  readonly threshold: number
  /** … so many of them; */
  readonly narrow: number
  /** nor so many others, in rows that hold almost nothing. */
  readonly deep: number
}

export interface LayoutOptions {
  /** Which of the tree's profiles gives the widths. */
  readonly arm: number
  /** Frames narrower than one of this many pixels are not shown. */
  readonly pixels: number
  /** Which of two siblings comes first, as for sorting. Must not leave the order open. */
  readonly compare: (a: number, b: number) => number
  /** About how many bytes the box of a node takes in the file … */
  readonly costOf: (node: number) => number
  /** … and how many there are for all of them. */
  readonly budgetBytes: number
}

/** Rows of a picture at most. */
export const LEVEL_LIMIT = 160
/**
 * Rows with less than this share of the whole are not drawn: a few deep stacks would make a tall
 * picture of nothing.
 */
export const ROW_SHARE = 0.01

/**
 * Lays out an icicle: the root on top, callees below their caller. (The same as a flame upside
 * down; but it reads as the page does, from the top, and what matters most stands next to the title
 * however deep the stacks are.)
 *
 * What is narrower than a pixel is left out, and more where the budget demands it: always
 * everything below one round share of the whole, so that what is missing can be said in a sentence.
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

/** The lowest of 1, 2, 5 × 10ⁿ that is a pixel at least and keeps within the budget. */
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

/** Callees never take longer than their callers, so rows only get emptier further down. */
function rowsWorthDrawing(
  { depth }: FlameTree,
  totals: Float64Array,
  isNarrow: (node: number) => boolean,
): number {
  const held = new Float64Array(LEVEL_LIMIT)
  for (let node = 0; node < totals.length; node++)
    if (depth[node]! < LEVEL_LIMIT && !isNarrow(node)) held[depth[node]!]! += totals[node]!
  const firstEmpty = held.findIndex((row) => row < ROW_SHARE * totals[0]!)
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

/** By node: how many frames are hidden with it, itself included. */
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
