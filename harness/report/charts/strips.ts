import * as Plot from '@observablehq/plot'
import { ARMS, type Arm } from '../../contract.js'
import type { Interval } from '../../statistics/interval.js'
import { formatCounted, formatTick } from '../../text/format.js'
import {
  ARM_COLORS,
  ARM_GLYPHS,
  ARM_SYMBOLS,
  CHART_WIDTH,
  type ChartDraft,
  markRadius,
  paddedRange,
} from './chart.js'
import { spreadMarks } from './spread-marks.js'
import type { Unit } from './unit.js'

/** The runs of one arm: a value each, and what the record says of their mean where it says it. */
export interface Strip {
  readonly arm: Arm
  readonly values: readonly number[]
  readonly mean?: number
  readonly ci95?: Interval
}

export interface StripSetting {
  readonly title: string
  readonly caption: string
  readonly label: string
  readonly unit: Unit
  /** Which way is better, with an arrow. */
  readonly direction: string
  /** A value as text. */
  readonly show: (value: number) => string
}

const SIDE = 12
/** Height of the name of an arm above its marks, px. */
const LABEL = 16
/** How far marks stand off the middle of their arm at most, px. */
const ROOM = 22

/** Every run of every arm on one axis: nothing summed up that can be shown. */
export function drawStrips(
  strips: readonly Strip[],
  { title, caption, label, unit, direction, show }: StripSetting,
): ChartDraft {
  const all = strips.flatMap(({ values, ci95 }) => [
    ...values,
    ...(ci95 === undefined ? [] : [ci95.lower, ci95.upper]),
  ])
  const domain = paddedRange(all)
  const r = markRadius(Math.max(...strips.map(({ values }) => values.length)))
  const pixelsOf = (value: number) =>
    ((value - domain[0]) / (domain[1] - domain[0])) * (CHART_WIDTH - 2 * SIDE)
  const points = strips.flatMap(({ arm, values }) => {
    const offsets = spreadMarks(values.map(pixelsOf), 2 * r + 1, ROOM)
    return values.map((value, index) => ({ arm, value, offset: offsets[index]! }))
  })
  const scaled = (value: number) => value / unit.size
  const means = strips.flatMap(({ arm, mean, ci95 }) =>
    mean === undefined ? [] : [{ arm, mean, ...ci95 }],
  )
  const bands = means.filter(({ lower }) => lower !== undefined)
  return {
    title,
    caption,
    description: strips.map((strip) => describe(strip, show)).join('; '),
    options: {
      height: 46 + 68 * strips.length,
      marginTop: 8,
      marginBottom: 38,
      marginLeft: SIDE,
      marginRight: SIDE,
      x: {
        label: `${label}, ${unit.name} · ${direction}`,
        domain: domain.map(scaled),
        ticks: 5,
        tickFormat: formatTick,
        grid: true,
        labelArrow: 'none',
      },
      y: { domain: [-ROOM, ROOM], axis: null, insetTop: LABEL },
      fy: {
        domain: ARMS.filter((arm) => strips.some((strip) => strip.arm === arm)),
        axis: null,
        padding: 0.1,
      },
      marks: [
        Plot.ruleY(bands, {
          x1: ({ lower }) => scaled(lower ?? 0),
          x2: ({ upper }) => scaled(upper ?? 0),
          y: () => 0,
          fy: 'arm',
          stroke: ({ arm }: { readonly arm: Arm }) => ARM_COLORS[arm],
          strokeWidth: 26,
          strokeOpacity: 0.22,
        }),
        Plot.tickX(means, {
          x: ({ mean }) => scaled(mean),
          fy: 'arm',
          stroke: 'var(--ink)',
          strokeWidth: 1.5,
        }),
        Plot.dot(points, {
          x: ({ value }) => scaled(value),
          y: 'offset',
          fy: 'arm',
          r,
          fill: ({ arm }: { readonly arm: Arm }) => ARM_COLORS[arm],
          symbol: ({ arm }: { readonly arm: Arm }) => ARM_SYMBOLS[arm],
          title: ({ arm, value }: { readonly arm: Arm; readonly value: number }) =>
            `${arm} ${show(value)}`,
        }),
        Plot.text(strips, {
          fy: 'arm',
          frameAnchor: 'top-left',
          text: ({ arm, values }: Strip) =>
            `${ARM_GLYPHS[arm]} ${arm}, ${formatCounted(values.length, 'run')}`,
          fill: ({ arm }: { readonly arm: Arm }) => ARM_COLORS[arm],
          stroke: 'var(--panel)',
          strokeWidth: 3,
        }),
      ],
    },
  }
}

function describe({ arm, values, mean, ci95 }: Strip, show: (value: number) => string): string {
  const range = `${formatCounted(values.length, 'run')} from ${show(Math.min(...values))} to ${show(Math.max(...values))}`
  const center = mean === undefined ? '' : `, mean ${show(mean)}`
  const interval =
    ci95 === undefined ? '' : ` (95 % interval ${show(ci95.lower)} to ${show(ci95.upper)})`
  return `${arm}: ${range}${center}${interval}`
}
