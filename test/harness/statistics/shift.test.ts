import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jointMoments } from '../../../harness/statistics/moments.js'
import { shifted } from '../../../harness/statistics/shift.js'
import { differenceOfMeans } from '../../../harness/statistics/welch.js'

describe('shifted', () => {
  it('keeps the digits of a difference of large means', () => {
    const a = [1e9 + 0.25, 1e9 + 0.5, 1e9 + 0.625]
    const b = [1e9 + 0.125, 1e9 + 0.5, 1e9 + 0.25]
    const near = shifted(a, b)
    expect([[...near.a], [...near.b]]).toEqual([
      [0, 0.25, 0.375],
      [-0.125, 0.25, 0],
    ])
    expect(differenceOfMeans(jointMoments(near.a, near.b)).t).toBeCloseTo(
      differenceOfMeans(jointMoments([0.25, 0.5, 0.625], [0.125, 0.5, 0.25])).t,
      14,
    )
  })

  it('leaves values as they are where a subtraction would round or overflow', () => {
    for (const [a, b] of [
      [[1, 1e-17], [1]],
      [[1e-17, 1], [2]],
      [[1.7e308, -1.7e308], [1]],
      [[1, 2], [0.1]],
    ] as const)
      expect(shifted(a, b)).toEqual({ a, b })
  })

  it('moves nothing against anything else: what was taken away brings every value back', () => {
    const values = fc.array(fc.double({ min: 1e8, max: 1.9e8, noNaN: true }), {
      minLength: 1,
      maxLength: 20,
    })
    fc.assert(
      fc.property(values, values, (a, b) => {
        const near = shifted(a, b)
        expect(near.a[0]).toBe(0)
        expect([...near.a, ...near.b].map((distance) => distance + a[0]!)).toEqual([...a, ...b])
      }),
      { numRuns: 1000 },
    )
  })
})
