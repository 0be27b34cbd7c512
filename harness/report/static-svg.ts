import * as Plot from '@observablehq/plot'
import domino from 'domino'

/** What a picture needs beside its marks. */
export interface Picture {
  readonly title: string
  /** For readers who do not see it: what it shows, in a sentence or two. */
  readonly description: string
  readonly options: Plot.PlotOptions
  /** Rules inside the picture, in place of ink for both backgrounds. */
  readonly style?: string
  /**
   * Begins its ids where it becomes part of a page, which has rules of its own and names it as a
   * whole; each picture of a page needs another.
   */
  readonly inPage?: string
  /** Digits after the point that coordinates keep; all of them unless told. */
  readonly digits?: number
}

const SVG = 'http://www.w3.org/2000/svg'

/**
 * Ink for both backgrounds: grey where the reader's preference is unknown, darker or lighter where
 * it is told.
 */
const STYLE = `svg { color: #6e7781; }
@media (prefers-color-scheme: light) { svg { color: #424a53; } }
@media (prefers-color-scheme: dark) { svg { color: #b1bac4; } }`

/**
 * Draws a picture without a browser: the same bytes for the same data, readable on light and dark,
 * with its fonts, size, title and description inside.
 */
export function drawSvg({
  title,
  description,
  options,
  style = STYLE,
  inPage,
  digits,
}: Picture): string {
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
  // Names of groups inside say what kind of mark they hold, which only makes sense to whoever drew
  // them.
  if (inPage !== undefined)
    for (const group of svg.querySelectorAll('[aria-label]')) group.removeAttribute('aria-label')
  if (digits !== undefined) roundCoordinates(svg, digits)
  const first = svg.firstChild
  for (const [name, text] of [
    ['title', title],
    ['desc', description],
    ['style', inPage === undefined ? style : ''],
  ] as const) {
    if (text === '') continue
    const element = document.createElementNS(SVG, name)
    if (name !== 'style')
      element.setAttribute('id', `${prefix}${name === 'desc' ? 'description' : 'title'}`)
    element.textContent = text
    svg.insertBefore(element, first)
  }
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

/** Shorter files, and the same ones where two machines differ in the last digit of a double. */
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

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits)) || 0
}
