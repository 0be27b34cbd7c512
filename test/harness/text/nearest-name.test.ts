import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { editDistance, findNamed, nearestName } from '../../../harness/text/nearest-name.js'

/** The definition, by recursion. */
function slowDistance(from: string, to: string): number {
  if (from === '' || to === '') return from.length + to.length
  const replaced = slowDistance(from.slice(1), to.slice(1)) + (from[0] === to[0] ? 0 : 1)
  return Math.min(
    replaced,
    slowDistance(from.slice(1), to) + 1,
    slowDistance(from, to.slice(1)) + 1,
  )
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1'), maxLength: 6 })

describe('editDistance', () => {
  test.prop([word, word], { numRuns: 1000 })('agrees with its definition', (from, to) => {
    expect(editDistance(from, to)).toBe(slowDistance(from, to))
  })
})

describe('names', () => {
  const known = ['layer0-control', 'layer1', 'layer1.asset-list']

  it('suggests the nearest, and nothing where none is near', () => {
    expect(nearestName('laier1', known)).toBe('layer1')
    expect(nearestName('layer1.assets', known)).toBe('layer1.asset-list')
    expect(nearestName('zzzzzzzzzzzzzzzzzz', known)).toBeUndefined()
  })

  it('refuses an unknown one with the known ones in the message', () => {
    const find = (name: string) => findNamed(known, (one) => one, name, 'layer')
    expect(find('layer1')).toBe('layer1')
    expect(() => find('laier1')).toThrow(
      'unknown layer laier1; did you mean layer1? known: layer0-control, layer1, layer1.asset-list',
    )
    expect(() => find('quite another')).toThrow(
      'unknown layer quite another; known: layer0-control',
    )
  })
})
