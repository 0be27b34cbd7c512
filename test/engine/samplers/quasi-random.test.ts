import { describe, expect, it } from 'vitest'
import { SOBOL_DIMENSIONS, sobolWord } from '../../../engine/samplers/quasi-random.js'

const shareAt = (dimension: number, index: number) => sobolWord(dimension, index) / 2 ** 32

describe('the Sobol sequence', () => {
  // The first points of Joe and Kuo's own program, in the order of the index's Gray code there: the
  // same eight points, here by index.
  it('begins with the published points in three dimensions', () => {
    const points = Array.from({ length: 8 }, (_, index) => [0, 1, 2].map((d) => shareAt(d, index)))
    const published = [
      [0, 0, 0],
      [0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25],
      [0.25, 0.75, 0.75],
      [0.375, 0.375, 0.625],
      [0.875, 0.875, 0.125],
      [0.625, 0.125, 0.875],
      [0.125, 0.625, 0.375],
    ]
    const sorted = (list: number[][]) => list.map((point) => point.join(' ')).sort()
    expect(sorted(points)).toEqual(sorted(published))
  })

  it('puts one of any 2^k consecutive points into each of 2^k equal parts of every axis', () => {
    for (let dimension = 0; dimension < SOBOL_DIMENSIONS; dimension++)
      for (const k of [1, 4, 8, 11]) {
        const parts = new Set<number>()
        for (let i = 0; i < 2 ** k; i++)
          parts.add(Math.floor(shareAt(dimension, 5 * 2 ** k + i) * 2 ** k))
        expect(parts.size, `dimension ${dimension}`).toBe(2 ** k)
      }
  })

  it('covers each quarter of two neighbouring axes alike', () => {
    for (let dimension = 1; dimension < SOBOL_DIMENSIONS; dimension++) {
      const counts = [0, 0, 0, 0]
      for (let i = 0; i < 256; i++) {
        const [x, y] = [shareAt(dimension - 1, i), shareAt(dimension, i)]
        counts[2 * Number(x >= 0.5) + Number(y >= 0.5)]!++
      }
      expect(counts, `dimensions ${dimension}`).toEqual([64, 64, 64, 64])
    }
  })
})
