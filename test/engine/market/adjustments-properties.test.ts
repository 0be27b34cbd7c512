import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { type Adjustment, adjustmentTimeline, type DividendPolicy } from '../../../engine/market/adjustments.js'
import type { Bars, Field } from '../../../engine/market/bars.js'
import { divideHalfEven } from '../../../engine/market/money.js'
import { barsOf, consecutive, dividend, SCALES, split } from './market-cases.js'

const LENGTH = 14
const FIELDS: readonly Field[] = ['open', 'close', 'volume', 'price']

/** Closes from 10 to 4000 with six places, half of them missing, so that halts straddle events; the first always trades. */
const closes = fc
  .array(fc.option(fc.integer({ min: 10e6, max: 4000e6 }), { nil: undefined, freq: 2 }), {
    minLength: LENGTH - 1,
    maxLength: LENGTH - 1,
  })
  .chain((rest) => fc.integer({ min: 10e6, max: 4000e6 }).map((first) => [first, ...rest]))

/** At most one split and one dividend per session; several splits in one halt can make a dividend too large, which is an error. */
const events = fc
  .uniqueArray(
    fc.record({
      session: fc.integer({ min: 0, max: LENGTH - 1 }),
      kind: fc.constantFrom('split', 'dividend'),
      ratio: fc.constantFrom('2', '7', '1.5', '0.2', '1.25', '0.333333333', '3'),
      cash: fc.integer({ min: 1, max: 999_999_999 }),
    }),
    { maxLength: 8, selector: ({ session, kind }) => `${session} ${kind}` },
  )
  .map((list) =>
    list.map(({ session, kind, ratio, cash }) =>
      kind === 'split' ? split(session, ratio) : dividend(session, (cash / 1e9).toFixed(9)),
    ),
  )

const policy = fc.constantFrom<DividendPolicy>('prior-close', 'ex-close')

describe('adjustment timeline against an obvious twin', () => {
  test.prop([closes, events, policy, fc.boolean()], { numRuns: 1500 })(
    'shows the same bits from every session',
    (ticks, list, how, open) => {
      const bars = barsOf(ticks)
      if (how === 'prior-close' && list.some((event) => isTooLarge(bars, list, event))) {
        expect(() => adjustmentTimeline(bars, list, how, SCALES, consecutive(LENGTH))).toThrow(/is not smaller than the close/)
        return
      }
      const line = adjustmentTimeline(bars, list, how, SCALES, consecutive(LENGTH))
      for (let t = 0; t < LENGTH; t++) {
        const seen = open ? t - 1 : t
        const epoch = line.epochAt(t, open ? 'before-open' : 'bar')
        for (const field of FIELDS) {
          expect(Array.from(line.column(field, epoch).subarray(0, seen + 1))).toEqual(slowWindow(bars, list, how, field, t, seen))
        }
      }
    },
  )

  test.prop([closes, events, policy], { numRuns: 1500 })(
    'never looks ahead: truncated history gives the same columns',
    (ticks, list, how) => {
      fc.pre(how === 'ex-close' || !list.some((event) => isTooLarge(barsOf(ticks), list, event)))
      const whole = adjustmentTimeline(barsOf(ticks), list, how, SCALES, consecutive(LENGTH))
      for (let t = 0; t < LENGTH; t++) {
        const past = list.filter(({ session }) => session <= t)
        const truncated = adjustmentTimeline(barsOf(ticks.slice(0, t + 1)), past, how, SCALES, consecutive(t + 1))
        for (const field of FIELDS) {
          const now = whole.column(field, whole.epochAt(t)).subarray(0, t + 1)
          if (!ticks.slice(0, t + 1).includes(undefined) && field === 'price')
            expect(now).toEqual(whole.column('close', whole.epochAt(t)).subarray(0, t + 1))
          expect(truncated.column(field, truncated.epochAt(t))).toEqual(now)
        }
      }
    },
  )
})

/** All in bigint, bar by bar, each factor worked out anew from the definition. */
function slowWindow(
  bars: Bars,
  list: readonly Adjustment[],
  how: DividendPolicy,
  field: Field,
  t: number,
  last: number,
): number[] {
  const out: number[] = []
  for (let i = 0; i <= last; i++) {
    const source = field === 'price' ? lastTraded(bars, i) : i
    const raw = source < 0 ? Number.NaN : bars[field === 'price' ? 'close' : field][source]!
    if (Number.isNaN(raw)) {
      out.push(raw)
      continue
    }
    let [n, d] = [1n, 1n]
    for (const event of list) {
      if (event.session <= source || event.session > t) continue
      const [fn, fd] = slowFactor(bars, list, event, how, field, t, last)
      n *= fn
      d *= fd
    }
    const power = field === 'volume' ? 1e4 : 1e6
    out.push(Number(divideHalfEven(BigInt(Math.round(raw * power)) * n, d)) / power)
  }
  return out
}

const NANO = 10n ** 9n

function slowFactor(
  bars: Bars,
  list: readonly Adjustment[],
  event: Adjustment,
  how: DividendPolicy,
  field: Field,
  t: number,
  last: number,
): [bigint, bigint] {
  const value = nano(event.value)
  if (event.kind === 'split') return field === 'volume' ? [value, NANO] : [NANO, value]
  if (field === 'volume') return [1n, 1n]
  if (how === 'ex-close') {
    let index = event.session
    while (index <= Math.min(t, last) && Number.isNaN(bars.close[index])) index++
    if (index > Math.min(t, last)) return [1n, 1n]
    const [ratio, unit] = splitsBetween(list, event.session, index)
    const after = nanoClose(bars, index) * ratio
    return [after, after + value * unit]
  }
  const [cash, before] = againstPriorClose(bars, list, event)
  return [before - cash, before]
}

/** A dividend and the last close before it, both in shares of that close and in one unit. */
function againstPriorClose(bars: Bars, list: readonly Adjustment[], event: Adjustment): [bigint, bigint] {
  const index = lastTraded(bars, event.session - 1)
  const [ratio, unit] = splitsBetween(list, index, event.session)
  return [nano(event.value) * ratio, nanoClose(bars, index) * unit]
}

function isTooLarge(bars: Bars, list: readonly Adjustment[], event: Adjustment): boolean {
  if (event.kind === 'split' || event.session === 0) return false
  const [cash, before] = againstPriorClose(bars, list, event)
  return cash >= before
}

/** Session by session: new shares at `upTo` for `unit` shares at `after`. */
function splitsBetween(list: readonly Adjustment[], after: number, upTo: number): [bigint, bigint] {
  let [ratio, unit] = [1n, 1n]
  for (let session = after + 1; session <= upTo; session++) {
    for (const event of list) {
      if (event.kind !== 'split' || event.session !== session) continue
      ratio *= nano(event.value)
      unit *= NANO
    }
  }
  return [ratio, unit]
}

function nano(value: Adjustment['value']): bigint {
  return BigInt(value.times(1e9).toFixed())
}

function nanoClose(bars: Bars, index: number): bigint {
  return BigInt(Math.round(bars.close[index]! * 1e6)) * 1000n
}

function lastTraded(bars: Bars, from: number): number {
  let index = from
  while (index >= 0 && Number.isNaN(bars.close[index])) index--
  return index
}
