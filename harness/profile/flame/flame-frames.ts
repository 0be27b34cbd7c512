import { cellsOf, clipText } from '../../text/clip-text.js'
import { escapeXml } from '../../text/escape-xml.js'
import { formatCounted, formatLimit, formatPercent } from '../../text/format.js'
import { type ElidedBox, type FlameBox, type FlameLayout, ROW_SHARE } from './flame-layout.js'
import { type Block, MARGIN_PERCENT, type Pattern, percent, ROW } from './flame-picture.js'
import { FONT_SIZE, LABEL_STEPS } from './flame-style.js'

/** How a frame looks. */
export interface FrameLook {
  /** Its fill, one of `FILLS`. */
  readonly fill: string
  /** A pattern over the fill. */
  readonly pattern?: Pattern
  /** First line of the frame's title. The label shows as much of that line as fits. */
  readonly label: string
  /** Further lines of its title. */
  readonly details: readonly string[]
}

/**
 * Most bytes that a frame takes without its own texts: its elements, and the box for elided frames
 * below it.
 */
export const BOX_BYTES = 420
/**
 * Width of a character of the labels, px: 0.602 em in DejaVu Sans Mono and Menlo; the other usual
 * monospaced fonts are not wider.
 */
const CELL = FONT_SIZE * 0.61
/** Padding of a label, px. */
const LABEL_PADDING = 6
/** A picture is at most this much narrower than the window that shows it, px. */
const PAGE_MARGINS = 48

/** The width of the root frame, px. */
export function pixelsOf(pictureWidth: number): number {
  return (pictureWidth * (100 - 2 * MARGIN_PERCENT)) / 100
}

/**
 * The frames of one profile.
 *
 * @param name shown beside the share that a search found, such as `baseline`
 */
export function framesBlock(
  layout: FlameLayout,
  options: {
    readonly look: (box: FlameBox) => FrameLook
    readonly name: string
    readonly width: number
    readonly prefix: string
  },
): Block {
  const boxes = layout.boxes.map((box) =>
    frameSvg(box, options.look(box), options.width, options.prefix),
  )
  const elided = layout.elided.map(elidedSvg)
  return {
    height: ROW * layout.levels,
    at: (y) =>
      `<svg class="panel" data-name="${escapeXml(options.name)}" x="${MARGIN_PERCENT}%" y="${y}" width="${100 - 2 * MARGIN_PERCENT}%" height="${ROW * layout.levels}">\n${[...boxes, ...elided].join('\n')}\n</svg>`,
  }
}

/** A sentence about the frames that a layout leaves out. */
export function elidedText({ narrow, deep, threshold }: FlameLayout): string {
  const limit = formatPercent(threshold, threshold < 0.001 ? 3 : 1)
  const parts = [
    ...(narrow > 0 ? [`${formatCounted(narrow, 'frame')} below ${limit}`] : []),
    ...(deep > 0
      ? [`${formatCounted(deep, 'frame')} in rows that hold less than ${formatLimit(ROW_SHARE)}`]
      : []),
  ]
  return parts.length === 0 ? 'every frame is shown' : `not shown: ${parts.join(', and ')}`
}

function frameSvg(
  { depth, left, width }: FlameBox,
  look: FrameLook,
  pictureWidth: number,
  prefix: string,
): string {
  const title = [look.label, ...look.details].map(escapeXml).join('\n')
  const label = clipText(
    look.label,
    Math.floor((width * pixelsOf(pictureWidth - PAGE_MARGINS) - LABEL_PADDING) / CELL),
  )
  const pattern =
    look.pattern === undefined
      ? ''
      : `<rect width="100%" height="17" fill="url(#${prefix}-${look.pattern})"/>`
  const text =
    label === ''
      ? ''
      : `<text class="${narrowest(label, width)}" x="3" y="12">${escapeXml(label)}</text>`
  return `<svg class="f" x="${percent(left)}" y="${ROW * depth}" width="${percent(width)}" height="17"><title>${title}</title><rect class="${look.fill}" width="100%" height="17"/>${pattern}${text}</svg>`
}

/**
 * The class that hides a label in windows too narrow for it, because without scripts a label
 * cannot be cut again.
 */
function narrowest(label: string, width: number): string {
  const needed =
    PAGE_MARGINS +
    (cellsOf(label) * CELL + LABEL_PADDING) / width / (1 - (2 * MARGIN_PERCENT) / 100)
  return `w${LABEL_STEPS.find((step) => step >= needed) ?? LABEL_STEPS.at(-1)!}`
}

function elidedSvg({ frames, depth, left, width }: ElidedBox): string {
  const text = `${formatCounted(frames, 'frame')} not shown: together ${formatPercent(width)}`
  return `<svg class="e" x="${percent(left)}" y="${ROW * depth}" width="${percent(width)}" height="5"><title>${escapeXml(text)}</title><rect class="elided" width="100%" height="5"/></svg>`
}
