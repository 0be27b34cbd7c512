import type * as Plot from '@observablehq/plot'

/** px; two plots fit side by side on a wide page, and one on a phone. */
export const PLOT_WIDTH = 460

/** Size, margins and axes of a plot, with what differs from the usual ones. */
export function plotFrame(
  height: number,
  x: Plot.ScaleOptions,
  y: Plot.ScaleOptions,
): Plot.PlotOptions {
  return {
    width: PLOT_WIDTH,
    height,
    marginLeft: 62,
    marginRight: 14,
    marginTop: 26,
    marginBottom: 44,
    x: { labelArrow: 'none', ...x },
    y: { labelArrow: 'none', grid: true, ticks: 5, ...y },
  }
}
