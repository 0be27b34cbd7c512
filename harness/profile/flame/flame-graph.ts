import { escapeXml, visibleText } from '../../text/escape-xml.js'
import { formatCounted, formatMs, formatPercent } from '../../text/format.js'
import { moduleOf } from '../figures/module-of.js'
import { frameText } from '../fold/folded-frame.js'
import type { FoldedProfile, Frame } from '../fold/stacks.js'
import { groupClasses } from './flame-colours.js'
import { type FlameBox, layoutFlame } from './flame-layout.js'
import {
  BOX_BYTES,
  controlBlock,
  drawPicture,
  elidedText,
  type FrameLook,
  framesBlock,
  gapBlock,
  legendBlock,
  pixelsOf,
  textBlock,
} from './flame-picture.js'
import { buildFlameTree, type FlameTree } from './flame-tree.js'

export interface FlameGraphOptions {
  readonly title: string
  /** What was measured and how; under the title. */
  readonly subtitle?: string
  /** Width the labels are cut for, px; 1200 unless told. */
  readonly width?: number
  /** Begins every id; pictures on one page need one each. Letters, digits, dashes. */
  readonly prefix?: string
  /**
   * The group a stack belongs to, which decides the colour of its leaf: a category, for instance.
   * The module the leaf belongs to unless told, and the same where it says undefined.
   */
  readonly groupOf?: (frames: readonly Frame[], stack: readonly number[]) => string | undefined
}

/** Bytes all frames of a picture take at most, about: the rest of it needs less than 50 000. */
const FRAME_BYTES = 440_000
/** Groups named in the legend. */
const LEGEND_LIMIT = 12

/**
 * A profile as a flame graph: the width of a frame is the time it and everything it called took,
 * callees below their caller, the largest first.
 *
 * @returns an SVG document, the same for the same profile, of less than 600 000 bytes
 * @throws {TypeError} the prefix cannot begin an id
 */
export function flameGraphSvg(profile: FoldedProfile, options: FlameGraphOptions): string {
  const { width = 1200, prefix = 'flame' } = options
  const tree = buildFlameTree([profile])
  const groups = groupsOf(tree, options.groupOf)
  const sums = sumByGroup(tree, groups)
  const classes = groupClasses(mattering(sums))
  const looks = new Looks(tree, groups, classes)
  const layout = layoutFlame(tree, {
    arm: 0,
    pixels: pixelsOf(width),
    compare: largestFirst(tree),
    costOf: (node) => looks.bytesOf(node),
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
      textBlock(title, { className: 'title' }),
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
      framesBlock(layout, { look: (box) => looks.of(box), name: title, width, prefix }),
    ],
  })
}

/** The order of siblings: the largest first, equals by their text. */
function largestFirst({ totals, frames, frame }: FlameTree): (a: number, b: number) => number {
  const texts = frames.map(frameText)
  return (a, b) =>
    totals[0]![b]! - totals[0]![a]! || (texts[frame[a]!]! < texts[frame[b]!]! ? -1 : 1)
}

/** The group of every node; undefined for the root, which has none. */
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

/** Share of the whole that is each group's own, by name. */
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
 * Groups of 1 % and more, then the others, each by name: the order does not depend on the last
 * digit of a share.
 */
function mattering(sums: ReadonlyMap<string, number>): string[] {
  const names = [...sums.keys()].sort()
  return [
    ...names.filter((name) => sums.get(name)! >= 0.01),
    ...names.filter((name) => sums.get(name)! < 0.01),
  ]
}

/** The largest groups, and the others as one entry without a group. */
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

/** How the frames of one tree look. */
class Looks {
  readonly #tree: FlameTree
  readonly #groups: readonly (string | undefined)[]
  readonly #classes: ReadonlyMap<string, string>
  readonly #names: readonly {
    readonly name: string
    readonly place: readonly string[]
    readonly bytes: number
  }[]

  constructor(
    tree: FlameTree,
    groups: readonly (string | undefined)[],
    classes: ReadonlyMap<string, string>,
  ) {
    this.#tree = tree
    this.#groups = groups
    this.#classes = classes
    this.#names = tree.frames.map((frame) => {
      const name = shownName(frame)
      const place = placeLines(frame)
      return { name, place, bytes: bytes(name) * 2 + bytes(place.join('\n')) }
    })
  }

  of({ node }: FlameBox): FrameLook {
    const { totals, selfs, frame } = this.#tree
    const whole = totals[0]![0]!
    const described = (amount: number): string =>
      `${formatMs(amount / 1000)} (${formatPercent(amount / whole)})`
    if (node === 0) return { fill: 'all', label: 'all', details: [described(whole)] }
    const { name, place } = this.#names[frame[node]!]!
    const group = this.#groups[node]!
    return {
      fill: this.#classes.get(group)!,
      label: name,
      details: [
        ...place,
        `self ${described(selfs[0]![node]!)}, total ${described(totals[0]![node]!)}`,
        group,
      ],
    }
  }

  bytesOf(node: number): number {
    return (
      BOX_BYTES +
      (node === 0 ? 0 : this.#names[this.#tree.frame[node]!]!.bytes + bytes(this.#groups[node]!))
    )
  }
}

/** The name of a frame in a picture; one without a name is told by its brackets. */
export function shownName(frame: Frame): string {
  const name = frame.name.trim() === '' ? '(anonymous)' : visibleText(frame.name)
  return frame.kind === 'native' ? `[native] ${name}` : name
}

/** Where a frame has its source, as lines: one or none. */
export function placeLines({ file, line }: Frame): string[] {
  return file === undefined ? [] : [visibleText(line === undefined ? file : `${file}:${line}`)]
}

function bytes(text: string): number {
  return Buffer.byteLength(escapeXml(text))
}
