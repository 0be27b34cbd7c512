import { describe, expect, it } from 'vitest'
import {
  caseName,
  confirmationOf,
  type GatePlanRequest,
  planGate,
} from '../../../harness/gate/plan-gate.js'
import { ownSuite } from '../../../harness/measurement/load-suite.js'
import { readRecords } from '../../../harness/record/record-store.js'
import { suite } from '../../../scenarios/suite.js'

const loaded = ownSuite(suite)
const described = {
  name: suite.name,
  workloads: suite.workloads.map(({ id }) => id),
  layers: suite.layers.filter(({ standalone }) => standalone !== true).map(({ id }) => id),
}

/** A request in which both versions are this one, except for the changes given. */
function request(
  change: {
    readonly base?: object
    readonly head?: object
    readonly workloads?: readonly string[]
  } = {},
): GatePlanRequest {
  const version = (which: object = {}) => ({
    project: '/none',
    address: '',
    code: 'sha256:0',
    outside: [],
    description: { ...described, ...which },
  })
  return {
    rule: {
      workloads: change.workloads ?? [],
      scale: 'smoke',
      seed: 7,
      metric: 'cpu',
      limit: 0.1,
      looks: [10, 20, 30],
      nodeFlags: [],
    },
    revisions: { base: 'a'.repeat(40), head: 'b'.repeat(40) },
    versions: { base: version(change.base), head: version(change.head) },
    loaded,
    records: readRecords('.'),
    command: 'npx assay gate',
    packageVersion: '0',
    createdAt: '2026-11-20T10:00:00.000Z',
    calibration: () => ({ status: 'missing', command: '', workloads: [] }),
  }
}

describe('the plan of a gate', () => {
  it('has every common workload, on the pure baseline and on the layers accepted by the records', () => {
    const { plans, unmatched } = planGate(request())
    expect(plans.map(({ stacks }) => [stacks.baseline, stacks.candidate])).toEqual([
      [[], []],
      [plans[1]!.stacks.candidate, plans[1]!.stacks.candidate],
    ])
    expect(plans[1]!.stacks.candidate).toContain('layer1')
    for (const plan of plans) {
      expect(plan.workloads.map(({ id }) => id)).toEqual(described.workloads)
      expect(plan.criterion).toEqual({ kind: 'regression', atMost: 0.1 })
      expect(plan.equivalenceSeeds).toHaveLength(3)
    }
    expect(unmatched).toEqual({ base: [], head: [] })
  })

  it('leaves out a layer that the base lacks, and the stack if it becomes empty', () => {
    expect(
      planGate(request({ base: { layers: [] } })).plans.map(({ stacks }) => stacks.candidate),
    ).toEqual([[]])
  })

  it('names the workloads that only one version has', () => {
    const { plans, unmatched } = planGate(request({ base: { workloads: ['grid-search', 'gone'] } }))
    expect(plans[0]!.workloads.map(({ id }) => id)).toEqual(['grid-search'])
    expect(unmatched).toEqual({
      base: ['gone'],
      head: described.workloads.filter((id) => id !== 'grid-search'),
    })
  })

  it('is refused without a common workload, and for an unknown workload', () => {
    expect(() => planGate(request({ base: { workloads: ['gone'] } }))).toThrow(
      'nothing to compare: base has gone, head has ',
    )
    expect(() => planGate(request({ workloads: ['grid-serch'] }))).toThrow(/grid-search/)
  })

  it('confirms with another seed, for which equal results are proven', () => {
    const [plan] = planGate(request()).plans
    const second = confirmationOf(plan!, ['grid-search'])
    expect(second.seed).not.toBe(plan!.seed)
    expect(plan!.equivalenceSeeds).toContain(second.seed)
    expect(second.workloads.map(({ id }) => id)).toEqual(['grid-search'])
  })

  it('names a case by its workload, and by its layers if there are any', () => {
    expect([caseName('grid-search', []), caseName('grid-search', ['layer1', 'layer2'])]).toEqual([
      'grid-search',
      'grid-search · layer1 + layer2',
    ])
  })
})
