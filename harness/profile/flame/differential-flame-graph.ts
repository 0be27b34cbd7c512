import { escapeXml } from '../../text/escape-xml.js'
import { formatMs, formatPercent } from '../../text/format.js'
import { visibleText } from '../../text/visible-text.js'
import { type ChangeLook, changeText } from './change-look.js'
import {
  differentialTree,
  functionChanges,
  type ProfiledArm,
  sameFunction,
} from './differential.js'
import { BOX_BYTES, elidedText, type FrameLook, framesBlock, pixelsOf } from './flame-frames.js'
import { type FlameBox, layoutFlame } from './flame-layout.js'
import {
  type Block,
  barsBlock,
  controlBlock,
  drawPicture,
  gapBlock,
  legendBlock,
  textBlock,
} from './flame-picture.js'
import type { FlameTree } from './flame-tree.js'
import { placeLines, shownName } from './frame-label.js'
import { sampledLook } from './sampled-look.js'
import type { SignificantChanges } from './significant-changes.js'
import { significantLook } from './significant-look.js'

export interface DifferentialOptions {
  readonly title: string
  readonly subtitle?: string
  /** Labels are cut to fit this width, px; default 1200. */
  readonly width?: number
  /** Prefix of every id; pictures on one page need different prefixes. */
  readonly prefix?: string
  /** Of the same arms, if they were profiled in several processes. */
  readonly changes?: SignificantChanges | undefined
}

/** Approximate limit for the size of all frames of one panel, bytes. */
const PANEL_BYTES = 215_000

/**
 * Draws what changed between two profiles, in two panels. In the upper panel the widths are times
 * of the baseline, so it shows what vanished; in the lower panel they are times of the candidate,
 * so it shows what appeared. Both panels have the same order and colours. Signs and patterns repeat
 * the meaning of the colours, and lists name the functions.
 *
 * Where the changes are tested, only significant ones are coloured:
 * orange frames take more CPU per iteration, blue frames less, by steps of ms, and all others are
 * grey. Otherwise every change that was sampled is coloured, red or blue.
 *
 * @returns an SVG document below 600 000 bytes, the same for the same profiles
 * @throws {RangeError} an arm has no iterations
 * @throws {TypeError} the prefix is not a valid start of an id
 */
export function differentialFlameGraphSvg(
  baseline: ProfiledArm,
  candidate: ProfiledArm,
  options: DifferentialOptions,
): string {
  const { width = 1200, prefix = 'difference' } = options
  const names = [baseline.name ?? 'baseline', candidate.name ?? 'candidate'].map((name) =>
    visibleText(name, 40),
  )
  const { changes } = options
  const tree = changes?.tree ?? differentialTree(baseline, candidate)
  const look =
    changes === undefined
      ? sampledLook(tree, functionChanges(baseline, candidate), names[1]!)
      : significantLook(changes)
  const wholes = [tree.totals[0]![0]!, tree.totals[1]![0]!] as const
  const title = visibleText(options.title)
  const panel = { tree, look, names, compare: commonOrder(tree), width, prefix }
  return drawPicture({
    title,
    description: `Differential flame graph, callers above what they call, once by the time of ${names[0]} and once by that of ${names[1]}. ${changeText(...wholes)}. ${look.summary}.`,
    width,
    prefix,
    fills: look.fills,
    blocks: [
      textBlock(title, 'title'),
      ...(options.subtitle === undefined ? [] : [textBlock(visibleText(options.subtitle))]),
      textBlock('CPU time per iteration (absolute, not as shares); idle time left out'),
      ...look.notes.map((note) => textBlock(note)),
      gapBlock(6),
      barsBlock(
        names.map((name, arm) => ({
          fill: arm === 0 ? 'all' : look.of(0).fill,
          text: `${name} ${formatMs(wholes[arm]! / 1000)}${arm === 0 ? '' : `, ${changeText(...wholes)}`}`,
          amount: wholes[arm]!,
        })),
      ),
      gapBlock(6),
      legendBlock(look.legend, prefix),
      controlBlock(),
      ...names.flatMap((_, arm) => panelBlocks({ ...panel, arm })),
      ...look.lists,
    ],
  })
}

interface Panel {
  readonly tree: FlameTree
  readonly look: ChangeLook
  /** Names of both arms. */
  readonly names: readonly string[]
  /** Index of the arm whose times are the widths. */
  readonly arm: number
  /** Order of siblings. */
  readonly compare: (a: number, b: number) => number
  readonly width: number
  readonly prefix: string
}

function panelBlocks(panel: Panel): Block[] {
  const { tree, names, arm, compare, width, prefix } = panel
  const layout = layoutFlame(tree, {
    arm,
    pixels: pixelsOf(width),
    compare,
    costOf: (node) => bytesOf(panel, node),
    budgetBytes: PANEL_BYTES,
  })
  const name = names[arm]!
  const amount = tree.totals[arm]![0]!
  const change = arm === 0 ? 'vanished' : 'appeared'
  const headline = `${name}: the whole width is ${formatMs(amount / 1000)}; shows what ${change}; ${elidedText(layout)}`
  return [
    textBlock(amount > 0 ? headline : `${name}: nothing was sampled`),
    gapBlock(4),
    framesBlock(layout, { look: (box) => frameLook(box, panel), name, width, prefix }),
    gapBlock(14),
  ]
}

function frameLook({ node }: FlameBox, { tree, look, names, arm }: Panel): FrameLook {
  const [before, after] = [tree.totals[0]![node]!, tree.totals[1]![node]!]
  const { fill, sign, pattern, details } = look.of(node)
  const times = `${names[0]} ${formatMs(before / 1000)}, ${names[1]} ${formatMs(after / 1000)} per iteration, ${changeText(before, after)}`
  if (node === 0) return { fill, label: `${sign} all`, details: [times, ...details] }
  const share = `${formatPercent(tree.totals[arm]![node]! / tree.totals[arm]![0]!)} of ${names[arm]}`
  const frame = tree.frames[tree.frame[node]!]!
  const selfs = [0, 1].map((of) => formatMs(tree.selfs[of]![node]! / 1000))
  return {
    fill,
    ...(pattern !== undefined && { pattern }),
    label: `${sign} ${shownName(frame)}`,
    details: [...placeLines(frame), times, ...details, `self ${selfs[0]}, then ${selfs[1]}`, share],
  }
}

/** Orders siblings alike in both panels, by the larger of both arms' times, then by name. */
function commonOrder({ totals, frames, frame }: FlameTree): (a: number, b: number) => number {
  const keys = frames.map(sameFunction)
  const largest = (node: number): number => Math.max(totals[0]![node]!, totals[1]![node]!)
  return (a, b) => largest(b) - largest(a) || (keys[frame[a]!]! < keys[frame[b]!]! ? -1 : 1)
}

/** Most bytes that the times of both arms take in a title. */
const TIMES_BYTES = 220

function bytesOf({ tree: { frames, frame }, look }: Panel, node: number): number {
  const shown = frames[frame[node]!]
  if (shown === undefined) return 2 * BOX_BYTES
  return (
    BOX_BYTES +
    TIMES_BYTES +
    look.detailBytes +
    2 * Buffer.byteLength(escapeXml(shownName(shown))) +
    Buffer.byteLength(escapeXml(placeLines(shown).join('')))
  )
}
