import * as Plot from '@observablehq/plot'
import { ARMS, type Arm } from '../../contract.js'
import type { Interval } from '../../statistics/interval.js'
import { formatCounted } from '../../text/format.js'
import { paddedRange, rowAxes } from './axes.js'
import type { Unit } from './axis-unit.js'
import {
  ARM_GLYPHS,
  armColor,
  armSymbol,
  CHART_WIDTH,
  type ChartDraft,
  markRadius,
  OUTLINED,
} from './chart.js'
import { spreadMarks } from './spread-marks.js'

/**
 * The runs of one arm with one value each, and their mean from the record, if the record contains
 * it.
 */
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
  /** The better direction, with an arrow. */
  readonly direction: string
  /** A value as text. */
  readonly show: (value: number) => string
}

/** A run on the plot. */
interface Point {
  readonly arm: Arm
  readonly value: number
  /** px above the middle of the arm */
  readonly offset: number
}

const SIDE = 12
/** Height of the name of an arm above its marks, px. */
const LABEL = 16
/** Largest distance of a mark from the middle of its arm, px. */
const ROOM = 22

/** Every run of every arm on one axis. */
export function drawStrips(strips: readonly Strip[], setting: StripSetting): ChartDraft {
  const { title, caption, label, unit, direction, show } = setting
  const domain = paddedRange(
    strips.flatMap(({ values, ci95 }) => [...values, ...(ci95 ? [ci95.lower, ci95.upper] : [])]),
  )
  return {
    title,
    caption,
    description: strips.map((strip) => describe(strip, show)).join('; '),
    options: {
      ...rowAxes(8, {
        label: `${label}, ${unit.name} · ${direction}`,
        domain: domain.map((value) => value / unit.size),
      }),
      height: 46 + 68 * strips.length,
      y: { domain: [-ROOM, ROOM], axis: null, insetTop: LABEL },
      fy: {
        domain: ARMS.filter((arm) => strips.some((strip) => strip.arm === arm)),
        axis: null,
        padding: 0.1,
      },
      marks: [
        ...meanMarks(strips, unit),
        ...runMarks(strips, domain, setting),
        Plot.text(strips, {
          fy: 'arm',
          frameAnchor: 'top-left',
          text: ({ arm, values }: Strip) =>
            `${ARM_GLYPHS[arm]} ${arm}, ${formatCounted(values.length, 'run')}`,
          fill: armColor,
          ...OUTLINED,
        }),
      ],
    },
  }
}

function meanMarks(strips: readonly Strip[], { size }: Unit): Plot.Markish[] {
  return [
    Plot.ruleY(
      strips.filter(({ ci95 }) => ci95 !== undefined),
      {
        x1: ({ ci95 }) => (ci95?.lower ?? 0) / size,
        x2: ({ ci95 }) => (ci95?.upper ?? 0) / size,
        y: () => 0,
        fy: 'arm',
        stroke: armColor,
        strokeWidth: 26,
        strokeOpacity: 0.22,
      },
    ),
    Plot.tickX(
      strips.filter(({ mean }) => mean !== undefined),
      { x: ({ mean }) => (mean ?? 0) / size, fy: 'arm', stroke: 'var(--ink)', strokeWidth: 1.5 },
    ),
  ]
}

function runMarks(
  strips: readonly Strip[],
  [low, high]: readonly [number, number],
  { unit, show }: StripSetting,
): Plot.Markish[] {
  const r = markRadius(Math.max(...strips.map(({ values }) => values.length)))
  const pixelsOf = (value: number) => ((value - low) / (high - low)) * (CHART_WIDTH - 2 * SIDE)
  const points = strips.flatMap(({ arm, values }): Point[] => {
    const offsets = spreadMarks(values.map(pixelsOf), 2 * r + 1, ROOM)
    return values.map((value, index) => ({ arm, value, offset: offsets[index]! }))
  })
  return [
    Plot.dot(points, {
      x: ({ value }) => value / unit.size,
      y: 'offset',
      fy: 'arm',
      r,
      fill: armColor,
      symbol: armSymbol,
      title: ({ arm, value }: Point) => `${arm} ${show(value)}`,
    }),
  ]
}

function describe({ arm, values, mean, ci95 }: Strip, show: (value: number) => string): string {
  const range = `${formatCounted(values.length, 'run')} from ${show(Math.min(...values))} to ${show(Math.max(...values))}`
  const center = mean === undefined ? '' : `, mean ${show(mean)}`
  const interval =
    ci95 === undefined ? '' : ` (95 % interval ${show(ci95.lower)} to ${show(ci95.upper)})`
  return `${arm}: ${range}${center}${interval}`
}
