import * as Plot from '@observablehq/plot'
import { type ChartDraft, SOFT } from '../../../harness/report/charts/chart.js'
import { formatPercent } from '../../../harness/text/format.js'
import type { EquityPoint } from '../../search/search-results.js'
import { amountText, shortAmount } from '../score-text.js'
import { PLOT_WIDTH } from './plot-frame.js'

interface DrawnPoint {
  readonly date: Date
  readonly value: number
  /** Fall from the highest value before, as a negative fraction. */
  readonly fall: number
}

/** Sessions that are drawn; of more, the lowest and the highest of each stretch. */
const MOST_POINTS = 500

/** The equity of a curve, and its fall from the highest value before. */
export function drawEquity(
  curve: readonly EquityPoint[],
  title: string,
): { readonly equity: ChartDraft; readonly drawdown: ChartDraft } {
  const points = thinned(pointsOf(curve))
  const [first, last] = [curve[0]!, curve.at(-1)!]
  const deepest = points.reduce((low, point) => (point.fall < low.fall ? point : low), points[0]!)
  const frame = {
    width: PLOT_WIDTH,
    marginLeft: 66,
    marginRight: 14,
    marginTop: 22,
    marginBottom: 34,
    x: { type: 'utc', label: null, ticks: 5 },
  } as const
  return {
    equity: {
      title,
      description: `From ${amountText(first.value)} after ${first.session} to ${amountText(last.value)} after ${last.session}.`,
      caption: `${amountText(first.value)} after ${first.session}, ${amountText(last.value)} after ${last.session}.`,
      options: {
        ...frame,
        height: 260,
        y: { label: 'equity', labelArrow: 'none', grid: true, ticks: 5, tickFormat: shortAmount },
        marks: [
          Plot.lineY(points, {
            x: 'date',
            y: 'value',
            stroke: 'var(--candidate)',
            strokeWidth: 1.5,
          }),
        ],
      },
    },
    drawdown: {
      title: `Drawdown: ${title.toLowerCase()}`,
      description: `The deepest is ${formatPercent(-deepest.fall, Math.max(1, digitsOf(deepest.fall)))}, on ${dayOf(deepest.date)}.`,
      caption: `Fall from the highest value before; the deepest, ${formatPercent(-deepest.fall, Math.max(1, digitsOf(deepest.fall)))}, on ${dayOf(deepest.date)}.`,
      options: {
        ...frame,
        height: 180,
        y: {
          label: 'fall from the peak',
          labelArrow: 'none',
          grid: true,
          ticks: 4,
          tickFormat: (fall: number) => formatPercent(fall, digitsOf(deepest.fall)),
          domain: [Math.min(deepest.fall, -1e-6), 0],
        },
        marks: [
          Plot.areaY(points, { x: 'date', y: 'fall', fill: 'var(--rejected)', fillOpacity: 0.3 }),
          Plot.lineY(points, { x: 'date', y: 'fall', stroke: 'var(--rejected)', strokeWidth: 1 }),
          Plot.ruleY([0], { stroke: SOFT }),
        ],
      },
    },
  }
}

function pointsOf(curve: readonly EquityPoint[]): readonly DrawnPoint[] {
  let peak = Number(curve[0]!.value)
  return curve.map(({ session, value }) => {
    const amount = Number(value)
    peak = Math.max(peak, amount)
    return { date: new Date(session), value: amount, fall: peak > 0 ? amount / peak - 1 : 0 }
  })
}

function thinned(points: readonly DrawnPoint[]): readonly DrawnPoint[] {
  if (points.length <= MOST_POINTS) return points
  const stretches = MOST_POINTS / 2
  return Array.from({ length: stretches }, (_, stretch) => {
    const start = Math.floor((stretch * points.length) / stretches)
    const part = points.slice(start, Math.floor(((stretch + 1) * points.length) / stretches))
    const low = part.reduce((one, point) => (point.value < one.value ? point : one))
    const high = part.reduce((one, point) => (point.value > one.value ? point : one))
    return low.date < high.date ? [low, high] : [high, low]
  }).flat()
}

/** Decimal places by which ticks in percent differ. */
function digitsOf(deepest: number): number {
  if (deepest > -0.005) return 2
  return deepest > -0.05 ? 1 : 0
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10)
}
