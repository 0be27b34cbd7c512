import { describe, expect, it } from 'vitest'
import { profileGainWarnings, toProfileRecord } from '../../../harness/record/profile-record.js'
import { hotspotsOf, sampledArm } from '../profile/sampled-arms.js'

const processes = { processCpuMs: [100, 100, 100], sampledShare: 1 }
const baseline = sampledArm('baseline', { loading: 60, work: 40 }, processes)
const measured = { estimate: 0.4, ci95: { lower: 0.38, upper: 0.42 } }

describe('the profile of a workload in a record', () => {
  it('states the interval of the profiled change, and warns by it', () => {
    const of = (...processCpuMs: number[]) =>
      hotspotsOf('w', [
        baseline,
        sampledArm('candidate', { loading: 20, work: 40 }, { ...processes, processCpuMs }),
      ])
    const { gain } = toProfileRecord(of(60, 60, 60), measured)
    expect(gain!.measured).toBe(0.4)
    expect(gain).not.toHaveProperty('sampledShare')
    expect(gain!.profiledCi95).toHaveLength(2)
    expect(gain!.explained).toBeCloseTo(1, 12)
    const codes = (...cpuMs: number[]) =>
      profileGainWarnings(of(...cpuMs), measured).map(({ code }) => code)
    expect(codes(70, 70.1, 69.9)).toEqual(['profile-disagrees'])
    expect(codes(70, 77, 63)).toEqual([])
  })

  it('has no shares of an arm of which too little was sampled, and says so', () => {
    const unsampled = sampledArm('candidate', {}, { ...processes, sampledShare: 0.3 })
    const { categories, gain, next } = toProfileRecord(
      hotspotsOf('w', [baseline, unsampled]),
      measured,
    )
    expect(categories).toEqual([
      { name: 'loading', baseline: 0.6 },
      { name: 'work', baseline: 0.4 },
    ])
    expect(gain).toMatchObject({ sampledShare: 0.3 })
    expect(gain).not.toHaveProperty('explained')
    expect(next.candidate).toEqual([])
  })
})
