import { median } from 'simple-statistics'

/** Robust standard deviations from the median beyond which a value is called an outlier. */
const LIMIT = 5
/** MAD of a normal distribution × this = its standard deviation. */
const MAD_TO_SD = 1.4826

/**
 * How many values lie far outside: |y − median| > 5 · 1.4826 · MAD. They are counted and kept: nothing is deleted by its value.
 *
 * @param values n ≥ 1
 * @source Rousseeuw & Croux 1993, JASA 88 (MAD)
 */
export function countOutliers(values: readonly number[]): number {
  const middle = median([...values])
  const deviations = values.map((value) => Math.abs(value - middle))
  const limit = LIMIT * MAD_TO_SD * median(deviations)
  return limit > 0 ? deviations.filter((deviation) => deviation > limit).length : 0
}
