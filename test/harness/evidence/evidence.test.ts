import { describe, expect, it } from 'vitest'
import { planSchema } from '../../../harness/evidence/evidence.js'
import { planWith } from '../verdict/simulated-evidence.js'

const regime = planWith().regime

describe('a plan', () => {
  it('is what an evaluation writes', () => {
    expect(planSchema.parse(planWith())).toEqual(planWith())
  })

  it.each([
    [
      'looks that go back: an early look would decide as the last',
      { regime: { ...regime, looks: [20, 10] } },
    ],
    ['a look twice', { regime: { ...regime, looks: [10, 10] } }],
    ['a look before ten pairs', { regime: { ...regime, looks: [5, 10] } }],
    ['no candidate', { arms: ['baseline', 'incumbent'] }],
    ['one arm twice', { arms: ['baseline', 'baseline', 'candidate'] }],
    ['an error of nothing', { regime: { ...regime, alpha: 0 } }],
    ['an improvement of nothing', { criterion: { kind: 'improvement', atLeast: 0 } }],
    [
      'a budget of both kinds',
      { criterion: { kind: 'budget', counter: 'x', atMost: 1, atLeast: 0 } },
    ],
    [
      'a calibration of no known outcome',
      { calibration: { status: 'fine', command: '', workloads: [] } },
    ],
  ])('has not %s', (_, change) => {
    expect(planSchema.safeParse({ ...planWith(), ...change }).success).toBe(false)
  })
})
