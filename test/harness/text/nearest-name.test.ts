import { describe, expect, it } from 'vitest'
import { findNamed, nearestName } from '../../../harness/text/nearest-name.js'

describe('names', () => {
  const known = ['layer0-control', 'layer1', 'layer1.asset-list']

  it('suggests the nearest valid name, or none if all differ too much', () => {
    expect(nearestName('laier1', known)).toBe('layer1')
    expect(nearestName('layer1.assets', known)).toBe('layer1.asset-list')
    expect(nearestName('zzzzzzzzzzzzzzzzzz', known)).toBeUndefined()
  })

  it('refuses an unknown name and lists the valid ones', () => {
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
