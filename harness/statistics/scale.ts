import type { Values } from './moments.js'

/** Magnitudes 2^±100 leave room for fourth powers, of which Welch's degrees of freedom are made. */
const ROOM = 100
/** Largest exponent of a factor: 2^1000 brings even the smallest subnormal number into the room. */
const FURTHEST = 1000

/**
 * The factor that brings values of any size to where their squares and fourth powers are ordinary
 * numbers: exactly 1 for values between 2^−100 and 2^100, otherwise a power of two, so that nothing
 * is rounded.
 *
 * @param samples of one unit, finite
 */
export function scaleOf(...samples: readonly Values[]): number {
  let largest = 0
  for (const sample of samples) {
    for (let index = 0; index < sample.length; index += 1) {
      const size = Math.abs(sample[index]!)
      if (size > largest) largest = size
    }
  }
  const exponent = largest === 0 ? 0 : Math.floor(Math.log2(largest))
  return Math.abs(exponent) <= ROOM ? 1 : 2 ** Math.max(-FURTHEST, Math.min(FURTHEST, -exponent))
}

/** The values times a factor of `scaleOf`. */
export function scaled(values: Values, factor: number): Values {
  return factor === 1 ? values : new Float64Array(values).map((value) => value * factor)
}
