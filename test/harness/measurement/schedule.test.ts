import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import type { Arm } from '../../../harness/contract.js'
import { armOrder, equivalenceSeeds } from '../../../harness/measurement/schedule.js'

const TWO: readonly Arm[] = ['baseline', 'candidate']
const THREE: readonly Arm[] = ['baseline', 'incumbent', 'candidate']
const seed = fc.nat(2 ** 31 - 1)
const runs = { numRuns: 1000 }

describe('armOrder', () => {
  test.prop([seed, fc.string(), fc.nat(100)], runs)(
    'puts each of two arms first twice in every block of four',
    (value, workload, block) => {
      const first = [1, 2, 3, 4].map(
        (place) => armOrder(value, workload, 4 * block + place, TWO)[0],
      )
      expect(first.filter((arm) => arm === 'baseline')).toHaveLength(2)
      expect(first.filter((arm) => arm === 'candidate')).toHaveLength(2)
    },
  )

  test.prop([seed, fc.integer({ min: 1, max: 1000 })], runs)(
    'is a permutation of three arms, the same for the same pair',
    (value, pair) => {
      const order = armOrder(value, 'grid-search', pair, THREE)
      expect([...order].sort()).toEqual([...THREE].sort())
      expect(armOrder(value, 'grid-search', pair, THREE)).toEqual(order)
    },
  )

  it('gives all six blocks and all six permutations about equally often', () => {
    const count = (orders: readonly string[]) =>
      orders.reduce((counts, order) => counts.set(order, (counts.get(order) ?? 0) + 1), new Map())
    const seeds = Array.from({ length: 6000 }, (_, index) => index)
    const blocks = count(
      seeds.map((value) => [1, 2, 3, 4].map((pair) => armOrder(value, 'w', pair, TWO)[0]).join()),
    )
    const permutations = count(seeds.map((value) => armOrder(value, 'w', 1, THREE).join()))
    for (const counts of [blocks, permutations]) {
      expect(counts.size).toBe(6)
      for (const times of counts.values()) expect(Math.abs(times - 1000)).toBeLessThan(200)
    }
  })

  it('orders two workloads independently', () => {
    const orders = (workload: string) =>
      Array.from({ length: 40 }, (_, index) => armOrder(7, workload, index + 1, TWO)[0]).join()
    expect(orders('grid-search')).not.toBe(orders('walk-forward'))
  })
})

describe('equivalenceSeeds', () => {
  test.prop([seed, fc.integer({ min: 1, max: 9 })], runs)(
    'begins with the measured seed and holds none twice',
    (value, count) => {
      const seeds = equivalenceSeeds(value, count)
      expect(seeds[0]).toBe(value)
      expect(new Set(seeds).size).toBe(count)
      for (const one of seeds) expect(Number.isInteger(one) && one >= 0 && one < 2 ** 31).toBe(true)
    },
  )
})
