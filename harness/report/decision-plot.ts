import type { DecisionRecord } from '../record/record-schema.js'
import { drawForest } from './charts/forest.js'
import { drawSvg } from './static-svg.js'
import { visibleValues } from './visible-values.js'

const WIDTH = 640

/** The colours of the page, for a picture that is not on a page. */
const STYLE = `svg { --ink: #1f2328; --soft: #6e7781; --accepted: #1a7f37; --rejected: #cf222e; --inconclusive: #9a6700; color: #424a53; }
@media (prefers-color-scheme: dark) { svg { --ink: #e6edf3; --soft: #8b949e; --accepted: #3fb950; --rejected: #ff7b72; --inconclusive: #d29922; color: #b1bac4; } }`

/**
 * The picture in the markdown of a decision, drawn from the record alone.
 *
 * @returns an SVG document; undefined if nothing was measured
 */
export function renderDecisionPlot(record: DecisionRecord): string | undefined {
  const forest = drawForest(visibleValues(record), WIDTH)
  if (forest === undefined) return undefined
  const { title, description, options } = forest
  return drawSvg({ title, description, options, style: STYLE, digits: 2 })
}
