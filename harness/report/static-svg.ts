import * as Plot from '@observablehq/plot'
import domino from 'domino'

/** A picture: its marks and everything else needed to draw it. */
export interface Picture {
  readonly title: string
  /** What it shows, in a sentence or two, for screen readers. */
  readonly description: string
  readonly options: Plot.PlotOptions
  /** Style rules of a picture that stands alone, instead of the default ones. */
  readonly style?: string
  /**
   * For a picture that is part of a page, the prefix of its ids, unique on the page. Such a
   * picture has no style of its own.
   */
  readonly inPage?: string
  /** Decimal places of coordinates; unlimited by default. */
  readonly digits?: number
}

const SVG = 'http://www.w3.org/2000/svg'

/**
 * Grey text is readable on both backgrounds. It becomes darker or lighter by the reader's
 * preference.
 */
const STYLE = `svg { color: #6e7781; }
@media (prefers-color-scheme: light) { svg { color: #424a53; } }
@media (prefers-color-scheme: dark) { svg { color: #b1bac4; } }`

/**
 * Draws a picture without a browser: the same bytes for the same data, readable on a light and a
 * dark background. The picture contains its fonts, size, title and description.
 */
export function drawSvg(picture: Picture): string {
  const { title, description, options, style = STYLE, inPage, digits } = picture
  const prefix = inPage === undefined ? '' : `${inPage}-`
  const document = domino.createDocument()
  const svg = Plot.plot({
    ...options,
    document,
    style: { fontFamily: 'system-ui, -apple-system, Segoe UI, sans-serif', fontSize: '12px' },
  })
  svg.setAttribute('xmlns', SVG)
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-labelledby', `${prefix}title ${prefix}description`)
  // Plot labels groups of marks with its technical terms, which a screen reader would read aloud.
  if (inPage !== undefined)
    for (const group of svg.querySelectorAll('[aria-label]')) group.removeAttribute('aria-label')
  if (digits !== undefined) roundCoordinates(svg, digits)
  const first = svg.firstChild
  const insert = (name: string, text: string, id?: string) => {
    const element = document.createElementNS(SVG, name)
    if (id !== undefined) element.setAttribute('id', id)
    element.textContent = text
    svg.insertBefore(element, first)
  }
  insert('title', title, `${prefix}title`)
  if (description !== '') insert('desc', description, `${prefix}description`)
  if (inPage === undefined && style !== '') insert('style', style)
  return `${svg.outerHTML}\n`
}

const COORDINATES = [
  'x',
  'x1',
  'x2',
  'y',
  'y1',
  'y2',
  'cx',
  'cy',
  'dx',
  'dy',
  'width',
  'height',
  'd',
  'transform',
]

interface Drawn {
  querySelectorAll(selector: string): Iterable<{
    getAttribute(name: string): string | null
    setAttribute(name: string, value: string): void
  }>
}

/**
 * Rounds coordinates, which shortens the file and removes differences in the last digits between
 * machines.
 */
function roundCoordinates(svg: Drawn, digits: number): void {
  for (const element of svg.querySelectorAll('*'))
    for (const name of COORDINATES) {
      const value = element.getAttribute(name)
      if (value?.includes('.'))
        element.setAttribute(
          name,
          value.replace(/-?\d+\.\d+/g, (text) => String(rounded(Number(text), digits))),
        )
    }
}

/** `|| 0` turns a negative zero into zero. */
function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits)) || 0
}
