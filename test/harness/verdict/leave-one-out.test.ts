import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import type { Sequence } from '../../../harness/evidence/sequence-evidence.js'
import { toSequenceRecord } from '../../../harness/record/sequence-record.js'
import { lastWorths, stacksWithout } from '../../../harness/verdict/leave-one-out.js'
import { changeOf, sequenceOf, summedSequence } from './sequences.js'
import { sha } from './simulated-evidence.js'

const left = (layer: string, others: readonly string[], gain: number | undefined, se = 0.005) => ({
  layer,
  step: {
    record: `0020-all-but-${layer}`,
    sha256: sha(layer),
    verdict: 'accepted' as const,
    equivalent: gain !== undefined,
    incumbent: [...others],
    workloads:
      gain === undefined
        ? []
        : ['grid-search', 'walk-forward'].map((id) => ({
            id,
            role: 'target' as const,
            additional: changeOf(gain, se),
          })),
  },
})

const whole: Sequence = {
  ...summedSequence,
  leftOut: [left('layer1', ['layer2'], 0.1), left('layer2', ['layer1'], 0.36)],
}

describe('the stacks without one layer', () => {
  it('are one for each accepted layer, in order; a single layer is not left out', () => {
    expect(stacksWithout(['a', 'b', 'c'])).toEqual([
      { layer: 'a', others: ['b', 'c'] },
      { layer: 'b', others: ['a', 'c'] },
      { layer: 'c', others: ['a', 'b'] },
    ])
    expect(stacksWithout(['a'])).toEqual([])
    expect(stacksWithout([])).toEqual([])
  })
})

describe('what a layer is worth last', () => {
  it('stands beside what it was worth when it was accepted, with intervals', () => {
    const [layer1, layer2] = toSequenceRecord(whole).leftOut!
    // ln 0.68 and ln 0.6 average to ln 0.63875; last, both targets gain 10 %.
    expect(layer1).toMatchObject({
      layer: 'layer1',
      record: '0020-all-but-layer1',
      accepted: { improvement: expect.closeTo(1 - Math.sqrt(0.68 * 0.6), 10) },
      last: { improvement: expect.closeTo(0.1, 10) },
      shift: { improvement: expect.closeTo(1 - 0.9 / Math.sqrt(0.68 * 0.6), 10) },
    })
    expect(layer1!.shift!.ci95![1]).toBeLessThan(0)
    expect(layer2!.shift!.ci95![0]).toBeLessThan(0)
    expect(layer2!.shift!.ci95![1]).toBeGreaterThan(0)
    expect(toSequenceRecord(summedSequence)).not.toHaveProperty('leftOut')
  })

  it('is absent where the results without the layer differ', () => {
    const leftOut = [left('layer1', ['layer2'], undefined), left('layer2', ['layer1'], 0.3)]
    const [layer1] = toSequenceRecord({ ...whole, leftOut }).leftOut!
    expect(layer1).toMatchObject({ equivalent: false })
    expect(layer1).not.toHaveProperty('last')
    expect(layer1).not.toHaveProperty('shift')
  })

  it.each([
    ['a layer is missing', [left('layer1', ['layer2'], 0.1)]],
    ['another order', [left('layer2', ['layer1'], 0.3), left('layer1', ['layer2'], 0.1)]],
    [
      'a layer was not accepted',
      [left('layer1', ['layer2'], 0.1), left('layer3', ['layer1'], 0.1)],
    ],
    ['another stack', [left('layer1', ['layer2'], 0.1), left('layer2', [], 0.3)]],
  ])('is refused if %s', (_, leftOut) => {
    expect(() => toSequenceRecord({ ...summedSequence, leftOut })).toThrow(
      /^sequence\.json contradicts itself/,
    )
  })

  const gain = fc.double({ min: -0.5, max: 0.8, noNaN: true })
  const se = fc.double({ min: 0.001, max: 0.05, noNaN: true })
  test.prop([gain, gain, se, se])('differs by its two independent errors', (first, last, a, b) => {
    const sequence = sequenceOf([
      { id: 'x', verdict: 'accepted', gain: first, se: a },
      { id: 'y', verdict: 'accepted', gain: 0.2, incumbent: ['x'] },
    ])
    const one = { ...left('x', ['y'], undefined) }
    const step = {
      ...one.step,
      workloads: [{ id: 'spin', role: 'target' as const, additional: changeOf(last, b) }],
    }
    const leftOut = [{ ...one, step }, left('y', ['x'], undefined)]
    const [worth] = lastWorths({ ...sequence, leftOut }, ['x', 'y'])
    expect(worth!.shift!.m).toBeCloseTo(Math.log1p(-last) - Math.log1p(-first), 9)
    expect(worth!.shift!.se).toBeCloseTo(Math.hypot(a, b), 9)
  })
})
