import * as Plot from '@observablehq/plot'
import type { WorkloadRecord } from '../../record/record-schema.js'
import { formatPercent, formatTick } from '../../text/format.js'
import { type ChartDraft, SOFT, VERDICT_SYMBOLS } from './chart.js'

/** An estimate with its interval, in a row of the index. */
export interface Spark {
  readonly label: string
  readonly verdict: WorkloadRecord['verdict']
  readonly estimate: number
  readonly interval?: readonly number[] | undefined
}

/** px; `report.css` has it, too. */
const WIDTH = 240
const SIDE = 12
/** px: the line height of the text beside it. */
const ROW = 22

/** The intervals of one decision, on the axis of the whole index. @param domain fractions */
export function drawSparks(
  sparks: readonly Spark[],
  domain: readonly [number, number],
  description: string,
): ChartDraft {
  const rows = sparks.map((spark, index) => ({ ...spark, key: String(index) }))
  return {
    title: 'Improvement',
    caption: '',
    description,
    options: {
      width: WIDTH,
      height: ROW * rows.length,
      marginTop: 0,
      marginBottom: 0,
      marginLeft: SIDE,
      marginRight: SIDE,
      x: { domain: [...domain], axis: null, clamp: true },
      y: { domain: rows.map(({ key }) => key), axis: null, type: 'band' },
      marks: [
        Plot.ruleX([0], { stroke: SOFT }),
        Plot.link(
          rows.filter(({ interval }) => interval !== undefined),
          {
            x1: ({ interval }) => interval[0],
            x2: ({ interval }) => interval[1],
            y: 'key',
            stroke: ({ verdict }) => `var(--${verdict})`,
            strokeWidth: 4,
            strokeOpacity: 0.55,
          },
        ),
        Plot.tickX(
          rows.flatMap(({ key, verdict, interval = [] }) =>
            interval.map((end) => ({ key, verdict, end })),
          ),
          {
            x: 'end',
            y: 'key',
            stroke: ({ verdict }) => `var(--${verdict})`,
            strokeWidth: 1.5,
            insetTop: 4,
            insetBottom: 4,
          },
        ),
        Plot.dot(rows, {
          x: 'estimate',
          y: 'key',
          r: 3,
          fill: ({ verdict }) => `var(--${verdict})`,
          symbol: ({ verdict }: Spark) => VERDICT_SYMBOLS[verdict],
          title: 'label',
        }),
      ],
    },
  }
}

/** The axis of the index, for the head of its table. */
export function drawSparkAxis(domain: readonly [number, number]): ChartDraft {
  return {
    title: 'Improvement, %',
    caption: '',
    description: `Axis of the intervals below, from ${formatPercent(domain[0], 0)} to ${formatPercent(domain[1], 0)}; values above zero are faster.`,
    options: {
      width: WIDTH,
      height: 22,
      marginTop: 0,
      marginBottom: 20,
      marginLeft: SIDE,
      marginRight: SIDE,
      x: { domain: domain.map((end) => 100 * end), label: null },
      marks: [
        Plot.axisX(axisTicks(domain), {
          anchor: 'bottom',
          tickSize: 4,
          tickFormat: tickText,
          label: null,
        }),
      ],
    },
  }
}

/** px: the widest label of a tick, with the gap beside it. */
const LABEL = 50
/** Distances of ticks, in percent. */
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 25, 50, 100]

/**
 * The ticks of the axis in percent: as many as fit without touching each other. Zero is one of
 * them.
 *
 * @param domain fractions; includes zero
 */
export function axisTicks([low, high]: readonly [number, number]): number[] {
  const pixels = (WIDTH - 2 * SIDE) / (100 * (high - low))
  const step = STEPS.find((one) => one * pixels >= LABEL) ?? 100
  const first = Math.ceil((100 * low) / step)
  const last = Math.floor((100 * high) / step)
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(6)),
  )
}

function tickText(value: number): string {
  return `${formatTick(value)} %`
}
