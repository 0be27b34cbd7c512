import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { type Adjustment, adjustmentTimeline, type DividendPolicy } from '../../../engine/market/adjustments.js'
import type { Bars, Field } from '../../../engine/market/bars.js'
import { divideHalfEven } from '../../../engine/market/money.js'
import { barsOf, consecutive, dividend, SCALES, split } from './market-cases.js'

const LENGTH = 14
const FIELDS: readonly Field[] = ['open', 'close', 'volume', 'price']

/** Closes from 10 to 4000 with six places, some missing; the first always trades. */
const closes = fc
  .array(fc.option(fc.integer({ min: 10e6, max: 4000e6 }), { nil: undefined, freq: 5 }), {
    minLength: LENGTH - 1,
    maxLength: LENGTH - 1,
  })
  .chain((rest) => fc.integer({ min: 10e6, max: 4000e6 }).map((first) => [first, ...rest]))

/** At most one split and one dividend per session; dividends below any close even after the largest split. */
const events = fc
  .uniqueArray(
    fc.record({
      session: fc.integer({ min: 0, max: LENGTH - 1 }),
      kind: fc.constantFrom('split', 'dividend'),
      ratio: fc.constantFrom('2', '7', '1.5', '0.1', '1.25', '0.333333333', '3'),
      cash: fc.integer({ min: 1, max: 999_999_999 }),
    }),
    { maxLength: 6, selector: ({ session, kind }) => `${session} ${kind}` },
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
  const nano = (value: Adjustment['value']) => BigInt(value.times(1e9).toFixed())
  const value = nano(event.value)
  if (event.kind === 'split') return field === 'volume' ? [value, NANO] : [NANO, value]
  if (field === 'volume') return [1n, 1n]
  const ticks = (index: number) => BigInt(Math.round(bars.close[index]! * 1e6)) * 1000n
  if (how === 'ex-close') {
    let index = event.session
    while (index <= Math.min(t, last) && Number.isNaN(bars.close[index])) index++
    return index > Math.min(t, last) ? [1n, 1n] : [ticks(index), ticks(index) + value]
  }
  const sameDay = list.find(({ session, kind }) => session === event.session && kind === 'split')
  const ratio = sameDay === undefined ? NANO : nano(sameDay.value)
  const before = ticks(lastTraded(bars, event.session - 1)) * NANO
  return [before - value * ratio, before]
}

function lastTraded(bars: Bars, from: number): number {
  let index = from
  while (index >= 0 && Number.isNaN(bars.close[index])) index--
  return index
}
