import { test as property } from '@fast-check/vitest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addTallies, type Ending, tallyOf, VERDICTS } from '../../../scenarios/error-rates/tally.js'

const ending: fc.Arbitrary<Ending> = fc.record({
  verdict: fc.constantFrom(...VERDICTS),
  pairs: fc.constantFrom(10, 20, 30, 40),
})

describe('a tally', () => {
  it('is undefined without endings', () => {
    expect(tallyOf([])).toBeUndefined()
    expect(addTallies([])).toBeUndefined()
  })

  property.prop([fc.array(ending, { minLength: 1, maxLength: 60 })], { numRuns: 1000 })(
    'counts as a sorted list does',
    (endings) => {
      const tally = tallyOf(endings)
      const sorted = endings.map(({ pairs }) => pairs).sort((a, b) => a - b)
      const middle =
        ((sorted[Math.floor((sorted.length - 1) / 2)] as number) +
          (sorted[Math.floor(sorted.length / 2)] as number)) /
        2
      expect(tally?.trials).toBe(endings.length)
      expect(tally?.medianPairs).toBe(middle)
      expect(tally?.meanPairs).toBeCloseTo(
        sorted.reduce((sum, pairs) => sum + pairs, 0) / sorted.length,
        9,
      )
      for (const verdict of VERDICTS)
        expect(tally?.[verdict]).toBe(endings.filter((one) => one.verdict === verdict).length)
    },
  )

  property.prop([fc.array(ending, { minLength: 1 }), fc.array(ending, { minLength: 1 })], {
    numRuns: 1000,
  })('of all is the sum of the tallies of the parts', (some, others) => {
    const parts = [tallyOf(some), tallyOf(others)].filter((tally) => tally !== undefined)
    expect(addTallies(parts)).toEqual(tallyOf([...some, ...others]))
  })
})
