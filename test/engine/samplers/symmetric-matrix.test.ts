import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { eigenOf } from '../../../engine/samplers/symmetric-matrix.js'

const matrices = fc.integer({ min: 1, max: 8 }).chain((size) =>
  fc
    .array(fc.double({ min: -100, max: 100, noNaN: true }), {
      minLength: size * size,
      maxLength: size * size,
    })
    .map((numbers) =>
      Array.from({ length: size }, (_, i) =>
        Array.from({ length: size }, (_, j) => numbers[Math.min(i, j) * size + Math.max(i, j)]!),
      ),
    ),
)

describe('the eigenvectors of a symmetric matrix', () => {
  test.prop([matrices], { numRuns: 500 })(
    'make the matrix again, and are orthonormal',
    (matrix) => {
      const { values, vectors } = eigenOf(matrix)
      const scale = Math.max(1, ...matrix.flat().map(Math.abs))
      for (const [i, row] of matrix.entries())
        for (const [j, value] of row.entries()) {
          const made = values.reduce((sum, λ, k) => sum + λ * vectors[i]![k]! * vectors[j]![k]!, 0)
          expect(Math.abs(made - value)).toBeLessThan(1e-10 * scale)
          const product = values.reduce((sum, _, k) => sum + vectors[k]![i]! * vectors[k]![j]!, 0)
          expect(Math.abs(product - Number(i === j))).toBeLessThan(1e-12)
        }
    },
  )
})
