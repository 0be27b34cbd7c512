import * as Plot from '@observablehq/plot'
import type { ChartDraft } from '../../../harness/report/charts/chart.js'
import { shortName } from '../../../harness/report/html.js'
import { formatCounted } from '../../../harness/text/format.js'
import type { ScoredTrial } from '../compared-trials.js'
import type { DimensionScale } from '../dimension-scale.js'
import type { ScoreText } from '../score-text.js'
import { PLOT_WIDTH } from './plot-frame.js'
import { colorOf, type ScoreRange } from './score-colors.js'

interface Cell {
  readonly x: number
  readonly y: number
  readonly score: number
}

/** Labels that fit an axis. */
const MOST_LABELS = 12

/** The objective over two parameters: in each cell, the best of its trials. */
export function drawObjectiveMap(
  trials: readonly ScoredTrial[],
  best: ScoredTrial,
  [across, up]: readonly [DimensionScale, DimensionScale],
  range: ScoreRange,
  text: ScoreText,
): ChartDraft {
  const cells = bestCells(trials, across, up)
  const at = cellOf(best, across, up)
  const isExact = across.isExact && up.isExact
  const color = colorOf(range)
  return {
    title: `${text.name} over ${shortName(across.name)} and ${shortName(up.name)}`,
    description: `${formatCounted(cells.length, 'cell')}; the best, ${text.ofTrial(best)}, at ${across.labelOf(at.x)} and ${up.labelOf(at.y)}.`,
    caption: `${isExact ? 'Colour: the objective.' : 'Colour: the best of the trials in a cell, which starts at its label.'} ★ the best trial. Empty: nothing to compare there.`,
    options: {
      width: PLOT_WIDTH,
      height: Math.min(480, Math.max(200, 80 + 22 * up.cells)),
      marginLeft: 66,
      marginRight: 8,
      marginTop: 26,
      marginBottom: 52,
      x: axisOf(across),
      y: { ...axisOf(up), reverse: true },
      marks: [
        Plot.cell(cells, {
          x: 'x',
          y: 'y',
          fill: ({ score }: Cell) => color(score),
          inset: 0.5,
        }),
        Plot.text([at], {
          x: 'x',
          y: 'y',
          text: () => '★',
          fill: '#ffffff',
          fontSize: 15,
          stroke: '#1f2328',
          strokeWidth: 2.5,
        }),
      ],
    },
  }
}

function axisOf({ name, cells, labelOf }: DimensionScale): Plot.ScaleOptions {
  const every = Math.ceil(cells / MOST_LABELS)
  return {
    type: 'band',
    domain: Array.from({ length: cells }, (_, cell) => cell),
    tickFormat: (cell: number) => (cell % every === 0 ? labelOf(cell) : ''),
    tickSize: 0,
    label: shortName(name),
    labelArrow: 'none',
    padding: 0,
  }
}

/** The score of the best trial of each cell. @param trials  the best first */
function bestCells(
  trials: readonly ScoredTrial[],
  across: DimensionScale,
  up: DimensionScale,
): readonly Cell[] {
  const cells = new Map<number, Cell>()
  for (const trial of trials) {
    const { x, y } = cellOf(trial, across, up)
    const key = x * up.cells + y
    if (!cells.has(key)) cells.set(key, { x, y, score: trial.score })
  }
  return [...cells.values()]
}

function cellOf({ parameters }: ScoredTrial, across: DimensionScale, up: DimensionScale) {
  return { x: across.cellOf(parameters[across.name]!), y: up.cellOf(parameters[up.name]!) }
}
