import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  checkJsonData,
  exactJson,
  parseExactJson,
} from '../../../../engine/execution/queue/exact-json.js'

describe('exact JSON', () => {
  test.prop([
    fc.jsonValue({ noUnicodeString: false }),
    fc.array(fc.double()),
    fc.dictionary(fc.string(), fc.double()),
  ])('keeps every value and every number', (value, numbers, named) => {
    const sent = { value, numbers, named: { ...named } }
    expect(parseExactJson(exactJson(sent))).toStrictEqual(sent)
  })

  it.each([[-0], [Number.NaN], [Number.POSITIVE_INFINITY], [Number.NEGATIVE_INFINITY], [5e-324]])(
    'keeps %s',
    (number) => {
      const { kept } = parseExactJson(exactJson({ kept: number })) as { readonly kept: number }
      expect(Object.is(kept, number)).toBe(true)
    },
  )
})

describe('data for another machine', () => {
  it.each([[undefined], [null], [{ a: [1, 'b', false, { c: null }] }], [-0]])(
    'may be %j',
    (value) => {
      expect(() => checkJsonData(value, 'options')).not.toThrow()
    },
  )

  it.each([
    [{ at: new Date() }, 'options.at'],
    [{ list: [1, new Map()] }, 'options.list[1]'],
    [{ run: () => 1 }, 'options.run'],
    [new Float64Array(2), 'options'],
    [{ big: 3n }, 'options.big'],
  ])('may not be what JSON changes, which is named: %s', (value, place) => {
    expect(() => checkJsonData(value, 'options')).toThrow(`${place} cannot be sent`)
  })
})
