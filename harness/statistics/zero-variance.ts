/** Spread below this share of the mean (or of 1) is rounding, not variation. */
const ROUNDING = 1e-12

/**
 * Whether values with this standard deviation and mean do not vary at all: then no t exists, and a
 * mean can only be compared with a margin directly.
 */
export function isZeroSpread(sd: number, mean: number): boolean {
  return sd < ROUNDING * Math.max(1, Math.abs(mean))
}
