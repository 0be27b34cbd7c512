import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { lag1 } from '../../../harness/statistics/autocorrelation.js'
import { summarize } from '../../../harness/statistics/interval.js'

/** Provenance: certified.json and make.py beside the data. */
const folder = new URL('../../golden/nist/', import.meta.url)
const certified: Certified = JSON.parse(readFileSync(new URL('certified.json', folder), 'utf8'))

interface Certified {
  readonly sets: Readonly<Record<string, { n: number; mean: number; sd: number; lag1: number }>>
}

/**
 * Required digits, −log10 of the relative error. Fewer than 14 where the rounding of the data to
 * doubles limits them: 1000000.2 keeps 9 digits of its deviation 0.1 from the mean, 10000000.2
 * keeps 8.
 */
const DIGITS: Readonly<Record<string, { mean: number; sd: number; lag1: number }>> = {
  Lew: { mean: 15, sd: 14, lag1: 14 },
  Lottery: { mean: 14.5, sd: 14, lag1: 14 },
  Mavro: { mean: 15, sd: 12.5, lag1: 13 },
  Michelso: { mean: 15, sd: 13, lag1: 13 },
  PiDigits: { mean: 15, sd: 14, lag1: 13 },
  NumAcc1: { mean: 15, sd: 15, lag1: 15 },
  NumAcc2: { mean: 15, sd: 14, lag1: 14 },
  NumAcc3: { mean: 15, sd: 9, lag1: 9 },
  NumAcc4: { mean: 15, sd: 8, lag1: 8 },
}

describe('the NIST StRD univariate sets', () => {
  it('are complete', () => {
    expect(Object.keys(certified.sets)).toEqual(Object.keys(DIGITS))
  })

  it.each(Object.entries(certified.sets))(
    '%s has the certified mean, standard deviation and lag-1 autocorrelation',
    (name, expected) => {
      const values = readFileSync(new URL(`${name}.txt`, folder), 'utf8')
        .trim()
        .split('\n')
        .map(Number)
      const { n, mean, sd } = summarize(values)
      expect(n).toBe(expected.n)
      expect(digits(mean, expected.mean)).toBeGreaterThanOrEqual(DIGITS[name]!.mean)
      expect(digits(sd, expected.sd)).toBeGreaterThanOrEqual(DIGITS[name]!.sd)
      expect(digits(lag1(values)!, expected.lag1)).toBeGreaterThanOrEqual(DIGITS[name]!.lag1)
    },
  )
})

/** −log10 of the relative error; 15 where the values are equal. */
function digits(actual: number, expected: number): number {
  return actual === expected
    ? 15
    : Math.min(15, -Math.log10(Math.abs(actual - expected) / Math.abs(expected)))
}
