import * as Plot from '@observablehq/plot'
import { formatPercentInterval, formatSignedPercent } from '../../text/format.js'
import { improvementInterval, improvementOf } from '../../verdict/compare.js'
import type { IterationRatio } from '../../verdict/iteration-ratios.js'
import { paddedRange, percentOf, uprightAxes } from './axes.js'
import { type ChartDraft, SOFT } from './chart.js'

/** The improvement in one iteration, fractions. */
interface Point {
  readonly iteration: number
  readonly estimate: number
  readonly interval: readonly [number, number]
  readonly text: string
}

/**
 * The improvement by iteration of the processes, with its interval; the warm-up is shaded.
 *
 * @param ratios at least one
 * @param against name of the arm compared with
 */
export function drawIterations(ratios: readonly IterationRatio[], against: string): ChartDraft {
  const points = ratios.map(pointOf)
  const warmUp = ratios.filter(({ isWarmUp }) => isWarmUp).length
  const ends = points.flatMap(({ interval }) => [...interval])
  const [low, high] = paddedRange(ends.map(percentOf))
  const shaded =
    warmUp === 0 ? '' : ' Shaded: warm-up, whose iterations do not count for the verdict.'
  return {
    title: 'Improvement by iteration',
    caption: `Improvement in CPU time of the candidate over the ${against} in each iteration of the processes, the mean over all pairs. Band: 95 % interval of each iteration alone.${shaded} A line that rises or falls where it is not shaded means that the arms were not equally warm.`,
    description: points.map(({ text }) => text).join('; '),
    options: {
      ...uprightAxes(
        50,
        { label: 'iteration of the process', domain: [0.5, points.length + 0.5] },
        { label: 'improvement, % · ↑ faster', domain: [low, high] },
      ),
      marks: [
        ...(warmUp === 0 ? [] : [warmUpShade(warmUp, low, high)]),
        ...(low < 0 && high > 0 ? [Plot.ruleY([0], { stroke: SOFT })] : []),
        ...curveMarks(points),
      ],
    },
  }
}

function pointOf({ iteration, isWarmUp, m, interval }: IterationRatio): Point {
  const { lower, upper } = improvementInterval(interval)
  return {
    iteration,
    estimate: improvementOf(m),
    interval: [lower, upper],
    text: `iteration ${iteration}${isWarmUp ? ' (warm-up)' : ''}: ${formatSignedPercent(improvementOf(m))} [${formatPercentInterval([lower, upper])}]`,
  }
}

function warmUpShade(warmUp: number, low: number, high: number): Plot.Markish {
  return Plot.rect([warmUp], {
    x1: 0.5,
    x2: (count: number) => count + 0.5,
    y1: low,
    y2: high,
    fill: SOFT,
    fillOpacity: 0.16,
  })
}

function curveMarks(points: readonly Point[]): Plot.Markish[] {
  return [
    Plot.areaY(points, {
      x: 'iteration',
      y1: ({ interval }: Point) => percentOf(interval[0]),
      y2: ({ interval }: Point) => percentOf(interval[1]),
      fill: 'var(--candidate)',
      fillOpacity: 0.18,
    }),
    Plot.ruleX(points, {
      x: 'iteration',
      y1: ({ interval }: Point) => percentOf(interval[0]),
      y2: ({ interval }: Point) => percentOf(interval[1]),
      stroke: 'var(--candidate)',
      strokeOpacity: 0.6,
    }),
    Plot.line(points, {
      x: 'iteration',
      y: ({ estimate }: Point) => percentOf(estimate),
      stroke: 'var(--candidate)',
      strokeWidth: 1.5,
    }),
    Plot.dot(points, {
      x: 'iteration',
      y: ({ estimate }: Point) => percentOf(estimate),
      r: 3,
      fill: 'var(--candidate)',
      title: 'text',
    }),
  ]
}
