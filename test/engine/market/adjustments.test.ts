import { describe, expect, it } from 'vitest'
import { adjustmentEvents } from '../../../engine/market/adjustment-events.js'
import { adjustmentTimeline } from '../../../engine/market/adjustment-timeline.js'
import {
  type Adjustment,
  adjustmentsOf,
  type DividendPolicy,
  sortedAdjustments,
} from '../../../engine/market/adjustments.js'
import { barsOf, consecutive, dividend, SCALES, split } from './market-cases.js'

const calendar = consecutive(6)
const FLAT = [100e6, 100e6, 100e6, 100e6, 100e6, 100e6]

function timeline(
  closes: readonly (number | undefined)[],
  events: Parameters<typeof adjustmentTimeline>[1],
  policy: 'prior-close' | 'ex-close' = 'prior-close',
) {
  return adjustmentTimeline(barsOf(closes), events, policy, SCALES, calendar)
}

describe('adjustmentTimeline', () => {
  it('hands out the raw columns themselves where nothing was adjusted', () => {
    const bars = barsOf(FLAT)
    const line = adjustmentTimeline(
      bars,
      [split(3, '2'), dividend(4, '1', 'B')],
      'prior-close',
      SCALES,
      calendar,
    )
    expect(line.events).toBe(1)
    expect(line.epochAt(2)).toBe(-1)
    expect(line.ticks('close', -1)).toBe(bars.ticks.close)
    expect(line.ticks('price', -1)).toBe(bars.ticks.close)
    expect(line.ticks('volume', -1)).toBe(bars.ticks.volume)
  })

  it('halves prices and doubles volumes before a 2:1 split, from its own session on', () => {
    const line = timeline(FLAT, [split(3, '2')])
    expect([2, 3, 5].map((t) => line.epochAt(t))).toEqual([-1, 0, 0])
    expect(Array.from(line.column('open', 0))).toEqual([50, 50, 50, 100, 100, 100])
    expect(Array.from(line.column('volume', 0))).toEqual([200, 400, 600, 400, 500, 600])
  })

  it('takes a dividend off prices, never off volumes', () => {
    const bars = barsOf([100e6, 80e6, 90e6])
    const line = adjustmentTimeline(bars, [dividend(2, '2')], 'prior-close', SCALES, calendar)
    expect(Array.from(line.column('close', 0))).toEqual([97.5, 78, 90])
    expect(line.ticks('volume', 0)).toBe(bars.ticks.volume)
  })

  it('applies a split before a dividend of the same session, the cash being per new share', () => {
    // Previous close 100 is 50 per new share; 1 − 1/50 = 0.98.
    const line = timeline(FLAT, [dividend(3, '1'), split(3, '2')])
    expect(line.epochAt(3)).toBe(1)
    expect(line.column('close', 1)[0]).toBe(49)
  })

  it('measures a dividend against the last bar that traded', () => {
    const line = timeline([80e6, undefined, undefined, 70e6, 70e6, 70e6], [dividend(3, '4')])
    expect(Array.from(line.column('close', 0).slice(0, 4))).toEqual([
      76,
      Number.NaN,
      Number.NaN,
      70,
    ])
  })

  it('translates a dividend into the shares of the last close before it, whatever splits the halt straddles', () => {
    const halted = [100e6, undefined, 40e6, 40e6, 40e6, 40e6]
    const line = timeline(halted, [split(1, '2'), dividend(2, '10')])
    expect(line.column('close', line.epochAt(2))[0]).toBe(40)
    const twice = timeline(
      [100e6, undefined, undefined, 10e6],
      [split(1, '2'), split(2, '2'), split(3, '0.5'), dividend(3, '10')],
    )
    expect(twice.column('close', twice.epochAt(3))[0]).toBe(40)
    const before = timeline(
      [100e6, undefined, undefined, 40e6],
      [split(0, '3'), dividend(1, '20'), split(2, '2')],
    )
    expect(before.column('close', before.epochAt(3))[0]).toBe(40)
    expect(() => timeline(halted, [split(1, '2'), dividend(2, '50')])).toThrow(
      /is not smaller than the close before it/,
    )
  })

  it('translates the first close after an ex-session into its shares, whatever splits come in between', () => {
    const halted = [100e6, undefined, 40e6, 40e6, 40e6, 40e6]
    const line = timeline(halted, [dividend(1, '20'), split(2, '2')], 'ex-close')
    expect(line.column('close', line.epochAt(2))[0]).toBe(40)
    const same = timeline(
      [100e6, undefined, 40e6],
      [split(1, '2'), dividend(1, '10'), split(2, '2'), split(3, '7')],
      'ex-close',
    )
    expect(same.column('close', same.epochAt(2))[0]).toBeCloseTo((100 / 4) * (80 / 90), 6)
  })

  it('fills price forward with the adjusted close, and not before the first trade', () => {
    const line = timeline([undefined, 80e6, undefined, undefined, 41e6, undefined], [split(3, '2')])
    expect(Array.from(line.column('price', -1))).toEqual([Number.NaN, 80, 80, 80, 41, 41])
    expect(Array.from(line.column('price', 0))).toEqual([Number.NaN, 40, 40, 40, 41, 41])
    expect(Array.from(line.column('close', 0))).toEqual([
      Number.NaN,
      40,
      Number.NaN,
      Number.NaN,
      41,
      Number.NaN,
    ])
  })

  it('applies an ex-close factor from the bar of the ex-session on, not before its open', () => {
    const line = timeline(
      [100e6, 100e6, 98e6, 98e6, 98e6, 98e6],
      [dividend(2, '2'), split(2, '2')],
      'ex-close',
    )
    expect(line.epochAt(2, 'before-open')).toBe(0)
    expect(line.epochAt(2)).toBe(1)
    expect(line.epochAt(3, 'before-open')).toBe(1)
    expect(line.column('close', 0)[0]).toBe(50)
    expect(line.column('close', 1)[0]).toBe(49)
  })

  it('waits for the first bar after an ex-session without one, while a later split is already known', () => {
    const closes = [100e6, 100e6, undefined, undefined, 49e6, 49e6]
    // 2 per old share, and 49 is 98 per old share: 98 / (98 + 2).
    const line = timeline(closes, [dividend(2, '2'), split(3, '2')], 'ex-close')
    expect([1, 2, 3, 4].map((t) => line.epochAt(t))).toEqual([-1, -1, 0, 1])
    expect(line.column('close', 0)[1]).toBe(50)
    expect(line.column('close', 1)[1]).toBe(49)
    expect(timeline([100e6, undefined], [dividend(1, '1')], 'ex-close').events).toBe(0)
  })

  it('shows prior-close factors before the open', () => {
    expect(timeline(FLAT, [dividend(3, '1')]).epochAt(3, 'before-open')).toBe(0)
  })

  it('leaves bars unchanged by events up to the first bar, and applies events after the last', () => {
    const bars = barsOf([100e6, 100e6], { firstSession: 2 })
    const line = adjustmentTimeline(
      bars,
      [split(1, '2'), split(2, '3'), dividend(1, '1'), split(5, '4')],
      'prior-close',
      SCALES,
      calendar,
    )
    expect(line.events).toBe(3)
    expect(line.ticks('close', line.epochAt(2))).toBe(bars.ticks.close)
    expect(Array.from(line.column('close', line.epochAt(5)))).toEqual([25, 25])
  })

  it('works on intraday bars with prior-close and refuses ex-close there', () => {
    const minutes = consecutive(6, '1m')
    const bars = barsOf(FLAT)
    expect(
      adjustmentTimeline(bars, [dividend(3, '1')], 'prior-close', SCALES, minutes).column(
        'close',
        0,
      )[0],
    ).toBe(99)
    expect(() => adjustmentTimeline(bars, [dividend(3, '1')], 'ex-close', SCALES, minutes)).toThrow(
      'dividend policy ex-close needs daily bars, and these are 1m; use prior-close',
    )
  })

  it('ignores a dividend after the bars, since the close before it is not among them', () => {
    const known = timeline([100e6, 100e6], [dividend(9, '5000')])
    expect(known.events).toBe(0)
    expect(timeline([100e6, 100e6], [dividend(2, '50')]).events).toBe(1)
  })

  it('refuses a dividend as large as the close before it', () => {
    expect(() => timeline(FLAT, [dividend(3, '100')])).toThrow(
      'dividend 100 of A is not smaller than the close before it',
    )
    expect(() => timeline(FLAT, [split(3, '2'), dividend(3, '50')])).toThrow(/is not smaller/)
  })

  it('refuses adjusted values beyond exact doubles', () => {
    const line = timeline([1000e6, 1000e6], [split(1, '0.000000001')])
    expect(() => line.column('close', 0)).toThrow(/adjusts to more than 2\^51 ticks/)
    expect(() => line.column('close', 0)).toThrow(
      /^close of A: 1000 adjusts to .* of 1\/1000000; ingest with --price-scale 2, or correct the splits and dividends$/,
    )
  })

  it('keeps one column per field, so asking for an epoch twice computes it once', () => {
    const line = timeline(FLAT, [split(2, '2'), split(4, '2')])
    const first = line.column('close', 0)
    expect(line.column('close', 0)).toBe(first)
    expect(line.column('price', 0)).toBe(first)
    expect(line.column('close', 1)).not.toBe(first)
    expect(line.column('close', 0)).toEqual(first)
  })
})

describe('what is kept with bars', () => {
  const list = [split(3, '2'), dividend(4, '1')]
  const bars = barsOf(FLAT)
  const events = (
    of = bars,
    adjustments: readonly Adjustment[] = list,
    policy: DividendPolicy = 'prior-close',
    scale = 6,
    days = calendar,
  ) => adjustmentEvents(of, adjustmentsOf(adjustments, 'A'), policy, scale, days)

  it('is made once for the same arguments', () => {
    expect(adjustmentsOf(list, 'A')).toBe(adjustmentsOf(list, 'A'))
    expect(events()).toBe(events())
    expect(sortedAdjustments(list)).toBe(sortedAdjustments(list))
    const line = () => adjustmentTimeline(bars, list, 'prior-close', SCALES, calendar)
    expect(line().column('open', -1)).toBe(line().column('open', -1))
  })

  it('is made anew for other bars, adjustments, policies, scales and calendars', () => {
    const first = events()
    const others = [
      events(barsOf(FLAT)),
      events(bars, [split(3, '4')]),
      events(bars, list, 'ex-close'),
      events(bars, list, 'prior-close', 4),
      events(bars, list, 'prior-close', 6, consecutive(6)),
    ]
    for (const [i, other] of others.entries()) {
      expect(other, `${i}`).not.toBe(first)
      expect(events(), `${i}`).toEqual(first)
    }
    expect(others[1]).toHaveLength(1)
    expect(others[2]![1]!.needsBar).toBe(true)
    // 1 − 1/100; at 4 places the same close is 10 000.
    expect(first[1]!.price).toEqual({ numerator: 99n, denominator: 100n })
    expect(others[3]![1]!.price).toEqual({ numerator: 9999n, denominator: 10000n })
    const scaled = adjustmentTimeline(bars, [], 'prior-close', { price: 4, volume: 0 }, calendar)
    const plain = adjustmentTimeline(bars, [], 'prior-close', SCALES, calendar)
    expect([scaled, plain, scaled].map((one) => one.column('close', -1)[0])).toEqual([
      1e4, 100, 1e4,
    ])
  })

  it('is made again after an error', () => {
    const tooLarge = [dividend(3, '100')]
    for (let i = 0; i < 2; i++) expect(() => events(bars, tooLarge)).toThrow(/is not smaller/)
  })
})
