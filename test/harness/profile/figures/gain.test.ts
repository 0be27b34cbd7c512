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
  it('is explained by the sampled time that named categories save', () => {
    const found = gain([20, 30, 10], { estimate: 0.4 })
    expect(found).toMatchObject({ against: 'baseline', measured: 0.4, warnings: [] })
    expect(found.profiled).toBeCloseTo(0.4, 12)
    expect(found.explained).toBeCloseTo(1, 12)
    expect(found.left).toBeCloseTo(0, 12)
    expect(shareOf(found, 'loading')).toBeCloseTo(1, 12)
  })

  it('is explained in part if the profiles show less of it', () => {
    const found = gain([32, 30, 10], { estimate: 0.4 })
    expect(found.explained).toBeCloseTo(0.7, 12)
    expect(found.left).toBeCloseTo(0.3, 12)
    expect(found.warnings.map(({ code }) => code)).toEqual(['profile-disagrees'])
    expect(found.warnings.map(({ hint }) => hint)).toEqual([
      'the profiles show only 70.0 % of the gain, so the shares by category are rough; profile again on a quieter host with a longer --duration: assay profile',
    ])
    expect(gainSentence(found)).toBe(
      'the candidate takes 40.0 % less CPU time than the baseline (in the profiles 28.0 % less); named categories account for 70.0 % of the gain',
    )
  })

  it('is not explained by the category other', () => {
    const found = gain([22, 30, 8], { estimate: 0.4 })
    expect(found.profiled).toBeCloseTo(0.4, 12)
    expect(found.explained).toBeCloseTo(0.95, 12)
    expect(shareOf(found, 'other')).toBeCloseTo(0.05, 12)
    expect(gain([60, 30, 0], { estimate: 0.1 }).explained).toBeCloseTo(0, 12)
  })

  it('is overstated if the profiles show more than was measured', () => {
    const found = gain([12, 30, 10], { estimate: 0.4 })
    expect(found.explained).toBeCloseTo(1.2, 12)
    expect(found.left).toBeCloseTo(-0.2, 12)
    expect(found.warnings.map(({ hint }) => hint)).toEqual([
      'the profiles overstate the gain 1.2-fold, so the shares by category are rough; profile again on a quieter host with a longer --duration: assay profile',
    ])
    expect(gainSentence(found)).toBe(
      'the candidate takes 40.0 % less CPU time than the baseline (in the profiles 48.0 % less); the profiles overstate the gain 1.2-fold, so the shares by category are rough',
    )
  })

  it('does not depend on how much the profiler slows both arms', () => {
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

  it('is taken from the measurement: a candidate with the same shares but more sampled time explains less', () => {
    const shares = [20, 30, 10]
    const longer = shares.map((ms) => ms * 1.5)
    expect(gain(longer, { estimate: 0.4 }).explained).toBeCloseTo(0.375, 12)
    expect(gain(longer, { estimate: 0.4 }).measured).toBe(0.4)
  })

  it('may be a loss, which has shares, too', () => {
    const found = gainByCategory(
      sampledArm('baseline', { loading: 60, work: 40, unused: 0 }),
      sampledArm('candidate', { loading: 84, work: 40, unused: 0 }),
      { estimate: -0.2 },
    )
    expect(found.explained).toBeCloseTo(1.2, 12)
    expect(shareOf(found, 'loading')).toBeCloseTo(1.2, 12)
    expect(JSON.parse(JSON.stringify(found))).toEqual(found)
    expect(gainSentence(found)).toBe(
      'the candidate takes 20.0 % more CPU time than the baseline (in the profiles 24.0 % more); the profiles overstate the loss 1.2-fold, so the shares by category are rough',
    )
  })

  it.each<[string, MeasuredChange]>([
    ['too small', { estimate: 0.019 }],
    ['zero', { estimate: 0 }],
    ['uncertain', { estimate: 0.1, ci95: { lower: -0.05, upper: 0.25 } }],
  ])('has no shares if it is %s', (_, measured) => {
    const found = gain([55, 30, 10], measured)
    for (const absent of ['explained', 'left']) expect(found).not.toHaveProperty(absent)
    for (const category of found.categories) expect(category).not.toHaveProperty('share')
    expect(found.profiled).toBeCloseTo(0.05, 12)
    expect(gainSentence(found)).toMatch(
      /; the change is too small or too uncertain to divide by category$/,
    )
  })

  it('causes no warning if the profiles are within its interval, two points, or a tenth of it', () => {
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

describe('a gain beside several profiled processes', () => {
  const arm = (name: ArmHotspots['arm'], ms: readonly number[], processCpuMs: number[]) => ({
    ...sampled(name, ms),
    processCpuMs,
    sampledShare: 1,
  })
  const gainOfProcesses = (
    beforeCpuMs: number[],
    candidateCpuMs: number[],
    measured: MeasuredChange,
    change: Partial<ArmHotspots> = {},
  ) =>
    gainByCategory(
      arm('baseline', [60, 30, 10], beforeCpuMs),
      { ...arm('candidate', [20, 30, 10], candidateCpuMs), ...change },
      measured,
    )

  it('is that of their CPU, with an interval of the ratios of neighbours', () => {
    const found = gainOfProcesses([100, 110, 90], [60, 66, 54], { estimate: 0.4 })
    expect(found.profiled).toBeCloseTo(0.4, 12)
    // Every ratio is 0.6, however much the host slowed both.
    expect(found.profiledCi95![0]).toBeCloseTo(0.4, 9)
    expect(found.profiledCi95![1]).toBeCloseTo(0.4, 9)
    expect(found.explained).toBeCloseTo(1, 12)
    const noisy = gainOfProcesses([100, 100, 100], [54, 60, 66], { estimate: 0.4 })
    // ln 0.54, ln 0.6 and ln 0.66 have the standard error 0.05799; t(0.975, 2) is 4.30265.
    expect(noisy.profiled).toBeCloseTo(0.4, 12)
    expect(noisy.profiledCi95![0]).toBeCloseTo(1 - 0.6 * Math.exp(4.30265 * 0.057993), 3)
    expect(noisy.profiledCi95![1]).toBeCloseTo(1 - 0.6 * Math.exp(-4.30265 * 0.057993), 3)
  })

  it('has shares of the whole CPU, so that what was not sampled stays unexplained', () => {
    const found = gainOfProcesses([125, 125], [85, 85], { estimate: 0.32 })
    expect(shareOf(found, 'loading')).toBeCloseTo(40 / 125 / 0.32, 12)
    expect(found.profiled).toBeCloseTo(0.32, 12)
    expect(found.explained).toBeCloseTo(1, 12)
    const unseen = gainOfProcesses([125, 125], [65, 65], { estimate: 0.48 })
    expect(unseen.explained).toBeCloseTo(40 / 125 / 0.48, 12)
  })

  it('disagrees only if the difference exceeds what the noise of both explains', () => {
    const codes = (candidateCpuMs: number[], measured: MeasuredChange) =>
      gainOfProcesses([100, 100, 100], candidateCpuMs, measured).warnings.map(({ code }) => code)
    expect(codes([54, 60, 66], { estimate: 0.3 })).toEqual([])
    expect(codes([59.9, 60, 60.1], { estimate: 0.3 })).toEqual(['profile-disagrees'])
    const wide = { estimate: 0.3, ci95: { lower: 0.2, upper: 0.4 } }
    expect(codes([59.9, 60, 60.1], wide)).toEqual([])
    // The tolerances of older profiles: two points, or a tenth of the change.
    expect(codes([59.9, 60, 60.1], { estimate: 0.37 })).toEqual([])
  })

  it('is not divided if too little of an arm was sampled', () => {
    const found = gainOfProcesses([100, 100], [60, 60], { estimate: 0.4 }, { sampledShare: 0.7 })
    expect(found.categories).toEqual([])
    expect(found).not.toHaveProperty('explained')
    expect(found.sampledShare).toBe(0.7)
    expect(gainSentence(found)).toBe(
      'the candidate takes 40.0 % less CPU time than the baseline (in the profiles 40.0 % less); only 70.0 % of the CPU time was sampled, so the change is not divided by category',
    )
  })
})

describe('the gain of some arms', () => {
  const candidate = sampled('candidate', [20, 30, 10], 50)

  it('compares with the incumbent if there is one, by default as timed beside the profiles', () => {
    expect(gainOf([before, candidate])).toMatchObject({ against: 'baseline', measured: 0.5 })
    const incumbent = sampled('incumbent', [40, 30, 10], 80)
    expect(gainOf([before, incumbent, candidate])).toMatchObject({
      against: 'incumbent',
      measured: 0.375,
    })
    expect(gainOf([before, candidate], { estimate: 0.42 })?.measured).toBe(0.42)
  })

  it('is stated beside the profiles if they contradict it', () => {
    const hintOf = (ms: readonly number[], estimate: number) =>
      gain(ms, { estimate }).warnings[0]?.hint
    const remedy =
      'so the profiles are not reliable; profile again on a quieter host with a longer --duration: assay profile'
    expect(hintOf([72, 30, 10], 0.1)).toBe(
      `the profiles show 12.0 % more CPU time, the measurement 10.0 % less, ${remedy}`,
    )
    expect(gainSentence(gain([72, 30, 10], { estimate: 0.1 }))).toBe(
      'the candidate takes 10.0 % less CPU time than the baseline (in the profiles 12.0 % more); the profiles show the opposite change, so the shares by category are not reliable',
    )
    expect(hintOf([50, 30, 10], 0)).toBe(
      `the profiles show 10.0 % less CPU time, the measurement 0.0 % less, ${remedy}`,
    )
  })

  it('is absent if an arm is missing or has no samples', () => {
    expect(gainOf([before])).toBeUndefined()
    expect(gainOf([candidate])).toBeUndefined()
    expect(gainOf([sampled('baseline', [0, 0, 0]), candidate])).toBeUndefined()
  })
})
