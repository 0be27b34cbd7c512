import type { Axis, PointSize } from './scale-point.js'

/** A point to measure. */
export interface ScaleTask extends PointSize {
  readonly axis: Axis
}

/** The points of a study of one layer, and how long a run takes. */
export interface ScaleSizes {
  readonly backtests: readonly number[]
  readonly bars: readonly number[]
  readonly assets: readonly number[]
  /** The size that stays while another part grows. */
  readonly fixed: PointSize
}

/** Passes of milliseconds to seconds on a usual host. */
export const SCALE_SIZES: ScaleSizes = {
  backtests: [1, 5, 10, 25, 50, 100, 200, 400],
  bars: [252, 504, 1008, 2016, 4032],
  assets: [1, 2, 4, 8, 16],
  fixed: { backtests: 10, bars: 252, assets: 2 },
}

/** For a quick look and for tests. */
export const QUICK_SIZES: ScaleSizes = {
  backtests: [1, 4],
  bars: [],
  assets: [],
  fixed: { backtests: 2, bars: 100, assets: 1 },
}

/** All points in the order of measurement: the axis that decides about a layer comes first. */
export function scaleTasks(sizes: ScaleSizes): ScaleTask[] {
  return (['backtests', 'bars', 'assets'] as const).flatMap((axis) =>
    sizes[axis].map((value) => ({ ...sizes.fixed, [axis]: value, axis })),
  )
}
