import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { adjustmentTimeline } from '../../../engine/market/adjustment-timeline.js'
import type { DividendPolicy } from '../../../engine/market/adjustments.js'
import type { Field } from '../../../engine/market/bars.js'
import { drawn } from '../../fixtures/drawn.js'
import { barsOf, consecutive, dividend, SCALES, split } from './market-cases.js'
import { isTooLarge, slowWindow } from './slow-window.js'

const LENGTH = 14
const FIELDS: readonly Field[] = ['open', 'close', 'volume', 'price']

/**
 * Closes from 10 to 4000 with six places, half of them missing, so that halts straddle events; the
 * first always trades.
 */
const closes = fc
  .array(fc.option(fc.integer({ min: 10e6, max: 4000e6 }), { nil: undefined, freq: 2 }), {
    minLength: LENGTH - 1,
    maxLength: LENGTH - 1,
  })
  .chain((rest) => fc.integer({ min: 10e6, max: 4000e6 }).map((first) => [first, ...rest]))

/**
 * At most one split and one dividend per session; several splits in one halt can make a dividend
 * too large, which is an error.
 */
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
  test.prop([closes, events, policy, fc.boolean()], { numRuns: drawn(1500) })(
    'shows the same bits from every session',
    (ticks, list, how, open) => {
      const bars = barsOf(ticks)
      if (how === 'prior-close' && list.some((event) => isTooLarge(bars, list, event))) {
        expect(() => adjustmentTimeline(bars, list, how, SCALES, consecutive(LENGTH))).toThrow(
          /is not smaller than the close/,
        )
        return
      }
      const line = adjustmentTimeline(bars, list, how, SCALES, consecutive(LENGTH))
      const shown: Record<string, number[]> = {}
      const obvious: Record<string, number[]> = {}
      for (let t = 0; t < LENGTH; t++) {
        const seen = open ? t - 1 : t
        const epoch = line.epochAt(t, open ? 'before-open' : 'bar')
        for (const field of FIELDS) {
          shown[`${field} in session ${t}`] = Array.from(
            line.column(field, epoch).subarray(0, seen + 1),
          )
          obvious[`${field} in session ${t}`] = slowWindow(bars, list, how, field, t, seen)
        }
      }
      expect(shown).toEqual(obvious)
    },
  )

  test.prop([closes, events, policy, fc.nat(LENGTH), fc.nat(LENGTH)], { numRuns: drawn(1500) })(
    'gives a part of a column as the whole column has it',
    (ticks, list, how, a, b) => {
      const bars = barsOf(ticks)
      fc.pre(how === 'ex-close' || !list.some((event) => isTooLarge(bars, list, event)))
      const [from, to] = [Math.min(a, b), Math.max(a, b)]
      const lineOf = () => adjustmentTimeline(bars, list, how, SCALES, consecutive(LENGTH))
      for (let epoch = -1; epoch < lineOf().events; epoch++)
        for (const field of FIELDS) {
          const part = lineOf().ticksBetween(field, epoch, from, to)
          expect(part, `${field} in epoch ${epoch}`).toEqual(
            lineOf().ticks(field, epoch).slice(from, to),
          )
        }
    },
  )

  test.prop([closes, events, policy], { numRuns: drawn(1500) })(
    'never looks ahead: truncated history gives the same columns',
    (ticks, list, how) => {
      fc.pre(how === 'ex-close' || !list.some((event) => isTooLarge(barsOf(ticks), list, event)))
      const whole = adjustmentTimeline(barsOf(ticks), list, how, SCALES, consecutive(LENGTH))
      const withoutFuture: Record<string, Float64Array> = {}
      const withFuture: Record<string, Float64Array> = {}
      for (let t = 0; t < LENGTH; t++) {
        const past = list.filter(({ session }) => session <= t)
        const truncated = adjustmentTimeline(
          barsOf(ticks.slice(0, t + 1)),
          past,
          how,
          SCALES,
          consecutive(t + 1),
        )
        for (const field of FIELDS) {
          const now = whole.column(field, whole.epochAt(t)).subarray(0, t + 1)
          if (!ticks.slice(0, t + 1).includes(undefined) && field === 'price')
            expect(now).toEqual(whole.column('close', whole.epochAt(t)).subarray(0, t + 1))
          withoutFuture[`${field} in session ${t}`] = truncated.column(field, truncated.epochAt(t))
          withFuture[`${field} in session ${t}`] = now
        }
      }
      expect(withoutFuture).toEqual(withFuture)
    },
  )
})
