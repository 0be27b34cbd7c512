import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ArmHotspots } from '../../../../harness/evidence/hotspots-schema.js'
import {
  gainByCategory,
  gainOf,
  type MeasuredChange,
} from '../../../../harness/profile/figures/gain.js'
import { gainSentence } from '../../../../harness/profile/figures/gain-text.js'
import { sampledArm } from '../sampled-arms.js'

const sampled = (
  arm: ArmHotspots['arm'],
  [loading = 0, work = 0, other = 0]: readonly number[],
  cpuMs = 100,
) => sampledArm(arm, { loading, work, other }, { cpuMs })

const before = sampled('baseline', [60, 30, 10])
const gain = (ms: readonly number[], measured: MeasuredChange) =>
  gainByCategory(before, sampled('candidate', ms), measured)
const shareOf = (found: ReturnType<typeof gain>, name: string) =>
  found.categories.find((one) => one.name === name)?.share

describe('a measured gain', () => {
  it('is explained by what the named categories save in sampled time', () => {
    const found = gain([20, 30, 10], { estimate: 0.4 })
    expect(found).toMatchObject({ against: 'baseline', measured: 0.4, warnings: [] })
    expect(found.profiled).toBeCloseTo(0.4, 12)
    expect(found.explained).toBeCloseTo(1, 12)
    expect(found.left).toBeCloseTo(0, 12)
    expect(shareOf(found, 'loading')).toBeCloseTo(1, 12)
  })

  it('is explained in part where the profiles see less of it', () => {
    const found = gain([32, 30, 10], { estimate: 0.4 })
    expect(found.explained).toBeCloseTo(0.7, 12)
    expect(found.left).toBeCloseTo(0.3, 12)
    expect(found.warnings.map(({ code }) => code)).toEqual(['profile-disagrees'])
    expect(gainSentence(found)).toBe(
      'unwatched, the candidate takes 40.0 % less CPU time than the baseline; in the profiles, 28.0 % less; categories with a name explain 70.0 % of the measured gain, 30.0 % is left',
    )
  })

  it('is not explained by what has no name', () => {
    const found = gain([22, 30, 8], { estimate: 0.4 })
    expect(found.profiled).toBeCloseTo(0.4, 12)
    expect(found.explained).toBeCloseTo(0.95, 12)
    expect(shareOf(found, 'other')).toBeCloseTo(0.05, 12)
    expect(gain([60, 30, 0], { estimate: 0.1 }).explained).toBeCloseTo(0, 12)
  })

  it('is explained by more than all of it where the profiles see more than there was', () => {
    const found = gain([12, 30, 10], { estimate: 0.4 })
    expect(found.explained).toBeCloseTo(1.2, 12)
    expect(found.left).toBeCloseTo(-0.2, 12)
    expect(found.warnings[0]!.hint).toContain(
      'the profiles see 48.0 % of the CPU time saved, but 40.0 % was measured',
    )
    expect(gainSentence(found)).toContain(
      'explain 120.0 % of the measured gain, 20.0 % more than there is',
    )
  })

  it('owes nothing to a profiler that makes both arms slower alike', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 3, maxLength: 3 }),
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 3, maxLength: 3 }),
        fc.double({ min: 1, max: 50, noNaN: true }),
        (first, second, slower) => {
          const by = (factor: number) =>
            gainByCategory(
              sampled(
                'baseline',
                first.map((ms) => ms * factor),
              ),
              sampled(
                'candidate',
                second.map((ms) => ms * factor),
              ),
              { estimate: 0.3 },
            )
          expect(by(slower).explained).toBeCloseTo(by(1).explained!, 9)
          const { explained, profiled, categories } = by(1)
          const other = categories.find(({ name }) => name === 'other')!
          expect(explained).toBeCloseTo((profiled - other.saved) / 0.3, 9)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('is what was measured, whatever the profiles saw: an arm sampled longer explains less, though its shares are the same', () => {
    const shares = [20, 30, 10]
    const longer = shares.map((ms) => ms * 1.5)
    expect(gain(longer, { estimate: 0.4 }).explained).toBeCloseTo(0.375, 12)
    expect(gain(longer, { estimate: 0.4 }).measured).toBe(0.4)
  })

  it('may be a loss, which has shares too', () => {
    const found = gain([84, 30, 10], { estimate: -0.2 })
    expect(found.explained).toBeCloseTo(1.2, 12)
    expect(shareOf(found, 'loading')).toBeCloseTo(1.2, 12)
    expect(gainSentence(found)).toMatch(/20\.0 % more CPU time .* of the measured loss/)
  })

  it.each<[string, MeasuredChange]>([
    ['too small', { estimate: 0.019 }],
    ['none at all', { estimate: 0 }],
    ['unsure', { estimate: 0.1, ci95: { lower: -0.05, upper: 0.25 } }],
  ])('has no shares where it is %s', (_, measured) => {
    const found = gain([55, 30, 10], measured)
    for (const absent of ['explained', 'left']) expect(found).not.toHaveProperty(absent)
    for (const category of found.categories) expect(category).not.toHaveProperty('share')
    expect(found.profiled).toBeCloseTo(0.05, 12)
    expect(gainSentence(found)).toContain(
      'too small or too unsure a change to be divided by category',
    )
  })

  it('is not called into doubt within its own interval, nor by two points, nor by a tenth of it', () => {
    const codes = (ms: readonly number[], measured: MeasuredChange) =>
      gain(ms, measured).warnings.length
    expect(codes([30, 30, 10], { estimate: 0.5, ci95: { lower: 0.29, upper: 0.6 } })).toBe(0)
    expect(codes([30, 30, 10], { estimate: 0.5, ci95: { lower: 0.45, upper: 0.6 } })).toBe(1)
    expect(codes([53, 30, 10], { estimate: 0.05 })).toBe(0)
    expect(codes([49, 30, 10], { estimate: 0.05 })).toBe(1)
    expect(codes([6, 30, 10], { estimate: 0.5 })).toBe(0)
    expect(codes([4, 30, 10], { estimate: 0.5 })).toBe(1)
  })
})

describe('the gain of some arms', () => {
  const candidate = sampled('candidate', [20, 30, 10], 50)

  it('is against the incumbent where there is one, and by the clock where nothing better is known', () => {
    expect(gainOf([before, candidate])).toMatchObject({ against: 'baseline', measured: 0.5 })
    const incumbent = sampled('incumbent', [40, 30, 10], 80)
    expect(gainOf([before, incumbent, candidate])).toMatchObject({
      against: 'incumbent',
      measured: 0.375,
    })
    expect(gainOf([before, candidate], { estimate: 0.42 })?.measured).toBe(0.42)
  })

  it('is absent where an arm is missing, or nothing ran', () => {
    expect(gainOf([before])).toBeUndefined()
    expect(gainOf([candidate])).toBeUndefined()
    expect(gainOf([sampled('baseline', [0, 0, 0]), candidate])).toBeUndefined()
  })
})
