import * as Plot from '@observablehq/plot'
import type { ParameterValue } from '../../../engine/index.js'
import { paddedRange } from '../../../harness/report/charts/axes.js'
import { type ChartDraft, SOFT } from '../../../harness/report/charts/chart.js'
import { shortName } from '../../../harness/report/html.js'
import { type ScoredTrial, sampledTrials } from '../compared-trials.js'
import { type DimensionScale, valueText } from '../dimension-scale.js'
import type { ScoreText } from '../score-text.js'
import { plotFrame } from './plot-frame.js'
import { colorOf, type ScoreRange } from './score-colors.js'

/** Points of a slice. */
const MOST_POINTS = 300
const MOST_LABELS = 9

/** The objective over one parameter: every trial, and the best over all other parameters. */
export function drawObjectiveSlice(
  trials: readonly ScoredTrial[],
  best: ScoredTrial,
  scale: DimensionScale,
  range: ScoreRange,
  text: ScoreText,
): ChartDraft {
  const shown = sampledTrials(trials, MOST_POINTS).toReversed()
  const steps = bestOfCells(trials, scale)
  const placeOf = ({ parameters }: ScoredTrial) => xOf(scale, parameters[scale.name]!)
  const domain = paddedRange([range.worst, range.best])
  const name = shortName(scale.name)
  const color = colorOf(range)
  return {
    title: `${text.name} over ${name}`,
    description: steps
      .map(({ parameters, score }) => `${valueText(parameters[scale.name]!)}: ${text.show(score)}`)
      .join('; '),
    caption: `${shown.length < trials.length ? `● ${shown.length} of the trials` : '● trials'}. ${scale.isOrdered ? 'Line' : '—'}: the best over all other parameters. ★ the best trial.${range.isCut ? ' The worst are drawn at the edge.' : ''}`,
    options: {
      ...plotFrame(260, xAxis(scale, name), {
        domain: domain[0] <= domain[1] ? domain : [domain[1], domain[0]],
        clamp: true,
        grid: true,
        ticks: 5,
        tickFormat: (score: number) => text.tick(score),
        label: `${text.name}, ${text.direction}`,
      }),
      marks: [
        Plot.dot(shown, {
          x: placeOf,
          y: 'score',
          fill: ({ score }: ScoredTrial) => color(score),
          r: shown.length > 100 ? 2.2 : 3.2,
        }),
        bestMark(steps, scale, placeOf),
        Plot.text([best], {
          x: placeOf,
          y: 'score',
          text: () => '★',
          fill: 'var(--ink)',
          fontSize: 16,
          stroke: 'var(--panel)',
          strokeWidth: 2,
        }),
      ],
    },
  }
}

/** Values that have a cell are drawn in its middle; others, by their place in the interval. */
function xOf({ isExact, cells, cellOf, place }: DimensionScale, value: ParameterValue): number {
  return isExact ? cellOf(value) : place(value) * cells - 0.5
}

function xAxis({ cells, isExact, labelOf }: DimensionScale, label: string): Plot.ScaleOptions {
  const every = Math.ceil(cells / MOST_LABELS)
  const shift = isExact ? 0 : 0.5
  return {
    domain: [-0.6, cells - 0.4],
    ticks: Array.from({ length: Math.ceil(cells / every) }, (_, i) => i * every - shift),
    tickFormat: (at: number) => labelOf(at + shift),
    label,
  }
}

/** The best trial of each cell, in the order of the cells. @param trials  the best first */
function bestOfCells(
  trials: readonly ScoredTrial[],
  { name, cells, cellOf }: DimensionScale,
): readonly ScoredTrial[] {
  const best = new Array<ScoredTrial | undefined>(cells).fill(undefined)
  for (const trial of trials) {
    const cell = cellOf(trial.parameters[name]!)
    best[cell] ??= trial
  }
  return best.filter((trial) => trial !== undefined)
}

/** A line, or a mark at each category. */
function bestMark(
  steps: readonly ScoredTrial[],
  { isOrdered }: DimensionScale,
  placeOf: (trial: ScoredTrial) => number,
): Plot.Markish {
  if (isOrdered) return Plot.line(steps, { x: placeOf, y: 'score', stroke: SOFT, strokeWidth: 1.5 })
  return Plot.ruleY(steps, {
    x1: (trial: ScoredTrial) => placeOf(trial) - 0.3,
    x2: (trial: ScoredTrial) => placeOf(trial) + 0.3,
    y: 'score',
    stroke: SOFT,
    strokeWidth: 2,
  })
}
