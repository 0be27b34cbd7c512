import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { exact } from '../../../engine/market/exact.js'
import { divideHalfEven } from '../../../engine/market/money.js'
import {
  exactShares,
  type Shares,
  sharesAsNumber,
  sharesLess,
  sharesOfUnits,
  sharesSum,
  shareUnits,
  wholeShares,
  worth,
} from '../../../engine/market/shares.js'
import {
  difference,
  divided,
  fractionOf,
  negated,
  product,
  signOf,
  sum,
  type Whole,
  wholeOf,
} from '../../../engine/market/whole.js'

const LIMIT = 2n ** 53n - 1n
/** Values of every size, many of them at the limits of doubles. */
const big = fc.oneof(
  fc.bigInt({ min: -1000n, max: 1000n }),
  fc.bigInt({ min: -LIMIT, max: LIMIT }),
  fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
  fc.tuple(fc.constantFrom(LIMIT, -LIMIT, 2n ** 52n), fc.bigInt(-3n, 3n)).map(([a, b]) => a + b),
)
const positive = big.map((value) => (value < 0n ? -value : value) + 1n)

/** The normal form, found by another rule. */
function isNormal(value: Whole): boolean {
  return typeof value === 'number'
    ? Number.isSafeInteger(value) && !Object.is(value, -0)
    : !Number.isSafeInteger(Number(value)) || BigInt(Number(value)) !== value
}

describe('whole numbers', () => {
  test.prop([big, big], { numRuns: 1000 })('add, subtract and multiply as bigints do', (a, b) => {
    const [x, y] = [wholeOf(a), wholeOf(b)]
    const results = [sum(x, y), difference(x, y), product(x, y), negated(x)]
    expect(results.map(BigInt)).toEqual([a + b, a - b, a * b, -a])
    expect(results.filter((value) => !isNormal(value))).toEqual([])
    expect(signOf(x)).toBe(a > 0n ? 1 : a < 0n ? -1 : 0)
    expect([x < y, x > y, x === y]).toEqual([a < b, a > b, a === b])
  })

  test.prop([big, positive], { numRuns: 1000 })('divide half-even as bigints do', (a, b) => {
    const result = divided(wholeOf(a), wholeOf(b))
    expect(BigInt(result)).toBe(divideHalfEven(a, b))
    expect(isNormal(result)).toBe(true)
  })

  test.prop([fc.bigInt({ min: 0n, max: 2n ** 51n }), fc.integer({ min: 1, max: 20_000 })], {
    numRuns: 1000,
  })('divide half-even near ties, where doubles decide', (half, b) => {
    for (const offset of [-1n, 0n, 1n]) {
      const a = half + offset
      if (a >= 0n) expect(BigInt(divided(Number(a), b))).toBe(divideHalfEven(a, BigInt(b)))
    }
    const tie = (BigInt(b) * (half % 10_000n) * 2n + BigInt(b)) / 2n
    expect(BigInt(divided(Number(tie), b))).toBe(divideHalfEven(tie, BigInt(b)))
  })

  it('have no −0', () => {
    expect(
      [product(0, -5), negated(0), sum(-3, 3), divided(0, 7)].map((v) => Object.is(v, 0)),
    ).toEqual([true, true, true, true])
  })

  it('are made from decimals as quotients', () => {
    expect(fractionOf('0.25')).toEqual({ top: 25, bottom: 100 })
    expect(fractionOf('0.25', 1)).toEqual({ top: 25, bottom: 10 })
    expect(fractionOf('3', 6)).toEqual({ top: 3_000_000, bottom: 1 })
  })
})

describe('shares', () => {
  test.prop([big, big], { numRuns: 1000 })('add and subtract as bigint units do', (a, b) => {
    const [x, y] = [sharesOfUnits(a), sharesOfUnits(b)]
    const results: Shares[] = [sharesSum(x, y), sharesLess(x, y), wholeShares(a)]
    expect(results.map(shareUnits)).toEqual([a + b, a - b, (a / 10n ** 8n) * 10n ** 8n])
    for (const result of results)
      expect(typeof result === 'number').toBe(
        shareUnits(result) % 10n ** 8n === 0n &&
          Number.isSafeInteger(Number(shareUnits(result) / 10n ** 8n)),
      )
  })

  test.prop([big, big], { numRuns: 1000 })('are worth their product, rounded once', (a, ticks) => {
    const value = worth(sharesOfUnits(a), wholeOf(ticks))
    expect(BigInt(value)).toBe(divideHalfEven(a * ticks, 10n ** 8n))
  })

  test.prop([big])('have the nearest double of their decimal', (units) => {
    const shares = sharesOfUnits(units)
    expect(exactShares(shares).times(1e8).eq(exact(units.toString()))).toBe(true)
    expect(sharesAsNumber(shares)).toBe(Number(`${units}e-8`))
  })
})
