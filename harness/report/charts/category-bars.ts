import * as Plot from '@observablehq/plot'
import { ARMS, type Arm } from '../../contract.js'
import type { ArmHotspots } from '../../evidence/hotspots-schema.js'
import { clipText } from '../../text/clip-text.js'
import { formatMs, formatPercent } from '../../text/format.js'
import { rowAxes } from './axes.js'
import { timeUnit, type Unit } from './axis-unit.js'
import { ARM_GLYPHS, armColor, type ChartDraft } from './chart.js'

interface Bar {
  readonly category: string
  readonly arm: Arm
  readonly cpuMs: number
  readonly share: number
}

/** Longest name of a category, in characters of average width. */
const NAME_CELLS = 40
const CATEGORIES_SHOWN = 20

/** CPU time of one pass by category, with one bar per arm. */
export function drawCategoryBars(arms: readonly ArmHotspots[]): ChartDraft {
  const all = arms.flatMap(barsOf)
  const categories = largestCategories(all)
  const bars = all.filter(({ category }) => categories.includes(category))
  const most = Math.max(...bars.map(({ cpuMs }) => cpuMs), Number.MIN_VALUE)
  const unit = timeUnit(most)
  const present = ARMS.filter((arm) => arms.some((one) => one.arm === arm))
  return {
    title: 'Where the time went',
    caption: `CPU time of one pass by category. Bars from top to bottom: ${present.map((arm) => `${ARM_GLYPHS[arm]} ${arm}`).join(', ')}.`,
    description: describe(categories, bars),
    options: {
      ...rowAxes(4, {
        label: `CPU per pass, ${unit.name}`,
        domain: [0, (most / unit.size) * 1.5],
      }),
      height: 46 + categories.length * (20 + 13 * present.length),
      y: { domain: ['', ...present], axis: null, padding: 0.15 },
      fy: { domain: categories, axis: null, padding: 0.05 },
      marks: marksOf(categories, bars, unit),
    },
  }
}

function barsOf({ arm, categories }: ArmHotspots): Bar[] {
  return categories.map(({ name, cpuMs, share }) => ({
    category: clipText(name, NAME_CELLS),
    arm,
    cpuMs,
    share,
  }))
}

/** The categories to show, the one with the longest bar first. Equal ones are sorted by name. */
function largestCategories(bars: readonly Bar[]): string[] {
  const longest = new Map<string, number>()
  for (const { category, cpuMs } of bars)
    longest.set(category, Math.max(longest.get(category) ?? 0, cpuMs))
  return [...longest]
    .filter(([, cpuMs]) => cpuMs > 0)
    .sort(([a, aMs], [b, bMs]) => bMs - aMs || (a < b ? -1 : 1))
    .slice(0, CATEGORIES_SHOWN)
    .map(([category]) => category)
}

function describe(categories: readonly string[], bars: readonly Bar[]): string {
  const timesOf = (category: string) =>
    bars
      .filter((bar) => bar.category === category)
      .map(({ arm, cpuMs }) => `${arm} ${formatMs(cpuMs)}`)
  return categories.map((category) => `${category}: ${timesOf(category).join(', ')}`).join('; ')
}

function marksOf(categories: readonly string[], bars: readonly Bar[], unit: Unit): Plot.Markish[] {
  const place = { x: ({ cpuMs }: Bar) => cpuMs / unit.size, y: 'arm', fy: 'category' } as const
  const amount = ({ cpuMs, share }: Bar) => `${formatMs(cpuMs)}, ${formatPercent(share)}`
  return [
    Plot.barX(bars, {
      ...place,
      fill: armColor,
      title: (bar: Bar) => `${bar.category}, ${bar.arm}: ${amount(bar)}`,
    }),
    Plot.text(bars, {
      ...place,
      dx: 5,
      textAnchor: 'start',
      fontSize: 11,
      fill: 'var(--ink)',
      text: (bar: Bar) => `${ARM_GLYPHS[bar.arm]} ${amount(bar)}`,
    }),
    Plot.text(categories, {
      fy: (name) => name,
      y: () => '',
      frameAnchor: 'left',
      textAnchor: 'start',
      fontWeight: 600,
      fill: 'var(--ink)',
      text: (name) => name,
    }),
  ]
}
