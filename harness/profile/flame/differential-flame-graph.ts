import { escapeXml } from '../../text/escape-xml.js'
import {
  formatCount,
  formatCounted,
  formatMs,
  formatPercent,
  formatSignedPercent,
} from '../../text/format.js'
import { visibleText } from '../../text/visible-text.js'
import {
  deltaMicros,
  differentialTree,
  type FunctionChange,
  functionChanges,
  type ProfiledArm,
  sameFunction,
} from './differential.js'
import { changeClass } from './flame-colours.js'
import { BOX_BYTES, elidedText, type FrameLook, framesBlock, pixelsOf } from './flame-frames.js'
import { type FlameBox, layoutFlame } from './flame-layout.js'
import {
  type Block,
  barsBlock,
  controlBlock,
  drawPicture,
  gapBlock,
  type LegendEntry,
  legendBlock,
  listBlock,
  textBlock,
} from './flame-picture.js'
import type { FlameTree } from './flame-tree.js'
import { placeLines, shownName } from './frame-label.js'

export interface DifferentialOptions {
  readonly title: string
  readonly subtitle?: string
  /** Labels are cut to fit this width, px; default 1200. */
  readonly width?: number
  /** Prefix of every id; pictures on one page need different prefixes. */
  readonly prefix?: string
}

/** Approximate limit for the size of all frames of one panel, bytes. */
const PANEL_BYTES = 215_000
/** Largest number of functions in each list. */
const LIST_LIMIT = 8

/**
 * Draws what changed between two profiles, in two panels. In the upper panel the widths are times
 * of the baseline, so it shows what vanished; in the lower panel they are times of the candidate,
 * so it shows what appeared. Both panels have the same order and colours: red frames take more CPU
 * per iteration, blue frames less. Signs and patterns repeat the meaning of the colours, and lists
 * name the functions.
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
  const tree = differentialTree(baseline, candidate)
  const names = [baseline.name ?? 'baseline', candidate.name ?? 'candidate'].map((name) =>
    visibleText(name, 40),
  )
  const wholes = tree.totals.map((totals) => totals[0]!)
  const whole = Math.max(...wholes)
  const changes = functionChanges(baseline, candidate)
  const title = visibleText(options.title)
  const compare = commonOrder(tree)
  return drawPicture({
    title,
    description: `Differential flame graph, callers above what they call, once by the time of ${names[0]} and once by that of ${names[1]}. ${changeText(wholes[0]!, wholes[1]!)}. ${sumText(changes, 'vanished')}; ${sumText(changes, 'appeared')}.`,
    width,
    prefix,
    blocks: [
      textBlock(title, 'title'),
      ...(options.subtitle === undefined ? [] : [textBlock(visibleText(options.subtitle))]),
      textBlock('CPU time per iteration (absolute, not as shares); idle time left out'),
      gapBlock(6),
      barsBlock(
        names.map((name, arm) => ({
          fill: arm === 0 ? 'all' : changeClass(wholes[0]!, wholes[1]!, whole),
          text: `${name} ${formatMs(wholes[arm]! / 1000)}${arm === 0 ? '' : `, ${changeText(wholes[0]!, wholes[1]!)}`}`,
          amount: wholes[arm]!,
        })),
      ),
      gapBlock(6),
      legendBlock(LEGEND, prefix),
      controlBlock(),
      ...names.flatMap((_, arm) =>
        panelBlocks({ tree, names, arm, compare, width, prefix, whole }),
      ),
      ...changeLists(changes, names[1]!),
    ],
  })
}

const LEGEND: readonly LegendEntry[] = [
  { fill: 'grew3', text: '▲ grew' },
  { fill: 'grew3', text: '+ appeared', pattern: 'appeared' },
  { fill: 'same', text: '= within 0.1 % of all' },
  { fill: 'shrank3', text: '▼ shrank' },
  { fill: 'shrank3', text: '× vanished', pattern: 'vanished' },
  { fill: 'grew1', text: 'pale: below 1 %' },
]

interface Panel {
  readonly tree: FlameTree
  /** Names of both arms. */
  readonly names: readonly string[]
  /** Index of the arm whose times are the widths. */
  readonly arm: number
  /** Order of siblings. */
  readonly compare: (a: number, b: number) => number
  /** The larger of both arms' times per iteration, µs. */
  readonly whole: number
  readonly width: number
  readonly prefix: string
}

function panelBlocks(panel: Panel): Block[] {
  const { tree, names, arm, compare, width, prefix } = panel
  const layout = layoutFlame(tree, {
    arm,
    pixels: pixelsOf(width),
    compare,
    costOf: (node) => bytesOf(tree, node),
    budgetBytes: PANEL_BYTES,
  })
  const name = names[arm]!
  const amount = tree.totals[arm]![0]!
  const change = arm === 0 ? 'vanished' : 'appeared'
  const headline = `${name}: the whole width is ${formatMs(amount / 1000)}; shows what ${change}; ${elidedText(layout)}`
  return [
    textBlock(amount > 0 ? headline : `${name}: nothing was sampled`),
    gapBlock(4),
    framesBlock(layout, { look: (box) => lookOf(box, panel), name, width, prefix }),
    gapBlock(14),
  ]
}

function lookOf({ node }: FlameBox, { tree, names, whole, arm }: Panel): FrameLook {
  const [before, after] = tree.totals.map((totals) => totals[node]!) as [number, number]
  const fill = changeClass(before, after, whole)
  const times = `${names[0]} ${formatMs(before / 1000)}, ${names[1]} ${formatMs(after / 1000)} per iteration, ${changeText(before, after)}`
  const share = `${formatPercent(tree.totals[arm]![node]! / tree.totals[arm]![0]!)} of ${names[arm]}`
  if (node === 0) return { fill, label: `${signOf(before, after, fill)} all`, details: [times] }
  const frame = tree.frames[tree.frame[node]!]!
  const selfs = tree.selfs.map((self) => formatMs(self[node]! / 1000))
  return {
    fill,
    ...(before === 0 && { pattern: 'appeared' }),
    ...(after === 0 && { pattern: 'vanished' }),
    label: `${signOf(before, after, fill)} ${shownName(frame)}`,
    details: [...placeLines(frame), times, `self ${selfs[0]}, then ${selfs[1]}`, share],
  }
}

function signOf(before: number, after: number, fill: string): string {
  if (before === 0) return '+'
  if (after === 0) return '×'
  if (fill === 'same') return '='
  return after > before ? '▲' : '▼'
}

function changeText(before: number, after: number): string {
  const change = after === before ? 'no change' : signedMs(after - before)
  return before > 0 && after > 0
    ? `${change} (${formatSignedPercent((after - before) / before)})`
    : change
}

function signedMs(micros: number): string {
  return `${micros < 0 ? '−' : '+'}${formatMs(Math.abs(micros) / 1000)}`
}

/** Orders siblings alike in both panels, by the larger of both arms' times, then by name. */
function commonOrder({ totals, frames, frame }: FlameTree): (a: number, b: number) => number {
  const keys = frames.map(sameFunction)
  const largest = (node: number): number => Math.max(totals[0]![node]!, totals[1]![node]!)
  return (a, b) => largest(b) - largest(a) || (keys[frame[a]!]! < keys[frame[b]!]! ? -1 : 1)
}

/** Most bytes that the times of both arms take in a title. */
const TIMES_BYTES = 220

function bytesOf({ frames, frame }: FlameTree, node: number): number {
  const shown = frames[frame[node]!]
  if (shown === undefined) return 2 * BOX_BYTES
  return (
    BOX_BYTES +
    TIMES_BYTES +
    2 * Buffer.byteLength(escapeXml(shownName(shown))) +
    Buffer.byteLength(escapeXml(placeLines(shown).join('')))
  )
}

function changeLists(changes: readonly FunctionChange[], candidate: string): Block[] {
  return (['vanished', 'appeared'] as const).flatMap((kind) => {
    const listed = changes.filter((change) => change.kind === kind)
    const shown = listed.slice(0, LIST_LIMIT)
    const rest = listed.length - shown.length
    const lines = shown.map(
      (change) =>
        `  ${signedMs(deltaMicros(change))}  ${shownName(change.frame)} ${placeLines(change.frame)
          .map((place) => `(${place})`)
          .join('')}`,
    )
    const more =
      rest > 0
        ? [`  and ${formatCount(rest)} more, ${signedMs(sumOf(listed.slice(LIST_LIMIT)))} together`]
        : []
    const meaning =
      kind === 'vanished' ? `never sampled in ${candidate}` : `sampled only in ${candidate}`
    return [
      textBlock(`${sumText(changes, kind)} (${meaning}; self time)`),
      listBlock([...lines, ...more]),
      gapBlock(8),
    ]
  })
}

function sumText(changes: readonly FunctionChange[], kind: 'vanished' | 'appeared'): string {
  const listed = changes.filter((change) => change.kind === kind)
  return listed.length === 0
    ? `nothing ${kind}`
    : `${kind}: ${formatCounted(listed.length, 'function')}, ${signedMs(sumOf(listed))}`
}

function sumOf(changes: readonly FunctionChange[]): number {
  return changes.reduce((sum, change) => sum + deltaMicros(change), 0)
}
