import { describe, expect, it } from 'vitest'
import { identicalArms } from '../../../harness/verdict/identical-arms.js'
import { positionT } from '../../../harness/verdict/position-effect.js'
import type { Round } from '../../../harness/verdict/rounds.js'
import { roundsFrom } from './simulated-evidence.js'

/**
 * Rounds with these times of the candidate, which runs first in every even pair; the baseline takes
 * 100 ms.
 */
function alternating(candidate: readonly number[]): Round[] {
  return roundsFrom(Array(candidate.length).fill(100), candidate).map(({ pair, runs }) => ({
    pair,
    runs: {
      baseline: { ...runs.baseline!, position: pair % 2 === 0 ? 'second' : 'first' },
      candidate: { ...runs.candidate!, position: pair % 2 === 0 ? 'first' : 'second' },
    },
  }))
}

function tOf(candidate: readonly number[]) {
  return positionT(
    alternating(candidate),
    candidate.map((value) => Math.log(value / 100)),
    'baseline',
  )
}

describe('the effect of the position', () => {
  it('is large but finite where the order explains every difference', () => {
    expect(tOf([95, 105, 95, 105, 95, 105])).toBe(1e6)
    expect(tOf([105, 95, 105, 95, 105, 95])).toBe(-1e6)
  })

  it('fails a calibration then, although the means of the arms balance', () => {
    const rounds = alternating(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 100 * 0.95 : 100 / 0.95)),
    )
    const attempt = identicalArms(20, 'cpu').judge(rounds)
    expect(attempt.ok).toBe(false)
    expect(attempt.checks.filter(({ ok }) => !ok).map(({ code }) => code)).toEqual([
      'position-effect',
    ])
  })

  it('is absent where only rounding varies, and below three pairs of either order', () => {
    expect(tOf(Array(10).fill(95))).toBeUndefined()
    expect(
      tOf([95, 95 * (1 + 2 ** -52), 95, 95 * (1 + 2 ** -52), 95, 95 * (1 + 2 ** -52)]),
    ).toBeUndefined()
    expect(tOf([95, 105, 95, 105, 95])).toBeUndefined()
  })
})
