import { describe, expect, it } from 'vitest'
import { evaluateCommand } from '../../../harness/cli/evaluate-command.js'
import type { Criterion, Suite } from '../../../harness/contract.js'
import { type EvaluateCommand, planEvaluation } from '../../../harness/evaluation/plan.js'
import { type LoadedSuite, ownSuite } from '../../../harness/measurement/load-suite.js'
import type { DecisionRecord } from '../../../harness/record/decision-record.js'
import { fixture, kernelSuite } from '../../fixtures/bench.js'
import { parseWords } from '../cli/parse-words.js'

const suite: Suite = {
  ...kernelSuite,
  layers: [
    ...kernelSuite.layers.filter(({ id }) =>
      ['identity', 'faster', 'faster-12', 'slower'].includes(id),
    ),
    {
      ...kernelSuite.layers[1],
      id: 'last',
      title: 'last',
      workloads: ['guard'],
    } as Suite['layers'][number],
  ],
}

/** The fields of a record a plan depends on. */
function record(
  number: number,
  layer: string,
  verdict: string,
  change: Partial<DecisionRecord> = {},
): DecisionRecord {
  return {
    id: `000${number}-${layer}`,
    layer,
    verdict,
    suite: 'kernel',
    scale: 'standard',
    stacks: { baseline: [], incumbent: [], candidate: [layer] },
    workloads: measured('spin', 'guard'),
    ...change,
  } as DecisionRecord
}

/** Workloads of a record, all targets. */
function measured(...ids: readonly string[]): DecisionRecord['workloads'] {
  return ids.map((id) => ({
    id,
    metric: 'cpu',
    role: 'target',
  })) as unknown as DecisionRecord['workloads']
}

/** Options of the command line, without their dashes. */
type Options = Readonly<Record<string, string | readonly string[]>>

function plan(
  layer: string,
  records: readonly DecisionRecord[] = [],
  options: Options = {},
  loaded: LoadedSuite = ownSuite(suite),
) {
  const words = Object.entries(options).flatMap(([name, values]) =>
    [values].flat().map((value) => `--${name}=${value}`),
  )
  const command = parseWords(evaluateCommand, [layer, ...words]) as EvaluateCommand
  return planEvaluation(command, loaded, records, '0.1.0')
}

describe('the incumbent', () => {
  it('is empty for the first layer, and then there are two arms', () => {
    const { arms, stacks } = plan('faster')
    expect(arms).toEqual(['baseline', 'candidate'])
    expect(stacks).toEqual({ baseline: [], incumbent: [], candidate: ['faster'] })
  })

  it('is the layers before this one whose newest record accepts them, in suite order', () => {
    const records = [
      record(1, 'faster-12', 'accepted'),
      record(2, 'faster', 'rejected'),
      record(3, 'slower', 'accepted'),
      record(4, 'faster', 'accepted'),
      record(5, 'slower', 'inconclusive'),
      record(6, 'last', 'accepted'),
    ]
    const { arms, stacks } = plan('last', records)
    expect(arms).toEqual(['baseline', 'incumbent', 'candidate'])
    expect(stacks).toEqual({
      baseline: [],
      incumbent: ['faster', 'faster-12'],
      candidate: ['faster', 'faster-12', 'last'],
    })
  })

  it('follows records above smoke scale that cover every target, in metric and arm of the layer', () => {
    const accepted = record(1, 'faster', 'accepted')
    const stack = (...more: DecisionRecord[]) =>
      plan('slower', [accepted, ...more]).stacks.incumbent
    expect(stack(record(2, 'faster', 'inconclusive', { scale: 'smoke' }))).toEqual(['faster'])
    expect(stack(record(2, 'faster', 'rejected', { workloads: measured('guard') }))).toEqual([
      'faster',
    ])
    expect(stack(record(2, 'faster', 'inconclusive', { scale: 'production' }))).toEqual([])
    expect(stack(record(2, 'faster', 'rejected', { workloads: [] }))).toEqual([])
    const onOther = { baseline: [], incumbent: ['identity'], candidate: ['identity', 'faster'] }
    expect(stack(record(2, 'faster', 'rejected', { stacks: onOther }))).toEqual(['faster'])
    expect(plan('slower', [record(1, 'faster', 'accepted', { scale: 'smoke' })]).stacks).toEqual({
      baseline: [],
      incumbent: [],
      candidate: ['slower'],
    })
  })

  it('does not hold a standalone layer, one of a control or another suite, or the layer itself', () => {
    const records = [
      record(1, 'identity', 'accepted'),
      record(2, 'faster', 'accepted', { injected: { improvement: 0.12, arm: 'baseline' } }),
      record(3, 'faster-12', 'accepted', { suite: 'other' }),
      record(4, 'slower', 'accepted'),
    ]
    expect(plan('slower', records).stacks.incumbent).toEqual([])
  })

  it('is empty for a standalone layer, which is compared with the pure baseline', () => {
    const { arms, stacks } = plan('identity', [
      record(1, 'faster', 'accepted'),
      record(2, 'faster-12', 'accepted'),
    ])
    expect(arms).toEqual(['baseline', 'candidate'])
    expect(stacks.candidate).toEqual(['identity'])
  })

  it('is the stack of --incumbent where that is given', () => {
    const accepted = [record(1, 'faster', 'accepted')]
    expect(plan('slower', accepted, { incumbent: 'none' }).stacks.incumbent).toEqual([])
    expect(plan('faster', [], { incumbent: 'faster-12, identity' }).stacks.candidate).toEqual([
      'faster-12',
      'identity',
      'faster',
    ])
    expect(() => plan('slower', [], { incumbent: 'faster,fastr' })).toThrow(
      'unknown layer fastr; did you mean faster?',
    )
    expect(() => plan('slower', [], { incumbent: 'slower' })).toThrow(
      '--incumbent slower: holds slower itself; leave it out',
    )
    expect(() => plan('slower', [], { incumbent: 'faster,faster' })).toThrow('names a layer twice')
    expect(() => plan('slower', [], { incumbent: 'faster,' })).toThrow(
      'give none, or layer names separated by commas',
    )
  })
})

describe('the workloads', () => {
  it('are all of the suite: the targets of the layer, and the others as guards', () => {
    expect(plan('last').workloads).toEqual([
      {
        id: 'spin',
        title: 'integer turns, spin',
        content: '1 spin',
        role: 'guard',
        design: 'co-scheduled',
      },
      {
        id: 'guard',
        title: 'integer turns, guard',
        content: '1 spin',
        role: 'target',
        design: 'lock-step',
      },
    ])
  })

  it('are the targets and guards of the layer where it names guards', () => {
    const guarded = (guards: readonly string[], options: Options = {}) => {
      const layers = suite.layers.map((one) => (one.id === 'last' ? { ...one, guards } : one))
      return plan('last', [], options, ownSuite({ ...suite, layers })).workloads.map(
        ({ id, role }) => [id, role],
      )
    }
    expect(guarded([])).toEqual([['guard', 'target']])
    expect(guarded(['spin'])).toEqual([
      ['spin', 'guard'],
      ['guard', 'target'],
    ])
    // Named on the command line, it is measured all the same.
    expect(guarded([], { workload: ['guard', 'spin'] })).toEqual([
      ['spin', 'guard'],
      ['guard', 'target'],
    ])
  })

  it('may be chosen, with at least one target among them', () => {
    expect(plan('faster', [], { workload: ['spin'] }).workloads.map(({ id }) => id)).toEqual([
      'spin',
    ])
    expect(() => plan('faster', [], { workload: ['guard'] })).toThrow(
      'faster has none of its targets among these, so a verdict is not possible; add one of spin',
    )
    expect(() => plan('faster', [], { workload: ['spln'] })).toThrow(
      'unknown workload spln; did you mean spin? known: spin, guard',
    )
  })
})

describe('the rest of a plan', () => {
  it('supersedes the newest record of the layer that decides about it', () => {
    const control = { injected: { improvement: 0.12, arm: 'baseline' } } as const
    const records = [
      record(1, 'faster', 'accepted'),
      record(2, 'faster', 'rejected'),
      record(3, 'faster', 'accepted', control),
    ]
    expect(plan('faster', records).supersedes).toBe('0002-faster')
    expect(plan('slower', records).supersedes).toBeNull()
    expect(plan('faster', records, { inject: '12%' }).supersedes).toBeNull()
  })

  it('supersedes only a record of the same scale, workloads, arm compared with and metric', () => {
    const full = record(1, 'faster', 'accepted')
    const supersedes = (options: Options, ...more: DecisionRecord[]) =>
      plan('faster', [full, ...more], options).supersedes
    expect(supersedes({})).toBe('0001-faster')
    expect(supersedes({ scale: 'smoke' })).toBeNull()
    expect(supersedes({ workload: ['spin'] })).toBeNull()
    expect(supersedes({ metric: 'wall' })).toBeNull()
    expect(supersedes({ incumbent: 'slower' })).toBeNull()
    const smoke = record(2, 'faster', 'inconclusive', { scale: 'smoke' })
    expect(supersedes({}, smoke)).toBe('0001-faster')
    expect(supersedes({ scale: 'smoke' }, smoke)).toBe('0002-faster')
    const part = record(3, 'faster', 'rejected', { workloads: measured('spin') })
    expect(supersedes({ workload: ['spin'] }, smoke, part)).toBe('0003-faster')
    const unequal = record(4, 'faster', 'rejected', { workloads: [] })
    expect(supersedes({}, smoke, part, unequal)).toBe('0004-faster')
  })

  it('injects work into the other arm to look faster, into the candidate to look slower', () => {
    expect(plan('identity', [], { inject: '12%' }).injected).toEqual({
      improvement: 0.12,
      arm: 'baseline',
    })
    expect(plan('slower', [record(1, 'faster', 'accepted')], { inject: '12%' }).injected).toEqual({
      improvement: 0.12,
      arm: 'incumbent',
    })
    expect(plan('identity', [], { inject: '-20%' }).injected).toEqual({
      improvement: -0.2,
      arm: 'candidate',
    })
    expect(plan('identity')).not.toHaveProperty('injected')
  })

  it('replaces the limit of every kind of criterion, and refuses values out of range', () => {
    const planned = (criterion: Criterion, threshold: string) => {
      const layers = suite.layers.map((one) => (one.id === 'faster' ? { ...one, criterion } : one))
      return plan('faster', [], { threshold }, ownSuite({ ...suite, layers })).criterion
    }
    expect(planned({ kind: 'regression', atMost: 0.1 }, '15%')).toEqual({
      kind: 'regression',
      atMost: 0.15,
    })
    expect(planned({ kind: 'equivalence', within: 0.02 }, '3%')).toEqual({
      kind: 'equivalence',
      within: 0.03,
    })
    expect(planned({ kind: 'non-inferiority', atMost: 0.3 }, '200%')).toEqual({
      kind: 'non-inferiority',
      atMost: 2,
    })
    expect(planned({ kind: 'budget', counter: 'wallMs', atMost: 50 }, '40')).toEqual({
      kind: 'budget',
      counter: 'wallMs',
      atMost: 40,
    })
    expect(planned({ kind: 'budget', counter: 'x', atLeast: 1 }, '-2')).toEqual({
      kind: 'budget',
      counter: 'x',
      atLeast: -2,
    })
    const refused = (criterion: Criterion, threshold: string) => () => planned(criterion, threshold)
    expect(refused({ kind: 'improvement', atLeast: 0.05 }, '500%')).toThrow(
      /^--threshold 500%: an improvement lies between 0 and 100 %; give e\.g\. 5% or 0\.05$/,
    )
    expect(refused({ kind: 'improvement', atLeast: 0.05 }, '0')).toThrow(/^--threshold 0%: /)
    expect(refused({ kind: 'improvement', atLeast: 0.05 }, '-5%')).toThrow(/^--threshold -5%: /)
    expect(refused({ kind: 'equivalence', within: 0.05 }, '1')).toThrow(
      /the limit of equivalence lies between 0 and 100 %/,
    )
    for (const kind of ['non-inferiority', 'regression'] as const)
      expect(refused({ kind, atMost: 0.05 }, '10')).toThrow(
        /^--threshold 10: give 10% or 0\.1: a number without % is a fraction, and the limit of .* would be 1000 %$/,
      )
    expect(refused({ kind: 'non-inferiority', atMost: 0.05 }, '0')).toThrow(
      /the limit of non-inferiority is above 0/,
    )
  })

  it('takes criterion and metric from the layer unless given, and flags for the metric', () => {
    expect(plan('faster')).toMatchObject({
      criterion: { atLeast: 0.05 },
      metric: 'cpu',
      nodeFlags: ['--single-threaded-gc', '--no-concurrent-recompilation', '--expose-gc'],
    })
    expect(plan('faster', [], { threshold: '8%', metric: 'wall' })).toMatchObject({
      criterion: { atLeast: 0.08 },
      metric: 'wall',
      nodeFlags: ['--expose-gc'],
    })
  })

  it('holds the digest of the measured code, and another one for a foreign suite', () => {
    const own = plan('faster')
    expect(own.dist).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(
      plan('faster', [], {}, { ...ownSuite(suite), foreignFile: fixture('kernel-suite.mjs') }).dist,
    ).not.toBe(own.dist)
  })

  it('is refused for a layer that the suite does not have', () => {
    expect(() => plan('fastr')).toThrow(
      'unknown layer fastr; did you mean faster? known: identity, faster, faster-12, slower, last',
    )
  })
})
