import type * as Plot from '@observablehq/plot'
import type { Arm } from '../../contract.js'
import { type Html, keepTogether, trustedHtml } from '../html.js'
import { drawSvg } from '../static-svg.js'

/** A picture of the page and what is written below it. */
export interface Chart {
  readonly title: string
  readonly svg: Html
  /** How to read it. */
  readonly caption: string
}

export interface ChartDraft {
  readonly title: string
  readonly caption: string
  /** For readers who do not see it: what it shows. */
  readonly description: string
  readonly options: Plot.PlotOptions
}

/** px; charts are drawn for a phone and stand side by side on wider pages. */
export const CHART_WIDTH = 380

/**
 * Colours are the page's, one set for light and one for dark; symbols say the same without them.
 */
export const ARM_COLORS: Readonly<Record<Arm, string>> = {
  baseline: 'var(--baseline)',
  incumbent: 'var(--incumbent)',
  candidate: 'var(--candidate)',
}
export const ARM_SYMBOLS = {
  baseline: 'circle',
  incumbent: 'square',
  candidate: 'triangle',
} as const
export const ARM_GLYPHS: Readonly<Record<Arm, string>> = {
  baseline: '●',
  incumbent: '■',
  candidate: '▲',
}

/** The same for verdicts. */
export const VERDICT_SYMBOLS = {
  accepted: 'circle',
  rejected: 'square',
  inconclusive: 'diamond',
} as const

/** Ink of lines that are not data. */
export const SOFT = 'var(--soft)'

/** @param id begins the ids inside; unique on the page */
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

/** The range of some values and a little more on either side, so that no mark is cut. */
export function paddedRange(values: readonly number[], share = 0.06): [number, number] {
  const low = Math.min(...values)
  const high = Math.max(...values)
  const margin = (high - low || Math.abs(high) || 1) * share
  return [low - margin, high + margin]
}

/** Radius of so many marks, px. */
export function markRadius(count: number): number {
  return count <= 24 ? 4 : count <= 60 ? 3 : 2
}
