import * as Plot from '@observablehq/plot'
import { drawSvg } from '../../harness/report/static-svg.js'
import type { Interval } from '../../harness/statistics/interval.js'
import { formatLimit } from '../../harness/text/format.js'
import { GATE_LIMIT } from '../../harness/verdict/criteria.js'
import type { Characteristics } from './characteristics.js'
import { clopperPearson } from './clopper-pearson.js'
import { type RuleTally, totalOf } from './rule-tally.js'
import { STUDIED_THRESHOLD, type StudiedRule } from './studied-rules.js'
import type { Tally } from './tally.js'

/** The pictures of the page, by file name. */
export function drawPlots(characteristics: Characteristics): Readonly<Record<string, string>> {
  return {
    'acceptance.svg': drawShares(characteristics, {
      title: 'How often a change is accepted as at least 5 % faster',
      description:
        'Share of decisions that accept, against the true change. The shipped rule stays near zero below the threshold and rises above it; the naive rule accepts changes that are not there.',
      label: 'accepted',
      verdict: 'accepted',
      margin: STUDIED_THRESHOLD,
      legend: 'top-left',
      shipped: { fresh: 'improvement-20', recorded: 'improvement-40' },
      naive: 'naive',
    }),
    'gate.svg': drawShares(characteristics, {
      title: 'How often a change fails the regression gate of 10 %',
      description:
        'Share of decisions that fail the gate, against the true change. The shipped gate fails what is 12 and 20 % slower and passes what is not slower.',
      label: 'failed the gate',
      verdict: 'rejected',
      margin: -GATE_LIMIT,
      legend: 'top-right',
      shipped: { fresh: 'gate', recorded: 'gate' },
      naive: 'naive-gate',
    }),
    'pairs.svg': drawPairs(characteristics),
  }
}

type Source = 'fresh' | 'recorded'
const PANELS: Readonly<Record<Source, string>> = {
  fresh: 'fresh evaluations',
  recorded: 'recorded noise',
}
type Series = 'shipped' | 'naive' | 'gate'
/** Colours that are readable on white and on black. The shapes of the series differ, too. */
const COLORS: Readonly<Record<Series, string>> = {
  shipped: '#3b82c4',
  naive: '#d9730d',
  gate: '#2a9d6f',
}
const GLYPHS: Readonly<Record<Series, string>> = { shipped: '●', naive: '▲', gate: '■' }
const SYMBOLS = { shipped: 'circle', naive: 'triangle', gate: 'square' } as const

interface Legend {
  readonly series: readonly Series[]
  readonly anchor: 'top-left' | 'top-right'
  readonly names?: Partial<Record<Series, string>>
}

interface ShareSetting {
  readonly title: string
  readonly description: string
  readonly label: string
  readonly verdict: 'accepted' | 'rejected'
  readonly margin: number
  readonly legend: Legend['anchor']
  readonly shipped: Readonly<Record<Source, StudiedRule>>
  readonly naive: StudiedRule
}

interface SharePoint extends Point, Partial<Interval> {
  readonly share: number
}

function drawShares(characteristics: Characteristics, setting: ShareSetting): string {
  const points = sourcesOf(characteristics).flatMap((source) => [
    ...sharePoints(characteristics, source, setting.shipped[source], 'shipped', setting.verdict),
    ...sharePoints(characteristics, source, setting.naive, 'naive', setting.verdict),
  ])
  const bounded = points.filter(({ lower }) => lower !== undefined)
  return drawSvg({
    title: setting.title,
    description: setting.description,
    options: {
      ...frameOf(characteristics),
      y: {
        label: setting.label,
        domain: [0, 1],
        tickFormat: (share: number) => formatLimit(share),
        grid: true,
        ticks: 5,
      },
      marks: [
        Plot.ruleX([setting.margin], { strokeDasharray: '2 4' }),
        Plot.ruleX(bounded, {
          x: shifted,
          y1: 'lower',
          y2: 'upper',
          fx: 'panel',
          stroke: 'series',
          strokeWidth: 5,
          strokeOpacity: 0.3,
        }),
        ...seriesMarks(points, 'share', { series: ['shipped', 'naive'], anchor: setting.legend }),
      ],
    },
  })
}

function drawPairs(characteristics: Characteristics): string {
  const points = sourcesOf(characteristics).flatMap((source) =>
    (source === 'fresh'
      ? (['improvement-20', 'gate'] as const)
      : (['improvement-40', 'gate'] as const)
    ).flatMap((rule) =>
      talliesOf(characteristics, source, rule).map(({ change, tally }) => ({
        panel: PANELS[source],
        series: rule === 'gate' ? ('gate' as const) : ('shipped' as const),
        change,
        pairs: tally.meanPairs,
      })),
    ),
  )
  return drawSvg({
    title: 'Pairs until a decision, on average',
    description:
      'Mean number of pairs the shipped rules take, against the true change: most near their margins, 10 where the change is clear.',
    options: {
      ...frameOf(characteristics),
      y: { label: 'pairs', domain: [0, 40], grid: true, ticks: 5 },
      marks: [
        Plot.ruleX([STUDIED_THRESHOLD, -GATE_LIMIT], { strokeDasharray: '2 4' }),
        ...seriesMarks(points, 'pairs', {
          series: ['shipped', 'gate'],
          anchor: 'top-left',
          names: { shipped: 'rule for layers' },
        }),
      ],
    },
  })
}

/** The frame of panels side by side, each with true changes on the horizontal axis. */
function frameOf(characteristics: Characteristics): Plot.PlotOptions {
  const panels = sourcesOf(characteristics).map((source) => PANELS[source])
  return {
    width: panels.length > 1 ? 860 : 480,
    height: 340,
    marginLeft: 56,
    marginRight: 20,
    marginTop: 44,
    marginBottom: 44,
    fx: { domain: panels, label: null, padding: 0.12 },
    x: {
      label: 'true change (negative: slower)',
      domain: [-0.22, 0.12],
      ticks: [-0.2, -0.12, 0, 0.05, 0.1],
      tickFormat: (change: number) => formatLimit(change).replace('-', '−'),
    },
    color: { domain: Object.keys(COLORS), range: Object.values(COLORS) },
    symbol: { domain: Object.keys(SYMBOLS), range: Object.values(SYMBOLS) },
  }
}

interface Point {
  readonly panel: string
  readonly series: Series
  readonly change: number
}

/** Lines and points of every series, and their names in the first panel. */
function seriesMarks(points: readonly Point[], y: string, legend: Legend): Plot.Markish[] {
  const ordered = [...points].sort((a, b) => a.change - b.change)
  const channels = { x: shifted, y, fx: 'panel', stroke: 'series' } as const
  return [
    Plot.line(ordered, { ...channels, z: 'series', strokeWidth: 1.75 }),
    Plot.dot(ordered, { ...channels, fill: 'series', symbol: 'series', r: 4 }),
    ...legend.series.map((series, row) =>
      Plot.text([`${GLYPHS[series]} ${legend.names?.[series] ?? series}`], {
        fx: [points[0]?.panel],
        frameAnchor: legend.anchor,
        dx: legend.anchor === 'top-left' ? 10 : -10,
        dy: 8 + 17 * row,
        fill: COLORS[series],
        text: (name: string) => name,
      }),
    ),
  ]
}

/**
 * The place of a point on the axis. Series are shifted apart, so that one does not hide the
 * interval of another.
 */
function shifted({ change, series }: Point): number {
  return change + (series === 'naive' ? 0.0025 : -0.0025)
}

function sharePoints(
  characteristics: Characteristics,
  source: Source,
  rule: StudiedRule,
  series: Series,
  verdict: 'accepted' | 'rejected',
): SharePoint[] {
  return talliesOf(characteristics, source, rule).map(({ change, tally }) => ({
    panel: PANELS[source],
    series,
    change,
    share: tally[verdict] / tally.trials,
    ...(source === 'fresh' && clopperPearson(tally[verdict], tally.trials)),
  }))
}

function talliesOf(
  { fresh, recorded }: Characteristics,
  source: Source,
  rule: StudiedRule,
): { change: number; tally: Tally }[] {
  const cells: readonly RuleTally[] = source === 'fresh' ? fresh.tallies : recorded.cells
  return [...new Set(cells.map(({ change }) => change))].flatMap((change) => {
    const tally = totalOf(cells, change, rule)
    return tally === undefined ? [] : [{ change, tally }]
  })
}

function sourcesOf({ fresh, recorded }: Characteristics): Source[] {
  return (['fresh', 'recorded'] as const).filter(
    (source) => (source === 'fresh' ? fresh.tallies : recorded.cells).length > 0,
  )
}
