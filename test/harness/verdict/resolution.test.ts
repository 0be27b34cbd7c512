import { describe, expect, it } from 'vitest'
import type { Criterion } from '../../../harness/contract.js'
import { compareArms } from '../../../harness/verdict/compare.js'
import { boundsAt } from '../../../harness/verdict/look.js'
import { certifiableImprovement, noiseOf } from '../../../harness/verdict/noise.js'
import { resolutionOf } from '../../../harness/verdict/resolution.js'
import { randomFrom, roundsFrom } from './simulated-evidence.js'

const regime = { looks: [10, 20, 30, 40], fixed: false, alpha: 0.05 }
const improvement: Criterion = { kind: 'improvement', atLeast: 0.05 }
const rule = {
  ...regime,
  role: 'target',
  metric: 'cpu',
  against: 'baseline',
  criterion: improvement,
  memory: 'advisory',
} as const

const random = randomFrom(3)
const rounds = roundsFrom(
  Array.from({ length: 40 }, () => 100),
  Array.from({ length: 40 }, () => 60 * Math.exp(0.03 * random.normal())),
)
const noise = noiseOf(compareArms(rounds.slice(0, 10), 'baseline', 'cpu')!.estimate)
const first = boundsAt(rounds.slice(0, 10), 0, rule)!

const numberIn = (text: string) => Number(/[\d.]+/.exec(text)![0])

describe('the resolution of a plan', () => {
  it('is that of its last look, also where it stopped at the first', () => {
    const { pairs, text } = resolutionOf(regime, improvement, noise, first)
    expect(pairs).toBe(40)
    expect(numberIn(text)).toBeLessThan(100 * certifiableImprovement(noise, first, 0.05))
    const last = boundsAt(rounds, 3, rule)!
    expect(resolutionOf(regime, improvement, noise, last).text).toBe(text)
    expect(text).toBe(`${(100 * certifiableImprovement(noise, last, 0.05)).toFixed(1)} %`)
  })

  it('is that of the one look of a plan with one look', () => {
    const one = { ...regime, looks: [10], fixed: true }
    const bounds = boundsAt(rounds.slice(0, 10), 0, { ...rule, ...one })!
    expect(resolutionOf(one, improvement, noise, bounds)).toEqual({
      pairs: 10,
      text: `${(100 * certifiableImprovement(noise, bounds, 0.05)).toFixed(1)} %`,
    })
  })

  it('of a limit on slowdowns is at the last look that it has', () => {
    const { pairs, text } = resolutionOf(regime, { kind: 'regression', atMost: 0.1 }, noise, first)
    expect(pairs).toBe(30)
    expect(text).toMatch(/^\d\.\d % slower$/)
  })
})
