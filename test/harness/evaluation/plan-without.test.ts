import { describe, expect, it } from 'vitest'
import { evaluateCommand } from '../../../harness/cli/evaluate-command.js'
import type { SequenceCommand } from '../../../harness/cli/evaluate-sequence.js'
import type { Suite } from '../../../harness/contract.js'
import { planWithout } from '../../../harness/evaluation/plan-without.js'
import { checkSuite } from '../../../harness/measurement/check-suite.js'
import { ownSuite } from '../../../harness/measurement/load-suite.js'
import { kernelSuite } from '../../fixtures/bench.js'
import { parseWords } from '../cli/parse-words.js'

const words = ['all', '--leave-one-out', '--scale', 'smoke', '--standing', '--seed', '7']
const sequence = parseWords(evaluateCommand, words) as SequenceCommand

describe('the comparison that leaves a layer out', () => {
  it('is planned at one look, with a fresh seed, on the targets of the layer', () => {
    const draft = planWithout(
      sequence.summary,
      ownSuite(kernelSuite),
      { layer: 'faster', stack: ['faster', 'faster-12'], others: ['faster-12'] },
      [],
      '0',
    )
    expect(draft).toMatchObject({
      layer: 'all-but-faster',
      criterion: { kind: 'improvement', atLeast: 0.05 },
      stacks: { baseline: [], incumbent: ['faster-12'], candidate: ['faster', 'faster-12'] },
      regime: { looks: [20], fixed: true },
      supersedes: null,
      command: 'npx assay evaluate all --scale smoke --seed 7 --leave-one-out --standing',
    })
    expect(draft.workloads.map(({ id, role }) => [id, role])).toEqual([['spin', 'target']])
    expect(draft.seed).not.toBe(7)
  })

  it('belongs to all layers: the command of one layer is without it, and refuses it', () => {
    expect(sequence.leaveOneOut).toBe(true)
    const { text } = sequence.layer('faster', [])
    expect(text).toBe('npx assay evaluate faster --scale smoke --seed 7 --incumbent none')
    expect(() => parseWords(evaluateCommand, ['faster', '--leave-one-out'])).toThrow(
      '--leave-one-out: faster is one layer; use it with evaluate all',
    )
  })

  it('cannot be confused with a layer of a suite', () => {
    const [layer] = kernelSuite.layers
    const suite: Suite = { ...kernelSuite, layers: [{ ...layer!, id: 'all-but-faster' }] }
    expect(() => checkSuite(suite, 'the suite')).toThrow(
      'the suite: a layer has the id all-but-faster, which stands for all layers but one; give it another id',
    )
  })
})
