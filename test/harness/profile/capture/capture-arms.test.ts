import { describe, expect, it } from 'vitest'
import { shortened } from '../../../../harness/profile/capture/capture-arms.js'
import { orderOf } from '../../../../harness/profile/capture/capture-rounds.js'
import { equalLength } from '../../../../harness/profile/capture/run-lengths.js'

describe('the arms of a profile', () => {
  it('begin forwards and backwards by turns', () => {
    const arms = ['A', 'B']
    const rounds = [1, 2, 3].map((round) => orderOf(arms, round).map((index) => arms[index]))
    expect(rounds.flat().join('')).toBe('ABBAAB')
  })

  it('make fewer passes for shares alone if half a second of the fastest needs fewer', () => {
    const length = { warmup: 2, iterations: 5 }
    expect(shortened(length, [580, 390])).toEqual({ warmup: 2, iterations: 2 })
    expect(shortened(length, [200, 100])).toEqual(length)
    expect(shortened(length, [9000, 5000])).toEqual({ warmup: 2, iterations: 1 })
    expect(shortened(length, [0])).toEqual(length)
  })

  it('make equally many passes: the fastest is warm, the slowest takes the time given', () => {
    expect(equalLength(3000, [100, 50])).toEqual({ warmup: 10, iterations: 30 })
    expect(equalLength(3000, [50, 100])).toEqual({ warmup: 10, iterations: 30 })
    expect(equalLength(3000, [5000])).toEqual({ warmup: 1, iterations: 1 })
    expect(equalLength(3000, [0.1, 0.2])).toEqual({ warmup: 20, iterations: 1000 })
  })
})
