import { median } from 'simple-statistics'
import type { Values } from './moments.js'

/** Distance from the median, in robust standard deviations, above which a value is an outlier. */
const LIMIT = 5
/** MAD of a normal distribution × this = its standard deviation. */
const MAD_TO_SD = 1.4826

/**
 * Counts outliers: |y − median| > 5 · 1.4826 · MAD. They stay in the sample: no value is removed
 * because of its size.
 *
 * @param values n ≥ 1
 * @source Rousseeuw & Croux 1993, JASA 88 (MAD)
 */
export function countOutliers(values: Values): number {
  const middle = medianOf(values)
  const deviations = new Float64Array(values).map((value) => Math.abs(value - middle))
  const limit = LIMIT * MAD_TO_SD * medianOf(deviations)
  if (!(limit > 0)) return 0
  let count = 0
  for (let index = 0; index < deviations.length; index += 1)
    if (deviations[index]! > limit) count += 1
  return count
}

/** A typed array is safe to pass: the library only copies its argument and reads it by index. */
function medianOf(values: Values): number {
  return median(values as unknown as readonly number[])
}
