/**
 * A standard deviation below this fraction of max(1, |mean|) comes from rounding, not from
 * variation.
 */
const ROUNDING = 1e-12

/**
 * Whether values with this standard deviation and mean count as equal. If they do, t is undefined,
 * and the mean itself is compared with the margin.
 */
export function isZeroSpread(sd: number, mean: number): boolean {
  return sd < ROUNDING * Math.max(1, Math.abs(mean))
}
