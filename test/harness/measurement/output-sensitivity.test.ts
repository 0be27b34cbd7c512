import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ContractError,
  canonicalOf,
  checkOutcome,
} from '../../../harness/measurement/outcome-contract.js'
import { isHollow, refuseBlindCanonical } from '../../../harness/measurement/output-sensitivity.js'

const workload = (canonical: (output: never) => unknown) => ({
  id: 'w',
  canonical: canonical as (output: unknown) => string,
})

function judge(canonical: (output: never) => unknown, output: unknown): void {
  const one = workload(canonical)
  refuseBlindCanonical(one, output, canonicalOf(one, output))
}

describe('a canonical form', () => {
  it.each([
    ['a constant', () => 'x', { sum: 1 }],
    ['nothing but a class', (o: object) => String(o), { sum: 1 }],
    ['nothing but a type', (o: unknown) => typeof o, 5],
    ['constant bytes', () => new Uint8Array([1]), [1, 2]],
    ['what a closure keeps', () => String(Math.PI), new Float64Array(3)],
  ])('of %s is refused, since it is the same for changed outputs', (_, canonical, output) => {
    expect(() => judge(canonical, output)).toThrow(ContractError)
    expect(() => judge(canonical, output)).toThrow(/^workload w: canonical returns .* for every/)
  })

  it.each([
    ['a rounded sum', (o: { sum: number }) => String(Math.round(o.sum / 1e6)), { sum: 5 }],
    ['a count', (o: number[]) => String(o.length), [1, 2]],
    ['one flag', (o: { ok: boolean }) => (o.ok ? 'yes' : 'no'), { ok: true, other: 4 }],
    ['a big integer', (o: bigint) => String(o), 10n ** 30n],
    ['bytes', (o: Uint8Array) => o, new Uint8Array([1, 2, 3])],
    ['decimals', (o: Float64Array) => o, new Float64Array([0.5])],
    ['a map', (o: Map<string, number>) => JSON.stringify([...o]), new Map([['a', 1]])],
    ['a set', (o: Set<number>) => String(o.size), new Set([1])],
    ['a date', (o: Date) => o.toISOString(), new Date(0)],
    ['the fills of an empty list', (o: number[]) => o.join(), []],
    [
      'a method of the output',
      (o: { text(): string }) => o.text(),
      new (class {
        readonly value = 3
        text() {
          return `value ${this.value}`
        }
      })(),
    ],
    [
      'a private field',
      (o: { text(): string }) => o.text(),
      new (class {
        readonly #value = 3
        text() {
          return `value ${this.#value}`
        }
      })(),
    ],
  ])('of %s is accepted', (_, canonical, output) => {
    expect(() => judge(canonical as (output: never) => unknown, output)).not.toThrow()
  })

  it('is accepted for any JSON value it writes down', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (output) => {
        fc.pre(output !== null)
        expect(() => judge((o: unknown) => JSON.stringify(o), output)).not.toThrow()
      }),
      { numRuns: 1000 },
    )
  })

  it.each([[5], [undefined], [{ text: 'x' }], [Promise.resolve('x')]])(
    'that is %s is neither text nor bytes',
    (value) => {
      expect(() =>
        canonicalOf(
          workload(() => value),
          1,
        ),
      ).toThrow(/^workload w: canonical returned .*; return a string or a Uint8Array/)
    },
  )

  it('may refer to itself', () => {
    const ring: { value: number; self?: unknown } = { value: 1 }
    ring.self = ring
    expect(() => judge((o: { value: number }) => String(o.value), ring)).not.toThrow()
    expect(isHollow(ring)).toBe(false)
  })
})

describe('an outcome', () => {
  it.each([
    [undefined, /run returned undefined, so there is no result to compare; return \{ output \}/],
    [833_082, /run returned 833082, so/],
    ['text', /run returned the text 'text', so/],
    [{}, /run returned the output undefined, so/],
    [{ output: null }, /run returned the output null, so/],
    [{ output: Promise.resolve(1) }, /a promise as its output/],
    [{ output: 1, counters: { hits: Number.NaN } }, /counter hits is NaN; give a finite number/],
    [{ output: 1, counters: { hits: '3' } }, /counter hits is the text '3'/],
    [{ output: 1, counters: [1] }, /counters is an array/],
    [{ output: 1, work: { unit: 'bars', amount: -1 } }, /work is an object with unit .* amount -1/],
    [{ output: 1, work: 5 }, /work is 5 with unit undefined/],
  ])('%j is refused with the reason', (outcome, message) => {
    const check = () => checkOutcome({ id: 'w' }, outcome as never)
    expect(check).toThrow(ContractError)
    expect(check).toThrow(message)
  })

  it('with output, counters and work is passed on', () => {
    const outcome = { output: 0, counters: { hits: -1 }, work: { unit: 'bars', amount: 0 } }
    expect(checkOutcome({ id: 'w' }, outcome)).toBe(outcome)
  })
})

describe('an output without any value', () => {
  it.each([[''], [[]], [{}], [{ fills: [], trades: {} }], [new Map()], [new Uint8Array()]])(
    '%j is hollow',
    (output) => expect(isHollow(output)).toBe(true),
  )
  it.each([[0], [false], [{ fills: [0] }], [new Date(0)], [new Uint8Array(1)], [[['x']]]])(
    '%j is not',
    (output) => expect(isHollow(output)).toBe(false),
  )
})
