import { escapeXml } from '../../text/escape-xml.js'
import { formatCounted, formatMs, formatPercent } from '../../text/format.js'
import { visibleText } from '../../text/visible-text.js'
import { moduleOf } from '../figures/module-of.js'
import { frameText } from '../fold/folded-frame.js'
import type { FoldedProfile, Frame } from '../fold/stacks.js'
import { groupClasses } from './flame-colours.js'
import { BOX_BYTES, elidedText, type FrameLook, framesBlock, pixelsOf } from './flame-frames.js'
import { type FlameBox, layoutFlame } from './flame-layout.js'
import { controlBlock, drawPicture, gapBlock, legendBlock, textBlock } from './flame-picture.js'
import { buildFlameTree, type FlameTree } from './flame-tree.js'
import { placeLines, shownName } from './frame-label.js'

export interface FlameGraphOptions {
  readonly title: string
  /** What was measured and how. */
  readonly subtitle?: string
  /** Labels are cut to fit this width, px; default 1200. */
  readonly width?: number
  /**
   * Prefix of every id: letters, digits, dashes. Pictures on one page need different prefixes.
   */
  readonly prefix?: string
  /**
   * The group of a stack, such as its category. It decides the colour of the leaf. By default, and
   * if the result is undefined, the group is the module of the leaf.
   */
  readonly groupOf?: (frames: readonly Frame[], stack: readonly number[]) => string | undefined
}

/**
 * Approximate limit for the size of all frames, bytes. The rest of a picture takes less than 50
 * 000 bytes.
 */
const FRAME_BYTES = 440_000
/** Largest number of groups in the legend. */
const LEGEND_LIMIT = 12

/**
 * Draws a profile as a flame graph: the width of a frame is its time including its callees. The
 * callees are below it, the largest first.
 *
 * @returns an SVG document below 600 000 bytes, the same for the same profile
 * @throws {TypeError} the prefix is not a valid start of an id
 */
export function flameGraphSvg(profile: FoldedProfile, options: FlameGraphOptions): string {
  const { width = 1200, prefix = 'flame' } = options
  const tree = buildFlameTree([profile])
  const groups = groupsOf(tree, options.groupOf)
  const sums = sumByGroup(tree, groups)
  const classes = groupClasses(importantFirst(sums))
  const { look, bytesOf } = frameLooks(tree, groups, classes)
  const layout = layoutFlame(tree, {
    arm: 0,
    pixels: pixelsOf(width),
    compare: largestFirst(tree),
    costOf: bytesOf,
    budgetBytes: FRAME_BYTES,
  })
  const whole = tree.totals[0]![0]!
  const shares = sharesOf(sums)
  const title = visibleText(options.title)
  const summary =
    whole > 0 ? `${formatMs(whole / 1000)} in all; ${elidedText(layout)}` : 'nothing was sampled'
  return drawPicture({
    title,
    description: `Flame graph, callers above what they call. ${summary}. By group: ${shares.map(({ text }) => text).join(', ')}.`,
    width,
    prefix,
    blocks: [
      textBlock(title, 'title'),
      ...(options.subtitle === undefined ? [] : [textBlock(visibleText(options.subtitle))]),
      textBlock(summary),
      gapBlock(6),
      legendBlock(
        shares.map(({ group, text }) => ({
          fill: group === undefined ? 'page' : classes.get(group)!,
          text,
        })),
        prefix,
      ),
      controlBlock(),
      framesBlock(layout, { look, name: title, width, prefix }),
    ],
  })
}

/** Orders siblings by size, the largest first. Equal ones are sorted by their text. */
function largestFirst({ totals, frames, frame }: FlameTree): (a: number, b: number) => number {
  const texts = frames.map(frameText)
  return (a, b) =>
    totals[0]![b]! - totals[0]![a]! || (texts[frame[a]!]! < texts[frame[b]!]! ? -1 : 1)
}

/** The group of every node; undefined for the root. */
function groupsOf(tree: FlameTree, groupOf: FlameGraphOptions['groupOf']): (string | undefined)[] {
  const modules = tree.frames.map(moduleOf)
  return tree.frame.map((frame, node) => {
    if (node === 0) return undefined
    const group = groupOf?.(tree.frames, pathOf(tree, node)) ?? modules[frame]!
    return visibleText(group, 60)
  })
}

function pathOf({ frame, parent }: FlameTree, node: number): number[] {
  const path: number[] = []
  for (let at = node; at > 0; at = parent[at]!) path.push(frame[at]!)
  return path.reverse()
}

/** By name of the group, its self time as a share of the whole. */
function sumByGroup(
  tree: FlameTree,
  groups: readonly (string | undefined)[],
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  const whole = tree.totals[0]![0]! || 1
  for (const [node, group] of groups.entries())
    if (group !== undefined) sums.set(group, (sums.get(group) ?? 0) + tree.selfs[0]![node]! / whole)
  return sums
}

/**
 * Groups of 1 % and more, then the others. Both parts are sorted by name, so that the order does
 * not depend on the last digits of a share.
 */
function importantFirst(sums: ReadonlyMap<string, number>): string[] {
  const names = [...sums.keys()].sort()
  return [
    ...names.filter((name) => sums.get(name)! >= 0.01),
    ...names.filter((name) => sums.get(name)! < 0.01),
  ]
}

/** Legend texts of the largest groups; the others share one entry without a group. */
function sharesOf(
  sums: ReadonlyMap<string, number>,
): { readonly group?: string; readonly text: string }[] {
  const largest = [...sums]
    .filter(([, share]) => share > 0)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  const named = largest
    .slice(0, LEGEND_LIMIT)
    .map(([group, share]) => ({ group, text: `${formatPercent(share)} ${group}` }))
  const others = largest.slice(LEGEND_LIMIT)
  if (others.length === 0) return named
  const rest = others.reduce((sum, [, share]) => sum + share, 0)
  return [
    ...named,
    { text: `${formatPercent(rest)} in ${formatCounted(others.length, 'other group')}` },
  ]
}

/** Computes how each frame looks, and how many bytes it takes. */
function frameLooks(
  { frames, frame, totals, selfs }: FlameTree,
  groups: readonly (string | undefined)[],
  classes: ReadonlyMap<string, string>,
) {
  const labels = frames.map((one) => {
    const [name, place] = [shownName(one), placeLines(one)]
    return { name, place, bytes: bytes(name) * 2 + bytes(place.join('\n')) }
  })
  const whole = totals[0]![0]!
  const timeText = (micros: number): string =>
    `${formatMs(micros / 1000)} (${formatPercent(micros / whole)})`
  const look = ({ node }: FlameBox): FrameLook => {
    const total = timeText(totals[0]![node]!)
    if (node === 0) return { fill: 'all', label: 'all', details: [total] }
    const { name, place } = labels[frame[node]!]!
    const group = groups[node]!
    const times = `self ${timeText(selfs[0]![node]!)}, total ${total}`
    return { fill: classes.get(group)!, label: name, details: [...place, times, group] }
  }
  const bytesOf = (node: number): number =>
    BOX_BYTES + (node === 0 ? 0 : labels[frame[node]!]!.bytes + bytes(groups[node]!))
  return { look, bytesOf }
}

function bytes(text: string): number {
  return Buffer.byteLength(escapeXml(text))
}
