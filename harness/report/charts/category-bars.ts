import * as Plot from '@observablehq/plot'
import { ARMS, type Arm } from '../../contract.js'
import type { ArmHotspots } from '../../evidence/hotspots-schema.js'
import { clipText } from '../../text/escape-xml.js'
import { formatMs, formatPercent, formatTick } from '../../text/format.js'
import { ARM_COLORS, ARM_GLYPHS, type ChartDraft } from './chart.js'
import { timeUnit } from './unit.js'

interface Bar {
  readonly category: string
  readonly arm: Arm
  readonly cpuMs: number
  readonly share: number
}

/** Width of a name, characters of usual width. */
const NAME_CELLS = 40
const CATEGORIES_SHOWN = 20

/** Where the CPU of one pass goes, category by category, arm beside arm. */
export function drawCategoryBars(arms: readonly ArmHotspots[]): ChartDraft {
  const bars = arms.flatMap(({ arm, categories }) =>
    categories.map(
      ({ name, cpuMs, share }): Bar => ({
        category: clipText(name, NAME_CELLS),
        arm,
        cpuMs,
        share,
      }),
    ),
  )
  const largest = (category: string) =>
    Math.max(...bars.filter((bar) => bar.category === category).map(({ cpuMs }) => cpuMs))
  const categories = [...new Set(bars.map(({ category }) => category))]
    .sort((a, b) => largest(b) - largest(a) || (a < b ? -1 : 1))
    .filter((category) => largest(category) > 0)
    .slice(0, CATEGORIES_SHOWN)
  const shown = bars.filter(({ category }) => categories.includes(category))
  const most = Math.max(...shown.map(({ cpuMs }) => cpuMs), Number.MIN_VALUE)
  const unit = timeUnit(most)
  const present = ARMS.filter((arm) => arms.some((one) => one.arm === arm))
  return {
    title: 'Where the time went',
    caption: `CPU of one pass by category: ${present.map((arm) => `${ARM_GLYPHS[arm]} ${arm}`).join(', ')}, from above.`,
    description: categories
      .map(
        (category) =>
          `${category}: ${shown
            .filter((bar) => bar.category === category)
            .map((bar) => `${bar.arm} ${formatMs(bar.cpuMs)}`)
            .join(', ')}`,
      )
      .join('; '),
    options: {
      height: 46 + categories.length * (20 + 13 * present.length),
      marginTop: 4,
      marginBottom: 38,
      marginLeft: 12,
      marginRight: 12,
      x: {
        label: `CPU per pass, ${unit.name}`,
        domain: [0, (most / unit.size) * 1.5],
        ticks: 5,
        tickFormat: formatTick,
        grid: true,
        labelArrow: 'none',
      },
      y: { domain: ['', ...present], axis: null, padding: 0.15 },
      fy: { domain: categories, axis: null, padding: 0.05 },
      marks: [
        Plot.barX(shown, {
          x: ({ cpuMs }) => cpuMs / unit.size,
          y: 'arm',
          fy: 'category',
          fill: ({ arm }: Bar) => ARM_COLORS[arm],
          title: (bar: Bar) =>
            `${bar.category}, ${bar.arm}: ${formatMs(bar.cpuMs)}, ${formatPercent(bar.share)}`,
        }),
        Plot.text(shown, {
          x: ({ cpuMs }) => cpuMs / unit.size,
          y: 'arm',
          fy: 'category',
          dx: 5,
          textAnchor: 'start',
          fontSize: 11,
          fill: 'var(--ink)',
          text: ({ arm, cpuMs, share }: Bar) =>
            `${ARM_GLYPHS[arm]} ${formatMs(cpuMs)}, ${formatPercent(share)}`,
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
      ],
    },
  }
}
