import * as Plot from '@observablehq/plot'
import { drawSvg } from '../../harness/report/static-svg.js'
import { formatRate } from '../../harness/text/format.js'
import type { SpeedFigures } from './speed-figures.js'

interface SpeedPoint {
  readonly row: string
  readonly series: string
  readonly barsPerSecond: number
}

/** Colours that are readable on white and on black. The shapes of the series differ, too. */
const COLORS = ['#3b82c4', '#d9730d', '#2a9d6f', '#a855c7']
const GLYPHS = ['●', '▲', '■', '◆']
const SYMBOLS = ['circle', 'triangle', 'square', 'diamond']
const ROW_HEIGHT = 26

/** `docs/speed/speed.svg`: bars per second of every row and series, on a logarithmic axis. */
export function drawSpeed({ series, rows }: SpeedFigures): string {
  const points = rows.flatMap(({ title, cells }) =>
    cells.flatMap((cell, i): SpeedPoint[] =>
      cell.kind === 'measured'
        ? [{ row: title, series: series[i]!.title, barsPerSecond: cell.barsPerSecond }]
        : [],
    ),
  )
  const titles = series.map(({ title }) => title)
  const shown = rows
    .map(({ title }) => title)
    .filter((row) => points.some((one) => one.row === row))
  return drawSvg({
    title: 'Bars per second on one core, same trades',
    description:
      'Bars of all assets and combinations per second of CPU time, for each engine and series, on a logarithmic axis. The limit loop is the fastest.',
    digits: 2,
    options: {
      width: 860,
      height: 84 + ROW_HEIGHT * shown.length + 18 * titles.length,
      marginLeft: 230,
      marginRight: 24,
      marginTop: 24 + 18 * titles.length,
      marginBottom: 44,
      x: {
        type: 'log',
        label: 'bars per second of CPU time',
        tickFormat: (rate: number) => (isPowerOfTen(rate) ? formatRate(rate) : ''),
        grid: true,
      },
      y: { domain: shown, label: null },
      color: { domain: titles, range: COLORS.slice(0, titles.length) },
      symbol: { domain: titles, range: SYMBOLS.slice(0, titles.length) },
      marks: [
        Plot.dot(points, {
          x: 'barsPerSecond',
          y: 'row',
          stroke: 'series',
          fill: 'series',
          symbol: 'series',
          r: 4.5,
        }),
        ...titles.map((title, row) =>
          Plot.text([`${GLYPHS[row]} ${title}`], {
            frameAnchor: 'top-left',
            textAnchor: 'start',
            dy: -18 * (titles.length - row) - 4,
            fill: COLORS[row]!,
            text: (name: string) => name,
          }),
        ),
      ],
    },
  })
}

function isPowerOfTen(value: number): boolean {
  return Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9
}
