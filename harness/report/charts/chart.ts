import type * as Plot from '@observablehq/plot'
import type { Arm } from '../../contract.js'
import { type Html, keepTogether, trustedHtml } from '../html.js'
import { drawSvg } from '../static-svg.js'

/** A drawn chart of a page, with the caption below it. */
export interface Chart {
  readonly title: string
  readonly svg: Html
  /** How to read it. */
  readonly caption: string
}

/** A chart before it is drawn. */
export interface ChartDraft {
  readonly title: string
  readonly caption: string
  /** What the chart shows, for screen readers. */
  readonly description: string
  readonly options: Plot.PlotOptions
}

/** px; a chart fits a phone, and wider pages show several side by side. */
export const CHART_WIDTH = 380

/**
 * The page defines these colours, for a light and a dark page. Symbols carry the same information.
 */
const ARM_COLORS: Readonly<Record<Arm, string>> = {
  baseline: 'var(--baseline)',
  incumbent: 'var(--incumbent)',
  candidate: 'var(--candidate)',
}
const ARM_SYMBOLS = {
  baseline: 'circle',
  incumbent: 'square',
  candidate: 'triangle',
} as const
export const ARM_GLYPHS: Readonly<Record<Arm, string>> = {
  baseline: '●',
  incumbent: '■',
  candidate: '▲',
}

interface OfArm {
  readonly arm: Arm
}

/** Colour of a mark that belongs to an arm. */
export function armColor({ arm }: OfArm): string {
  return ARM_COLORS[arm]
}

/** Symbol of a mark that belongs to an arm. */
export function armSymbol({ arm }: OfArm): Plot.SymbolType {
  return ARM_SYMBOLS[arm]
}

/** Symbols of marks that carry a verdict. */
export const VERDICT_SYMBOLS = {
  accepted: 'circle',
  rejected: 'square',
  inconclusive: 'diamond',
} as const

/** Colour of lines that are not data. */
export const SOFT = 'var(--soft)'

/** Style of the line at a criterion's threshold, or at a goal. */
export const THRESHOLD_LINE = { stroke: 'var(--ink)', strokeDasharray: '5 4' } as const

/** Style of a text over other marks. The outline keeps it readable. */
export const OUTLINED = { stroke: 'var(--panel)', strokeWidth: 3 } as const

/** @param id prefix of the ids inside; unique on the page */
export function drawChart(id: string, { title, caption, description, options }: ChartDraft): Chart {
  const svg = drawSvg({
    title,
    description,
    inPage: id,
    digits: 2,
    options: { width: CHART_WIDTH, ...options },
  })
  return { title, caption: keepTogether(caption), svg: trustedHtml(svg.trimEnd()) }
}

/** Radius of a mark, px, in a chart with this many marks. */
export function markRadius(count: number): number {
  return count <= 24 ? 4 : count <= 60 ? 3 : 2
}
