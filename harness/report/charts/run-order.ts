import * as Plot from '@observablehq/plot'
import type { Arm } from '../../contract.js'
import { formatCounted, formatMs, formatTick } from '../../text/format.js'
import { ARM_COLORS, ARM_SYMBOLS, type ChartDraft, markRadius, paddedRange, SOFT } from './chart.js'
import { wholeTick } from './pair-changes.js'
import { timeUnit } from './unit.js'

/** A run in the order they ran, from 1. */
export interface OrderedRun {
  readonly order: number
  readonly pair: number
  readonly arm: Arm
  /** ms */
  readonly value: number
  /** Its pair does not count. */
  readonly isVoid: boolean
}

/**
 * The runs in the order they ran: drift of the host shows as a slope that all arms share, and
 * pairing as lines that stay parallel to it.
 */
export function drawRunOrder(runs: readonly OrderedRun[], metric: string): ChartDraft {
  const unit = timeUnit(Math.max(...runs.map(({ value }) => value)))
  const y = ({ value }: OrderedRun) => value / unit.size
  const counted = runs.filter(({ isVoid }) => !isVoid)
  const voided = runs.filter(({ isVoid }) => isVoid)
  const voidNote = voided.length > 0 ? ' Crossed: runs of pairs that do not count.' : ''
  return {
    title: 'In the order they ran',
    caption: `Lines join the runs of one pair, made back to back. A host that drifts moves all arms alike, and the pairs with them.${voidNote}`,
    description: `${formatCounted(runs.length, 'run')} in order; the first pair: ${runs
      .filter(({ pair }) => pair === runs[0]?.pair)
      .map(({ arm, value }) => `${arm} ${formatMs(value)}`)
      .join(', ')}; the last pair: ${runs
      .filter(({ pair }) => pair === runs.at(-1)?.pair)
      .map(({ arm, value }) => `${arm} ${formatMs(value)}`)
      .join(', ')}.`,
    options: {
      height: 232,
      marginTop: 22,
      marginBottom: 38,
      marginLeft: 50,
      marginRight: 12,
      x: {
        label: 'run',
        domain: [0, runs.length + 1],
        ticks: 6,
        tickFormat: wholeTick,
        labelArrow: 'none',
      },
      y: {
        label: `${metric} time per iteration, ${unit.name} · ↓ faster`,
        domain: paddedRange(runs.map(y)),
        ticks: 6,
        tickFormat: formatTick,
        grid: true,
        labelArrow: 'none',
      },
      marks: [
        Plot.line(runs, {
          x: 'order',
          y,
          z: 'pair',
          stroke: SOFT,
          strokeOpacity: 0.65,
          strokeWidth: 1,
        }),
        Plot.dot(counted, {
          x: 'order',
          y,
          r: markRadius(runs.length),
          fill: ({ arm }: OrderedRun) => ARM_COLORS[arm],
          symbol: ({ arm }: OrderedRun) => ARM_SYMBOLS[arm],
          title: runTitle,
        }),
        Plot.dot(voided, {
          x: 'order',
          y,
          r: markRadius(runs.length),
          stroke: ({ arm }: OrderedRun) => ARM_COLORS[arm],
          symbol: 'times',
          title: runTitle,
        }),
      ],
    },
  }
}

function runTitle({ order, pair, arm, value, isVoid }: OrderedRun): string {
  return `run ${order}, pair ${pair}, ${arm}: ${formatMs(value)}${isVoid ? ', does not count' : ''}`
}
