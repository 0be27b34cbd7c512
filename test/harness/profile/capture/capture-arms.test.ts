import { describe, expect, it } from 'vitest'
import { inTurns } from '../../../../harness/profile/capture/capture-arms.js'
import { equalLength } from '../../../../harness/profile/capture/run-lengths.js'

describe('the arms of a profile', () => {
  it('take turns forwards and backwards, each result with its own arm and round', async () => {
    const order: string[] = []
    const results = await inTurns(['A', 'B'], 3, async (arm, round) => {
      order.push(arm)
      return `${arm}${round}`
    })
    expect(order.join('')).toBe('ABBAAB')
    expect(results).toEqual([
      ['A1', 'A2', 'A3'],
      ['B1', 'B2', 'B3'],
    ])
  })

  it('make equally many passes: the fastest is warm, the slowest takes the time given', () => {
    expect(equalLength(3000, [100, 50])).toEqual({ warmup: 10, iterations: 30 })
    expect(equalLength(3000, [50, 100])).toEqual({ warmup: 10, iterations: 30 })
    expect(equalLength(3000, [5000])).toEqual({ warmup: 1, iterations: 1 })
    expect(equalLength(3000, [0.1, 0.2])).toEqual({ warmup: 20, iterations: 1000 })
  })
})
