import type { Combination } from './combinations.js'

/**
 * Sums of the last values, once for each length that the combinations need: column `n` holds at
 * index `i` the sum of the `n` values up to `i`, and has no meaning before there are so many.
 *
 * @param values whole ticks; every sum is below 2^53
 */
export function sumsByLength(
  values: Float64Array,
  combinations: readonly Combination[],
): ReadonlyMap<number, Float64Array> {
  const lengths = [...new Set(combinations.flatMap(({ fast, slow }) => [fast, slow]))]
  // One block for all columns, because each block of its own takes longer than a short column.
  const block = new Float64Array(lengths.length * values.length)
  return new Map(
    lengths.map((length, i) => {
      const column = block.subarray(i * values.length, (i + 1) * values.length)
      fillSums(column, values, length)
      return [length, column]
    }),
  )
}

function fillSums(sums: Float64Array, values: Float64Array, length: number): void {
  let sum = 0
  for (let i = 0; i < values.length; i++) {
    sum += values[i]!
    if (i >= length) sum -= values[i - length]!
    sums[i] = sum
  }
}
