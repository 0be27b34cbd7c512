import { clipText, wrapText } from '../../text/clip-text.js'
import { escapeXml } from '../../text/escape-xml.js'
import type { Colour } from './flame-colours.js'
import { flameScript } from './flame-script.js'
import { flameStyle } from './flame-style.js'

/** A picture as a list of blocks, top to bottom. */
export interface FlamePicture {
  /** The accessible name. */
  readonly title: string
  /** The accessible description. */
  readonly description: string
  /** Intended width, px. Labels are cut to fit it, but other widths work, too. */
  readonly width: number
  /** Prefix of every id in the picture. Two pictures on one page need different prefixes. */
  readonly prefix: string
  /** Colours of classes that only this picture has. */
  readonly fills?: Readonly<Record<string, Colour>>
  readonly blocks: readonly Block[]
}

/** A part of the picture that takes its whole width. */
export interface Block {
  /** px */
  readonly height: number
  /** The elements of the block, placed at a given y. */
  readonly at: (y: number) => string
}

/**
 * Hatching that can be read without colours: lines for what appeared, crossed lines for what
 * vanished.
 */
const PATTERNS = {
  appeared: 'M-3 3L3 -3M0 12L12 0M9 15L15 9',
  vanished: 'M0 0L12 12M0 12L12 0',
} as const
export type Pattern = keyof typeof PATTERNS

/** Height of a row of frames, px. */
export const ROW = 18
const LINE = 16
/** Characters per line of text that fit a phone 360 px wide, after the margins of a page. */
const LINE_CELLS = 48
export const MARGIN_PERCENT = 1

/**
 * Draws the picture as a self-contained SVG document; the same input gives the same text. It works
 * as a still image. In a browser or a page, its frames can also be zoomed, searched and navigated
 * with the keyboard.
 *
 * Everything that depends on the width is in percent, so that the picture fits any page without
 * scaling its text.
 *
 * @throws {TypeError} the prefix is not a valid start of an id
 */
export function drawPicture(picture: FlamePicture): string {
  const { title, description, width, prefix, fills, blocks } = picture
  if (!/^[A-Za-z][\w-]*$/.test(prefix))
    throw new TypeError(
      `prefix ${JSON.stringify(prefix)} is not valid in an id; use letters, digits and dashes`,
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
<style>${flameStyle(prefix, fills)}</style>
${patterns(prefix)}
<rect class="page" width="100%" height="100%"/>
${body.join('\n')}
<script><![CDATA[${flameScript()}]]></script>
</svg>
`
}

/** Text, wrapped to fit a phone, in up to four lines. */
export function textBlock(text: string, className?: 'title'): Block {
  const lines = wrapText(text, LINE_CELLS, 4)
  const attributes = className === undefined ? '' : ` class="${className}"`
  return {
    height: LINE * lines.length,
    at: (y) => lines.map((line, index) => textAt(y + LINE * index, line, attributes)).join('\n'),
  }
}

/** Lines cut to fit a phone, each with its full text as title. */
export function listBlock(lines: readonly string[]): Block {
  return {
    height: LINE * lines.length,
    at: (y) =>
      lines
        .map(
          (line, index) =>
            `<g><title>${escapeXml(line)}</title>${textAt(y + LINE * index, clipText(line, LINE_CELLS))}</g>`,
        )
        .join('\n'),
  }
}

/** Empty space. */
export function gapBlock(height: number): Block {
  return { height, at: () => '' }
}

/** Space for the search field, which the script adds; empty in a still picture. */
export function controlBlock(): Block {
  return { height: 52, at: (y) => `<g class="controls" data-y="${y}"/>` }
}

/** The meaning of a fill. */
export interface LegendEntry {
  readonly fill: string
  readonly text: string
  readonly pattern?: Pattern
}

/** A legend of colours, in two columns if every text fits half a phone. */
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

/** Bars with a common scale. The longest bar takes the whole width. */
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
            `${textAt(y + step * index, clipText(text, LINE_CELLS))}\n<rect class="${fill}" x="${MARGIN_PERCENT}%" y="${y + step * index + LINE}" width="${percent((most > 0 ? amount / most : 0) * 0.98)}" height="8"/>`,
        )
        .join('\n'),
  }
}

function patterns(prefix: string): string {
  const elements = Object.entries(PATTERNS).map(
    ([name, path]) =>
      `<pattern id="${prefix}-${name}" width="12" height="12" patternUnits="userSpaceOnUse"><path class="hatch" d="${path}"/></pattern>`,
  )
  return `<defs>${elements.join('')}</defs>`
}

function textAt(y: number, text: string, attributes = ''): string {
  return `<text${attributes} x="${MARGIN_PERCENT}%" y="${y + 12}">${escapeXml(text)}</text>`
}

/** A length as an attribute, with three decimals. */
export function percent(fraction: number): string {
  return `${Math.round(fraction * 1e5) / 1e3}%`
}
