import * as Plot from '@observablehq/plot'
import { drawSvg } from '../../harness/report/static-svg.js'
import { formatCount, formatLimit, formatTick } from '../../harness/text/format.js'
import type { CurvePoint, ScaleFigures } from './scale-figures.js'
import { AXES } from './scale-point.js'

const BLUE = '#3b82c4'
const ORANGE = '#d9730d'

/** The improvement against the number of backtests, with intervals. */
export function drawImprovement(name: string, { curves, breakEven }: ScaleFigures): string {
  const points = curves.backtests
  return drawSvg({
    title: `Improvement by ${name} against the number of backtests`,
    description:
      'Improvement in CPU time over the pure baseline with its 95 % interval, against the number of backtests of a search, on a logarithmic axis. Dotted: the break-even.',
    digits: 2,
    options: {
      width: 640,
      height: 340,
      marginLeft: 60,
      marginRight: 20,
      marginBottom: 44,
      x: countAxis('backtests of a search', points),
      y: {
        label: 'improvement over the pure baseline',
        tickFormat: (share: number) => formatLimit(share).replace('-', '−'),
        grid: true,
      },
      marks: [
        Plot.ruleY([0]),
        ...(breakEven.kind === 'from'
          ? [Plot.ruleX([breakEven.backtests], { strokeDasharray: '2 4' })]
          : []),
        Plot.ruleX(
          points.flatMap(({ value, ci95 }) => (ci95 === undefined ? [] : [{ value, ...ci95 }])),
          {
            x: 'value',
            y1: 'lower',
            y2: 'upper',
            stroke: BLUE,
            strokeWidth: 5,
            strokeOpacity: 0.3,
          },
        ),
        Plot.line(points, { x: 'value', y: 'improvement', stroke: BLUE, strokeWidth: 1.75 }),
        Plot.dot(points, { x: 'value', y: 'improvement', fill: BLUE, r: 4 }),
      ],
    },
  })
}

/** Time of a pass of both arms against backtests, bars and assets, both axes logarithmic. */
export function drawCosts(name: string, { curves }: ScaleFigures): string {
  const panels = AXES.filter((axis) => curves[axis].length > 1)
  const points = panels.flatMap((axis) =>
    curves[axis].flatMap(({ value, baselineMs, candidateMs }) => [
      { axis, value, arm: 'pure baseline', seconds: baselineMs / 1000 },
      { axis, value, arm: name, seconds: candidateMs / 1000 },
    ]),
  )
  const arms = ['pure baseline', name]
  return drawSvg({
    title: `Time of a search with ${name} against its size`,
    description:
      'CPU time of a pass of the pure baseline and of the layer, against the number of backtests, bars and assets, on logarithmic axes: a straight line that rises by one decade per decade is growth in proportion.',
    digits: 2,
    options: {
      width: 860,
      height: 340,
      marginLeft: 60,
      marginRight: 20,
      marginTop: 56,
      marginBottom: 44,
      fx: { domain: panels, label: null, padding: 0.12 },
      x: { type: 'log', label: 'size', tickFormat: (value: number) => labelOf(value), grid: true },
      y: {
        type: 'log',
        label: 'seconds of CPU time',
        ticks: 4,
        tickFormat: (seconds: number) => formatTick(seconds),
        grid: true,
      },
      color: { domain: arms, range: [ORANGE, BLUE] },
      symbol: { domain: arms, range: ['triangle', 'circle'] },
      marks: [
        Plot.line(points, { x: 'value', y: 'seconds', fx: 'axis', stroke: 'arm', z: 'arm' }),
        Plot.dot(points, {
          x: 'value',
          y: 'seconds',
          fx: 'axis',
          stroke: 'arm',
          fill: 'arm',
          symbol: 'arm',
          r: 3.5,
        }),
        ...arms.map((arm, row) =>
          Plot.text([`${row === 0 ? '▲' : '●'} ${arm}`], {
            fx: [panels[0]],
            frameAnchor: 'top-left',
            textAnchor: 'start',
            dx: 8,
            dy: 6 + 17 * row,
            fill: row === 0 ? ORANGE : BLUE,
            text: (text: string) => text,
          }),
        ),
      ],
    },
  })
}

function countAxis(label: string, points: readonly CurvePoint[]): Plot.ScaleOptions {
  return {
    type: 'log',
    label,
    ticks: points.map(({ value }) => value),
    tickFormat: (value: number) => formatCount(value),
  }
}

/** Only powers of ten have a label; others would run into each other. */
function labelOf(value: number): string {
  return /^10*$/.test(String(value)) ? formatCount(value) : ''
}
