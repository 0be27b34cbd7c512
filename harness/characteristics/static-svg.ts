import * as Plot from '@observablehq/plot'
import domino from 'domino'

/** What a picture needs beside its marks. */
export interface Picture {
  readonly title: string
  /** For readers who do not see it: what it shows, in a sentence or two. */
  readonly description: string
  readonly options: Plot.PlotOptions
}

const SVG = 'http://www.w3.org/2000/svg'

/** Ink for both backgrounds: grey where the reader's preference is unknown, darker or lighter where it is told. */
const STYLE = `svg { color: #6e7781; }
@media (prefers-color-scheme: light) { svg { color: #424a53; } }
@media (prefers-color-scheme: dark) { svg { color: #b1bac4; } }`

/**
 * Draws a picture without a browser: the same bytes for the same data, readable on light and dark, with its fonts, size, title and description inside.
 */
export function drawSvg({ title, description, options }: Picture): string {
  const document = domino.createDocument()
  const svg = Plot.plot({
    ...options,
    document,
    style: { fontFamily: 'system-ui, -apple-system, Segoe UI, sans-serif', fontSize: '12px' },
  })
  svg.setAttribute('xmlns', SVG)
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-labelledby', 'title description')
  const first = svg.firstChild
  for (const [name, text] of [
    ['title', title],
    ['desc', description],
    ['style', STYLE],
  ] as const) {
    const element = document.createElementNS(SVG, name)
    if (name !== 'style') element.setAttribute('id', name === 'desc' ? 'description' : 'title')
    element.textContent = text
    svg.insertBefore(element, first)
  }
  return `${svg.outerHTML}\n`
}
