import { median } from 'simple-statistics'
import type { Values } from './moments.js'

/** Robust standard deviations from the median beyond which a value is called an outlier. */
const LIMIT = 5
/** MAD of a normal distribution × this = its standard deviation. */
const MAD_TO_SD = 1.4826

/**
 * How many values lie far outside: |y − median| > 5 · 1.4826 · MAD. They are counted and kept:
 * nothing is deleted by its value.
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

/** The library takes copies and indices of what it is given, and typed arrays have both. */
function medianOf(values: Values): number {
  return median(values as unknown as readonly number[])
}
