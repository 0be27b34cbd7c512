/**
 * At least two finite positive values in the order they were measured, e.g. the run values of one
 * arm. Only `toSample` makes one; it validates and freezes the values.
 */
export type Sample = readonly number[] & { readonly [validated]: true }

declare const validated: unique symbol

/** A statistic is undefined for the given values; an undefined statistic is never significant. */
export class DegenerateSampleError extends Error {
  override readonly name = 'DegenerateSampleError'
}

/**
 * Validates run values.
 *
 * @param values any unit, n ≥ 2
 * @throws {DegenerateSampleError} there are fewer than two values, or a value is not positive and
 * finite
 */
export function toSample(values: readonly number[]): Sample {
  if (values.length < 2)
    throw new DegenerateSampleError(
      `a sample needs at least 2 values, got ${values.length}; measure more pairs`,
    )
  const bad = values.findIndex((value) => !Number.isFinite(value) || value <= 0)
  if (bad >= 0) {
    throw new DegenerateSampleError(
      `value ${bad + 1} of ${values.length} is ${values[bad]}, not positive and finite; remove its pair`,
    )
  }
  return Object.freeze([...values]) as unknown as Sample
}

/**
 * Log ratios of paired values, ln(b/a): negative if b is smaller. On this scale a change by a
 * factor becomes a difference, and noise that scales both arms of a pair cancels.
 *
 * @param a n values  @param b n values, in the same order of pairs
 * @throws {DegenerateSampleError} the sizes differ
 */
export function logRatios(a: Sample, b: Sample): number[] {
  if (a.length !== b.length)
    throw new DegenerateSampleError(
      `paired samples differ in size (${a.length} and ${b.length}); pair the values`,
    )
  return a.map((value, index) => Math.log(b[index]! / value))
}
