import * as Plot from '@observablehq/plot'
import type { Arm, Metric } from '../../contract.js'
import { formatCounted, formatMs } from '../../text/format.js'
import { paddedRange, uprightAxes } from './axes.js'
import { timeUnit } from './axis-unit.js'
import { armColor, armSymbol, type ChartDraft, markRadius, SOFT } from './chart.js'

/** A run with its place in the order of execution. */
export interface OrderedRun {
  /** From 1. */
  readonly order: number
  readonly pair: number
  readonly arm: Arm
  /** ms */
  readonly value: number
  /** Whether its pair is left out of the statistics. */
  readonly isVoid: boolean
}

/**
 * The runs in order of execution. If the host drifts, all arms show the same slope, and the lines
 * that join pairs stay parallel.
 */
export function drawRunOrder(runs: readonly OrderedRun[], metric: Metric): ChartDraft {
  const unit = timeUnit(Math.max(...runs.map(({ value }) => value)))
  const voidNote = runs.some(({ isVoid }) => isVoid)
    ? ' Crosses: runs of pairs that are not counted.'
    : ''
  return {
    title: 'Runs in order of execution',
    caption: `Each line joins the runs of one pair, which ran back to back. Drift of the host moves all arms together.${voidNote}`,
    description: `${formatCounted(runs.length, 'run')} in order; the first pair: ${pairText(runs, runs[0])}; the last pair: ${pairText(runs, runs.at(-1))}.`,
    options: {
      ...uprightAxes(
        50,
        { label: 'run', domain: [0, runs.length + 1] },
        {
          label: `${metric} time per iteration, ${unit.name} · ↓ faster`,
          domain: paddedRange(runs.map(({ value }) => value / unit.size)),
        },
      ),
      marks: marksOf(runs, unit.size),
    },
  }
}

/** The runs of the pair to which a run belongs: `baseline 10.00 ms, candidate 9.00 ms`. */
function pairText(runs: readonly OrderedRun[], one: OrderedRun | undefined): string {
  return runs
    .filter(({ pair }) => pair === one?.pair)
    .map(({ arm, value }) => `${arm} ${formatMs(value)}`)
    .join(', ')
}

function marksOf(runs: readonly OrderedRun[], unitSize: number): Plot.Markish[] {
  const place = { x: 'order', y: ({ value }: OrderedRun) => value / unitSize } as const
  const dot = { ...place, r: markRadius(runs.length), title: runTitle }
  return [
    Plot.line(runs, { ...place, z: 'pair', stroke: SOFT, strokeOpacity: 0.65, strokeWidth: 1 }),
    Plot.dot(
      runs.filter(({ isVoid }) => !isVoid),
      { ...dot, fill: armColor, symbol: armSymbol },
    ),
    Plot.dot(
      runs.filter(({ isVoid }) => isVoid),
      { ...dot, stroke: armColor, symbol: 'times' },
    ),
  ]
}

function runTitle({ order, pair, arm, value, isVoid }: OrderedRun): string {
  return `run ${order}, pair ${pair}, ${arm}: ${formatMs(value)}${isVoid ? ', not counted' : ''}`
}
