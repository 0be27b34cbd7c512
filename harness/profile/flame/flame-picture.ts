import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../system/package-root.js'
import { cellsOf, clipText, escapeXml, wrapText } from '../../text/escape-xml.js'
import { formatCounted, formatLimit, formatPercent } from '../../text/format.js'
import { type ElidedBox, type FlameBox, type FlameLayout, ROW_SHARE } from './flame-layout.js'
import { FONT_SIZE, flameStyle, LABEL_STEPS } from './flame-style.js'

/** A picture from top to bottom. */
export interface FlamePicture {
  /** What the picture is called: its accessible name, and its first lines. */
  readonly title: string
  /** What it shows, for those who cannot see it. */
  readonly description: string
  /**
   * Intended width, px. The picture also works narrower and wider; labels are cut for this width.
   */
  readonly width: number
  /** Begins every id in the picture. Two pictures on one page need two prefixes. */
  readonly prefix: string
  readonly blocks: readonly Block[]
}

/**
 * A piece of the picture over its whole width: elements by their y, and how high they are together,
 * px.
 */
export interface Block {
  readonly height: number
  readonly at: (y: number) => string
}

/** How a frame looks. */
export interface FrameLook {
  /** Its fill, one of `FILLS`. */
  readonly fill: string
  /** A pattern over the fill. */
  readonly pattern?: 'appeared' | 'vanished'
  /** First line of its title, of which the label shows as much as fits. */
  readonly label: string
  /** Further lines of its title. */
  readonly details: readonly string[]
}

/**
 * Bytes of a box besides its own texts, at most: its elements, and a box of what is elided below
 * it.
 */
export const BOX_BYTES = 420
/** Height of a row of frames, px. */
const ROW = 18
const LINE = 16
/**
 * Width of a character of the labels, px: DejaVu Sans Mono and Menlo have 0.602 em, no usual
 * monospaced font has more.
 */
const CELL = FONT_SIZE * 0.61
/** Cells of a line of text that fit a phone of 360 px, with the margins of a page. */
const LINE_CELLS = 48
const MARGIN_PERCENT = 1
/** Around a label, px. */
const LABEL_PADDING = 6
/** What a page may take from the width of its window before the picture begins, px. */
const PAGE_MARGINS = 48

/** Pixels a frame of the whole width has. */
export function pixelsOf(width: number): number {
  return (width * (100 - 2 * MARGIN_PERCENT)) / 100
}

/**
 * The picture as an SVG document: one and the same text for the same input, without links to
 * anything. As a picture it needs nothing; opened in a browser, or put into a page, its frames can
 * be zoomed, searched and walked with the keyboard.
 *
 * Everything that depends on the width is written in percents, so that the picture fits the page
 * without making its text small.
 *
 * @throws {TypeError} the prefix cannot begin an id
 */
export function drawPicture({ title, description, width, prefix, blocks }: FlamePicture): string {
  if (!/^[A-Za-z][\w-]*$/.test(prefix))
    throw new TypeError(
      `${JSON.stringify(prefix)} cannot begin an id; use letters, digits and dashes`,
    )
  let height = 8
  const body = blocks.map((block) => {
    const text = block.at(height)
    height += block.height
    return text
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" id="${prefix}" class="flame" role="img" aria-labelledby="${prefix}-title ${prefix}-desc" width="${width}" height="${height + 8}">
<title id="${prefix}-title">${escapeXml(title)}</title>
<desc id="${prefix}-desc">${escapeXml(description)}</desc>
<style>${flameStyle(prefix)}</style>
${patterns(prefix)}
<rect class="page" width="100%" height="100%"/>
${body.join('\n')}
<script><![CDATA[
${script()}]]></script>
</svg>
`
}

/** Lines of text, broken where a phone ends. */
export function textBlock(
  text: string,
  options: { readonly className?: string; readonly lineLimit?: number } = {},
): Block {
  const lines = wrapText(text, LINE_CELLS, options.lineLimit ?? 4)
  const kind = options.className === undefined ? '' : ` class="${options.className}"`
  return {
    height: LINE * lines.length,
    at: (y) => lines.map((line, index) => textAt(y + LINE * index, line, kind)).join('\n'),
  }
}

/** Lines as they are, each with its full text as title where it had to be cut. */
export function listBlock(lines: readonly string[]): Block {
  return {
    height: LINE * lines.length,
    at: (y) =>
      lines
        .map(
          (line, index) =>
            `<g><title>${escapeXml(line)}</title>${textAt(y + LINE * index, clipText(line, LINE_CELLS), '')}</g>`,
        )
        .join('\n'),
  }
}

/** Empty space. */
export function gapBlock(height: number): Block {
  return { height, at: () => '' }
}

/** Where a browser puts the search field. Empty in a still picture. */
export function controlBlock(): Block {
  return { height: 52, at: (y) => `<g class="controls" data-y="${y}"/>` }
}

/** What a fill stands for. */
export interface LegendEntry {
  readonly fill: string
  readonly text: string
  readonly pattern?: FrameLook['pattern']
}

/** Colours and what they mean; in two columns where all of them fit half a phone. */
export function legendBlock(entries: readonly LegendEntry[], prefix: string): Block {
  const half = LINE_CELLS / 2 - 3
  const isShort = entries.every(({ text }) => clipText(text, half) === text)
  const rows = isShort ? Math.ceil(entries.length / 2) : entries.length
  const entryAt = ({ fill, text, pattern }: LegendEntry, x: number, y: number): string => {
    const hatch =
      pattern === undefined
        ? ''
        : `<rect y="2" width="14" height="12" fill="url(#${prefix}-${pattern})"/>`
    const label = escapeXml(clipText(text, isShort ? half : LINE_CELLS - 3))
    return `<svg x="${x}%" y="${y}" width="${isShort ? 49 : 98}%" height="${ROW}"><title>${escapeXml(text)}</title><rect class="${fill}" y="2" width="14" height="12"/>${hatch}<text x="20" y="12">${label}</text></svg>`
  }
  return {
    height: ROW * rows,
    at: (y) =>
      entries
        .map((entry, index) =>
          entryAt(entry, index < rows ? MARGIN_PERCENT : 50, y + ROW * (index % rows)),
        )
        .join('\n'),
  }
}

/** Amounts beside each other to scale; the widest takes the whole width. */
export function barsBlock(
  bars: readonly { readonly fill: string; readonly text: string; readonly amount: number }[],
): Block {
  const most = Math.max(...bars.map(({ amount }) => amount))
  const step = LINE + 12
  return {
    height: step * bars.length,
    at: (y) =>
      bars
        .map(
          ({ fill, text, amount }, index) =>
            `${textAt(y + step * index, clipText(text, LINE_CELLS), '')}\n<rect class="${fill}" x="${MARGIN_PERCENT}%" y="${y + step * index + LINE}" width="${percent((most > 0 ? amount / most : 0) * 0.98)}" height="8"/>`,
        )
        .join('\n'),
  }
}

/**
 * The frames themselves.
 *
 * @param name what the widths are of, for the search: `baseline`
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
  const elided = layout.elided.map((box) => elidedSvg(box))
  return {
    height: ROW * layout.levels,
    at: (y) =>
      `<svg class="panel" data-name="${escapeXml(options.name)}" x="${MARGIN_PERCENT}%" y="${y}" width="${100 - 2 * MARGIN_PERCENT}%" height="${ROW * layout.levels}">\n${[...boxes, ...elided].join('\n')}\n</svg>`,
  }
}

/** What a picture leaves out, in a sentence. */
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
 * The class that hides a label where the picture is narrower than it needs: a still picture cannot
 * cut it again, and half a letter is none.
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

/**
 * Lines one way for what appeared, crossed lines for what vanished: to be told apart without
 * colours.
 */
function patterns(prefix: string): string {
  const pattern = (name: string, path: string): string =>
    `<pattern id="${prefix}-${name}" width="12" height="12" patternUnits="userSpaceOnUse"><path class="hatch" d="${path}"/></pattern>`
  return `<defs>${pattern('appeared', 'M-3 3L3 -3M0 12L12 0M9 15L15 9')}${pattern('vanished', 'M0 0L12 12M0 12L12 0')}</defs>`
}

function textAt(y: number, text: string, kind: string): string {
  return `<text${kind} x="${MARGIN_PERCENT}%" y="${y + 12}">${escapeXml(text)}</text>`
}

/** A length for an attribute, not for people. */
function percent(fraction: number): string {
  return `${Math.round(fraction * 1e5) / 1e3}%`
}

let source: string | undefined

function script(): string {
  source ??= readFileSync(
    join(packageRoot(), 'harness', 'profile', 'templates', 'flame-graph.js'),
    'utf8',
  )
  return source
}
