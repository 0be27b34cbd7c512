import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LONGEST_KEYED_WINDOW, WindowKeys } from '../../../engine/cache/window-keys.js'
import { FIELDS, type Field } from '../../../engine/index.js'
import { SOME_FIELDS } from './history-visits.js'

const window = fc.record({
  series: fc.constantFrom('A', 'B'),
  epoch: fc.integer({ min: -1, max: 2 }),
  form: fc.constantFrom<Field | readonly Field[]>(...FIELDS, ...SOME_FIELDS),
  end: fc.oneof(
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: LONGEST_KEYED_WINDOW - 2, max: LONGEST_KEYED_WINDOW + 9 }),
  ),
  fewer: fc.oneof(fc.nat({ max: 8 }), fc.nat({ max: LONGEST_KEYED_WINDOW })),
  forget: fc.nat({ max: 9 }).map((roll) => roll === 0),
})

describe('window keys', () => {
  it('are safe integers, one per window and unique, also after everything was cleared', () => {
    fc.assert(
      fc.property(fc.array(window, { maxLength: 40 }), (windows) => {
        const keys = new WindowKeys()
        const meaning = new Map<number, string>()
        for (const { series, epoch, form, end, fewer, forget } of windows) {
          if (forget) keys.clear()
          const barCount = Math.max(1, end - fewer)
          const ofEpoch = keys.series(series, LONGEST_KEYED_WINDOW + 10).epoch(epoch)
          const ask = () =>
            typeof form === 'string'
              ? ofEpoch.ofArray(form, end, barCount)
              : ofEpoch.ofFrame(form, end, barCount)
          const key = ask()
          expect(ask()).toBe(key)
          if (barCount > LONGEST_KEYED_WINDOW) expect(key).toBeUndefined()
          else {
            expect(Number.isSafeInteger(key) && key! > 0).toBe(true)
            const means = JSON.stringify([series, epoch, form, end, barCount])
            expect(meaning.get(key!) ?? means).toBe(means)
            meaning.set(key!, means)
          }
        }
      }),
      { numRuns: 1500 },
    )
  })

  it('end with the last integer, and keys given before stay valid', () => {
    const keys = new WindowKeys(8)
    const first = keys.series('A', 2).epoch(-1)
    expect([
      first.ofArray('open', 1, 1),
      first.ofArray('open', 2, 1),
      first.ofArray('open', 2, 2),
    ]).toEqual([1, 3, 4])
    expect(first.ofFrame(['open'], 2, 2)).toBe(8)
    expect(first.ofArray('close', 1, 1)).toBeUndefined()
    expect(keys.series('B', 2).epoch(-1).ofArray('open', 1, 1)).toBeUndefined()
    expect(first.ofArray('open', 2, 2)).toBe(4)
  })

  it('exist only for known fields and possible lengths', () => {
    const keys = new WindowKeys(4).series('A', 2).epoch(-1)
    expect(keys.ofArray('constructor' as Field, 1, 1)).toBeUndefined()
    expect(keys.ofFrame(['close', 'vwap' as Field], 1, 1)).toBeUndefined()
    expect(keys.ofFrame(Array(7).fill('close'), 1, 1)).toBeUndefined()
    expect(keys.ofArray('close', 1, 1)).toBe(1)
  })

  it('suffice for ten million columns of 25 years of days', () => {
    const keys = new WindowKeys()
    let key: number | undefined
    for (let i = 0; i < 1000; i++) key = keys.series('A', 6300).epoch(i).ofArray('close', 6300, 200)
    expect(Number.isSafeInteger(key! * 10_000)).toBe(true)
  })
})
