import { describe, expect, it } from 'vitest'
import type { Criterion } from '../../../harness/contract.js'
import { chooseDesign, type DesignChoice } from '../../../harness/evaluation/choose-design.js'
import { bindableCpus } from '../../../harness/measurement/affinity.js'

const layer: DesignChoice = {
  metric: 'cpu',
  criterion: { kind: 'improvement', atLeast: 0.05 },
  role: 'target',
  parallel: false,
  nearEqual: false,
}
const canBind = bindableCpus().length > 0
const together = canBind ? 'co-scheduled' : 'lock-step'

describe('the design of the pairs', () => {
  it('is lock-step for the figure of a layer', () => {
    expect(chooseDesign(layer)).toBe('lock-step')
  })

  it('is co-scheduled for controls, gates and guards, where processes can be bound to a CPU', () => {
    expect(chooseDesign({ ...layer, nearEqual: true })).toBe(together)
    expect(chooseDesign({ ...layer, role: 'guard' })).toBe(together)
    for (const criterion of [
      { kind: 'regression', atMost: 0.1 },
      { kind: 'equivalence', within: 0.05 },
      { kind: 'non-inferiority', atMost: 0.3 },
    ] as const satisfies Criterion[])
      expect(chooseDesign({ ...layer, criterion })).toBe(together)
  })

  it('is lock-step for a budget, whose values are those of one arm alone', () => {
    const criterion = { kind: 'budget', counter: 'open.warmMs', atMost: 50 } as const
    expect(chooseDesign({ ...layer, criterion })).toBe('lock-step')
  })

  it('is lock-step for wall time, even of identical arms', () => {
    expect(chooseDesign({ ...layer, metric: 'wall', nearEqual: true })).toBe('lock-step')
  })

  it('is adjacent for workloads with several threads, whatever is given', () => {
    const parallel = { ...layer, parallel: true, nearEqual: true }
    expect(chooseDesign(parallel)).toBe('adjacent')
    expect(chooseDesign({ ...parallel, given: 'lock-step' })).toBe('adjacent')
  })

  it('is the one that is given, if that can measure the metric', () => {
    for (const given of ['lock-step', 'adjacent'] as const)
      expect(chooseDesign({ ...layer, nearEqual: true, given })).toBe(given)
    expect(() => chooseDesign({ ...layer, metric: 'wall', given: 'co-scheduled' })).toThrow(
      /--design co-scheduled: wall time means nothing .* give --design lock-step or adjacent/,
    )
  })
})
