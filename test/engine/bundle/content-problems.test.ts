import { describe, expect, it } from 'vitest'
import { memoryBundle } from '../../../engine/bundle/memory-bundle.js'
import type { Adjustment } from '../../../engine/market/adjustments.js'
import { Money } from '../../../engine/market/money.js'
import { bars, smallContent } from './bundle-cases.js'

/** AAA closes at 100 on the first session, then only on the last. */
function halted(...adjustments: readonly (readonly [number, Adjustment['kind'], string])[]) {
  return memoryBundle({
    ...smallContent(),
    bars: [bars('AAA', [99_999_995, 40_000_000], [0, 4])],
    adjustments: adjustments.map(([session, kind, value]) => ({
      asset: 'AAA',
      session,
      kind,
      value: new Money(value),
    })),
  })
}

describe('a dividend against the close before it', () => {
  it('is compared in shares of that close, whatever splits came since', () => {
    for (const sound of ['1', '49.999999'])
      expect(halted([1, 'split', '2'], [2, 'dividend', sound]).manifest.rows.adjustments).toBe(2)
    expect(() => halted([1, 'split', '2'], [2, 'dividend', '50'])).toThrow(
      'bundle small: dividend 50 of AAA on 2014-06-04 is not smaller than the close before it; correct it',
    )
    expect(() => halted([1, 'split', '2'], [3, 'split', '2'], [3, 'dividend', '25'])).toThrow(
      /dividend 25 of AAA/,
    )
    expect(halted([1, 'split', '0.5'], [3, 'dividend', '199']).manifest.rows.adjustments).toBe(2)
  })

  it('ignores splits already in that close, and those after the dividend', () => {
    expect(
      halted([0, 'split', '3'], [1, 'dividend', '99'], [2, 'split', '3']).manifest.rows.adjustments,
    ).toBe(3)
  })
})
