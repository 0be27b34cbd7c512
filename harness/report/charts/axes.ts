import type * as Plot from '@observablehq/plot'
import { formatTick } from '../../text/format.js'

/** px: height of a chart with its values on the vertical axis. */
const HEIGHT = 232

/**
 * Frame and axes of a chart with values on the vertical axis and numbered runs or pairs on the
 * horizontal axis.
 *
 * @param x, y options that differ from those of the usual axis
 */
export function uprightAxes(
  marginLeft: number,
  x: Plot.ScaleOptions,
  y: Plot.ScaleOptions,
): Plot.PlotOptions {
  return {
    height: HEIGHT,
    marginTop: 22,
    marginBottom: 38,
    marginLeft,
    marginRight: 12,
    x: { ticks: 6, tickFormat: wholeTick, labelArrow: 'none', ...x },
    y: { ticks: 6, tickFormat: formatTick, grid: true, labelArrow: 'none', ...y },
  }
}

/** Frame and value axis of a chart of rows, with values from left to right. */
export function rowAxes(marginTop: number, x: Plot.ScaleOptions): Plot.PlotOptions {
  return {
    marginTop,
    marginBottom: 38,
    marginLeft: 12,
    marginRight: 12,
    x: { ticks: 5, tickFormat: formatTick, grid: true, labelArrow: 'none', ...x },
  }
}

/** The range of the values, widened at both ends so that no mark is cut. */
export function paddedRange(values: readonly number[], share = 0.06): [number, number] {
  const low = Math.min(...values)
  const high = Math.max(...values)
  const margin = (high - low || Math.abs(high) || 1) * share
  return [low - margin, high + margin]
}

/** Converts a fraction to a value on an axis in percent. */
export function percentOf(fraction: number): number {
  return 100 * fraction
}

/** The text of a tick on an axis that counts runs or pairs; only whole numbers from 1 have one. */
function wholeTick(value: number): string {
  return Number.isInteger(value) && value > 0 ? formatTick(value) : ''
}
