import * as Plot from '@observablehq/plot'
import { type ChartDraft, OUTLINED, SOFT } from '../../../harness/report/charts/chart.js'
import { formatCount } from '../../../harness/text/format.js'
import { type ScoredTrial, sampledTrials } from '../compared-trials.js'
import { type DimensionScale, shortLabel } from '../dimension-scale.js'
import type { ScoreText } from '../score-text.js'
import { PLOT_WIDTH } from './plot-frame.js'
import { colorOf, type ScoreRange } from './score-colors.js'

/** Lines of the plot. */
const MOST_LINES = 250
/** Parameters of the plot. */
const MOST_AXES = 10

/** Characters of a name above an axis. */
const NAME = 12

interface Corner {
  readonly axis: number
  readonly place: number
  readonly trial: number
  readonly score: number
}

/** Every trial as a line over its parameters and its score. */
export function drawParallel(
  trials: readonly ScoredTrial[],
  best: ScoredTrial,
  scales: readonly DimensionScale[],
  range: ScoreRange,
  text: ScoreText,
): ChartDraft {
  const axes = scales.slice(0, MOST_AXES)
  const shown = sampledTrials(trials, MOST_LINES)
  const scorePlace = scorePlaceOf(range)
  const cornersOf = ({ index, parameters, score }: ScoredTrial): Corner[] => [
    ...axes.map(({ name, place }, axis) => ({
      axis,
      place: place(parameters[name]!),
      trial: index,
      score,
    })),
    { axis: axes.length, place: scorePlace(score), trial: index, score },
  ]
  const lines = shown.toReversed().flatMap(cornersOf)
  const color = colorOf(range)
  return {
    title: 'Parameters of good and bad trials',
    description: `One line per trial across ${[...axes.map(({ name }) => name), text.name].join(', ')}.`,
    caption: `Each line is a trial${shown.length < trials.length ? `: the best and others, ${formatCount(shown.length)} of ${formatCount(trials.length)}` : ''}; orange is good, blue is bad, and the thick line is the best.${axes.length < scales.length ? ` Only the first ${axes.length} parameters are shown.` : ''}`,
    options: {
      width: PLOT_WIDTH,
      height: 336,
      marginLeft: 44,
      marginRight: 44,
      marginTop: 72,
      marginBottom: 24,
      x: { domain: [0, axes.length], axis: null },
      y: { domain: [0, 1], axis: null },
      marks: [
        Plot.ruleX(
          Array.from({ length: axes.length + 1 }, (_, axis) => axis),
          { stroke: SOFT },
        ),
        Plot.line(lines, {
          x: 'axis',
          y: 'place',
          z: 'trial',
          stroke: ({ score }: Corner) => color(score),
          strokeOpacity: shown.length > 60 ? 0.45 : 0.8,
          strokeWidth: 1.2,
        }),
        Plot.line(cornersOf(best), { x: 'axis', y: 'place', stroke: 'var(--ink)', strokeWidth: 3 }),
        ...labelMarks(axes, range, text),
      ],
    },
  }
}

function scorePlaceOf({ worst, best }: ScoreRange): (score: number) => number {
  if (best === worst) return () => 1
  return (score) => Math.min(1, Math.max(0, (score - worst) / (best - worst)))
}

interface Label {
  readonly axis: number
  readonly place: number
  readonly text: string
}

function labelMarks(
  axes: readonly DimensionScale[],
  range: ScoreRange,
  text: ScoreText,
): Plot.Markish[] {
  const names = [...axes.map(({ name }) => name), text.name].map((name, axis) => ({
    axis,
    place: 1,
    text: shortLabel(name, NAME),
  }))
  const ends: Label[] = [
    ...axes.flatMap(({ labels }, axis) =>
      labels.map(({ place, text: label }) => ({ axis, place, text: shortLabel(label, 8) })),
    ),
    { axis: axes.length, place: 1, text: text.tick(range.best) },
    ...(range.worst === range.best
      ? []
      : [{ axis: axes.length, place: 0, text: text.tick(range.worst) }]),
  ]
  const rows = axes.length > 6 ? 3 : axes.length > 4 ? 2 : 1
  return [
    ...names.map((label) =>
      Plot.text([label], {
        x: 'axis',
        y: 'place',
        text: 'text',
        dy: -25 - 14 * (label.axis % rows),
        fill: 'var(--ink)',
        fontWeight: 600,
      }),
    ),
    ...ends.map((label) =>
      Plot.text([label], {
        x: 'axis',
        y: 'place',
        text: 'text',
        dy: label.place === 1 ? -8 : label.place === 0 ? 10 : 0,
        fill: 'var(--ink)',
        ...OUTLINED,
      }),
    ),
  ]
}
