import { describe, expect, it } from 'vitest'
import { attemptsOf, wantsPair } from '../../../harness/verdict/attempts.js'
import { identicalArms } from '../../../harness/verdict/identical-arms.js'
import { injectedEffect } from '../../../harness/verdict/injected-effect.js'
import type { Round } from '../../../harness/verdict/rounds.js'
import { type Random, randomFrom, roundsFrom } from '../verdict/simulated-evidence.js'

const SEED = 20251120
const TRIALS = 4000
const [template] = roundsFrom([400], [400])

/**
 * Rounds in alternating order, with independent normal noise in both arms and a true improvement of
 * the candidate.
 */
function noisyRounds(count: number, noise: number, improvement: number, random: Random): Round[] {
  return Array.from({ length: count }, (_, index) => {
    const { baseline, candidate } = template!.runs
    const cpuMs = () => 400 * Math.exp(noise * random.normal())
    return {
      pair: index + 1,
      runs: {
        baseline: { ...baseline!, cpuMs: cpuMs(), position: index % 2 === 0 ? 'first' : 'second' },
        candidate: {
          ...candidate!,
          cpuMs: cpuMs() * (1 - improvement),
          position: index % 2 === 0 ? 'second' : 'first',
        },
      },
    }
  })
}

describe(`over ${TRIALS} simulated hosts, seed ${SEED}`, () => {
  it('the A/A checks fail about one unbiased attempt in 70, and almost none twice', () => {
    const random = randomFrom(SEED)
    const trial = identicalArms(40, 'cpu')
    let once = 0
    let twice = 0
    for (let host = 0; host < TRIALS; host++) {
      const attempts = attemptsOf(noisyRounds(80, 0.02, 0, random), trial)
      if (!attempts[0]!.ok) once += 1
      if (!attempts.at(-1)!.ok) twice += 1
    }
    expect(once / TRIALS).toBeGreaterThan(0.008)
    expect(once / TRIALS).toBeLessThan(0.022)
    expect(twice / TRIALS).toBeLessThanOrEqual(0.001)
  })

  it('a bias of 3 % is always found at the noise of a GREEN host', () => {
    const random = randomFrom(SEED)
    const trial = identicalArms(40, 'cpu')
    for (let host = 0; host < TRIALS / 10; host++) {
      expect(attemptsOf(noisyRounds(80, 0.02, -0.03, random), trial).at(-1)!.ok).toBe(false)
    }
  })

  it.each([0.01, 0.02, 0.05, 0.15])(
    'almost no attempt misses the true effect at a noise of %s per run',
    (noise) => {
      const random = randomFrom(SEED)
      const trial = injectedEffect(0.08, 20, 'cpu')
      let missed = 0
      for (let host = 0; host < TRIALS; host++) {
        if (attemptsOf(noisyRounds(40, noise, 0.08, random), trial).at(-1)!.outcome === 'missed')
          missed += 1
      }
      expect(missed / TRIALS).toBeLessThanOrEqual(0.001)
    },
  )
})

describe('an attempt', () => {
  const trial = {
    pairs: 2,
    judge: (rounds: readonly Round[]) => rounds.map(({ pair }) => pair),
    hasFailed: (pairs: number[]) => pairs[0] === 1,
  }
  const rounds = (...pairs: number[]) => pairs.map((pair) => ({ ...template!, pair }))

  it('needs pairs until it is complete, and further ones only if it failed', () => {
    expect(wantsPair(rounds(5), trial)).toBe(true)
    expect(wantsPair(rounds(5, 6), trial)).toBe(false)
    expect(wantsPair(rounds(1, 6), trial)).toBe(true)
    expect(wantsPair(rounds(1, 6, 7), trial)).toBe(true)
    expect(wantsPair(rounds(1, 6, 7, 8), trial)).toBe(false)
  })

  it('is judged by its own pairs only', () => {
    expect(attemptsOf(rounds(1, 6, 7, 8), trial)).toEqual([
      [1, 6],
      [7, 8],
    ])
    expect(attemptsOf(rounds(5, 6, 7, 8), trial)).toEqual([[5, 6]])
  })
})
