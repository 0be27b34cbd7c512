import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EngineError, FIELDS, type Field, memoryBundle } from '../../../engine/index.js'
import { adjustmentTimeline } from '../../../engine/market/adjustment-timeline.js'
import type { Adjustment, DividendPolicy } from '../../../engine/market/adjustments.js'
import type { Bars } from '../../../engine/market/bars.js'
import { AssetHistory } from '../../../engine/portal/asset-history.js'
import { Clock } from '../../../engine/portal/clock.js'
import { plainBarSource } from '../../../engine/portal/long-table.js'
import { drawn } from '../../fixtures/drawn.js'
import { contentOf, marketShape } from '../../support.js'
import { barsOf, consecutive, dividend, SCALES, split } from '../market/market-cases.js'
import { isTooLarge, slowWindow } from '../market/slow-window.js'

function historyOf(bars: Bars, events: readonly Adjustment[], policy: DividendPolicy) {
  const calendar = consecutive(bars.firstSession + bars.length)
  const clock = new Clock()
  const timeline = adjustmentTimeline(bars, events, policy, SCALES, calendar)
  return { history: new AssetHistory(bars, timeline, clock), clock }
}

const LENGTH = 12
const closes = fc
  .array(fc.option(fc.integer({ min: 10e6, max: 4000e6 }), { nil: undefined, freq: 2 }), {
    minLength: LENGTH - 1,
    maxLength: LENGTH - 1,
  })
  .chain((rest) => fc.integer({ min: 10e6, max: 4000e6 }).map((first) => [first, ...rest]))
const event = fc
  .record({
    session: fc.integer({ min: 0, max: LENGTH - 1 }),
    kind: fc.constantFrom('split', 'dividend'),
    ratio: fc.constantFrom('2', '7', '0.2', '0.333333333'),
    cash: fc.integer({ min: 1, max: 9_999 }),
  })
  .map(({ session, kind, ratio, cash }) =>
    kind === 'split' ? split(session, ratio) : dividend(session, `${cash / 1000}`),
  )
const events = fc.uniqueArray(event, {
  maxLength: 5,
  selector: ({ session, kind }) => `${session} ${kind}`,
})
const policy = fc.constantFrom<DividendPolicy>('prior-close', 'ex-close')

describe('the ticks of an asset', () => {
  it('are those of the slow twin in every view, and the floats are their nearest doubles', () => {
    const property = fc.property(closes, events, policy, (ticks, list, how) => {
      const bars = barsOf(ticks)
      fc.pre(how === 'ex-close' || !list.some((one) => isTooLarge(bars, list, one)))
      const { history, clock } = historyOf(bars, list, how)
      const seen: Record<string, readonly number[]> = {}
      const slow: Record<string, readonly number[]> = {}
      for (const [t, open] of views(LENGTH)) {
        if (open) clock.beforeOpen(t)
        else clock.atBar(t)
        const last = clock.bar
        for (const field of FIELDS) {
          const power = field === 'volume' ? 1e4 : 1e6
          const expected = slowWindow(bars, list, how, field, t, last)
          const now = expected.at(-1) ?? (field === 'volume' ? 0 : Number.NaN)
          const name = `${field} at ${last} in session ${t}`
          // Before any column of this view was made.
          seen[name] = [history.currentTicks(field) / power, history.current(field)]
          slow[name] = [now, now]
          const column = Array.from(history.ticks(field).subarray(0, last + 1))
          seen[`${name}, ticks`] = column.map((one) => one / power)
          seen[`${name}, floats`] = Array.from(history.column(field).subarray(0, last + 1))
          slow[`${name}, ticks`] = slow[`${name}, floats`] = expected
        }
      }
      expect(seen).toEqual(slow)
    })
    fc.assert(property, { numRuns: drawn(1000) })
  })

  it('are whole, of every market that a bundle can hold', async () => {
    const property = fc.asyncProperty(marketShape({ sessions: 15, assets: 2 }), async (shape) => {
      const content = contentOf(shape)
      const bundle = memoryBundle(content)
      for (const { id } of shape.assets) {
        const bars = await plainBarSource().bars(bundle, id, { from: 0, to: 15 })
        const { adjustments } = content
        const { scales, calendar } = { ...content, ...bundle }
        const line = adjustmentTimeline(bars, adjustments, 'prior-close', scales, calendar)
        for (let epoch = -1; epoch < line.events; epoch++)
          for (const field of FIELDS)
            for (const one of line.ticks(field, epoch))
              expect(Number.isSafeInteger(one) || (Number.isNaN(one) && field !== 'volume')).toBe(
                true,
              )
      }
    })
    await fc.assert(property, { numRuns: drawn(200) })
  })

  it('are the raw columns themselves where nothing was adjusted', () => {
    const bars = barsOf([100e6, 80e6, 90e6])
    const { history, clock } = historyOf(bars, [dividend(2, '2')], 'prior-close')
    clock.atBar(1)
    expect(history.ticks('close')).toBe(bars.ticks.close)
    expect(history.ticks('price')).toBe(bars.ticks.close)
    expect(history.currentTicks('price')).toBe(80e6)
    clock.beforeOpen(2)
    expect(history.currentTicks('price')).toBe(78e6)
    expect(Array.from(history.ticks('close').subarray(0, 2))).toEqual([97.5e6, 78e6])
    expect(history.ticks('volume')).toBe(bars.ticks.volume)
  })

  it('are NaN outside the bars, and 0 for volume', () => {
    const { history, clock } = historyOf(barsOf([100e6], { firstSession: 2 }), [], 'prior-close')
    clock.atBar(1)
    expect(FIELDS.map((field) => history.currentTicks(field))).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      0,
      Number.NaN,
    ])
  })

  it('have no unknown field, not even one that every object has', () => {
    const { history, clock } = historyOf(barsOf([100e6]), [], 'prior-close')
    clock.atBar(0)
    for (const field of ['constructor', 'adjusted'] as unknown as Field[]) {
      for (const read of ['ticks', 'currentTicks', 'column', 'current'] as const)
        expect(() => history[read](field)).toThrow(EngineError)
    }
  })

  it('refuse an adjusted value beyond 2^51, whether one bar is read or all', () => {
    // 1000 is 1e9 ticks; a split of 1 new share for 1e9 old ones makes 1e18 of them.
    const list = [split(1, '0.000000001')]
    for (const read of ['ticks', 'currentTicks', 'column', 'current'] as const) {
      const { history, clock } = historyOf(barsOf([1000e6, 1000e6]), list, 'prior-close')
      clock.atBar(0)
      expect(history[read]('volume')).toBeDefined()
      clock.atBar(1)
      expect(() => history[read]('close')).toThrow(/^close of A: 1000 adjusts to more than 2\^51/)
      expect(() => history[read]('price')).toThrow(/^close of A: 1000 adjusts to more than 2\^51/)
      expect(history[read]('volume')).toBeDefined()
    }
  })
})

/** The view before the open and that of the bar, session by session. */
function views(sessions: number): (readonly [session: number, open: boolean])[] {
  return Array.from({ length: 2 * sessions }, (_, i) => [i >> 1, i % 2 === 0] as const)
}
