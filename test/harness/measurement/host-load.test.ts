import { describe, expect, it } from 'vitest'
import { hostLoadBetween, voidReason } from '../../../harness/measurement/host-load.js'

const at = (atMs: number, busy: number, steal: number, total: number) => ({
  atMs,
  host: { busy, steal, total, cpus: 2 },
})

describe('hostLoadBetween', () => {
  it('leaves the measured process out of the foreign load', () => {
    // One second on two CPUs is 200 ticks; 150 of them busy are 1.5 cores, of which one is ours.
    expect(hostLoadBetween(at(0, 0, 0, 0), at(1000, 150, 10, 200), 1000)).toEqual({
      foreignLoad: 0.5,
      stealShare: 0.05,
    })
  })

  it('is never negative, although ticks are coarse', () => {
    expect(hostLoadBetween(at(0, 0, 0, 0), at(100, 8, 0, 20), 95).foreignLoad).toBe(0)
  })

  it('is absent where the host does not report it or no tick has passed', () => {
    expect(hostLoadBetween({ atMs: 0, host: undefined }, at(100, 1, 0, 20), 5)).toEqual({})
    expect(hostLoadBetween(at(0, 5, 0, 20), at(3, 5, 0, 20), 3)).toEqual({})
  })
})

describe('voidReason', () => {
  it('voids for steal under both metrics', () => {
    expect(voidReason({ stealShare: 0.07 }, 'cpu')).toBe('steal 7 %')
    expect(voidReason({ stealShare: 0.05 }, 'cpu')).toBeUndefined()
  })

  it('voids for foreign load and waiting only under wall time', () => {
    expect(voidReason({ foreignLoad: 1.6 }, 'cpu')).toBeUndefined()
    expect(voidReason({ foreignLoad: 1.6 }, 'wall')).toBe('foreign load 1.6 cores')
    expect(voidReason({ waitShare: 0.3 }, 'wall')).toBe('wait share 30 %')
    expect(voidReason({ waitShare: 0.3 }, 'cpu')).toBeUndefined()
  })

  it('does not void a run without covariates', () => {
    expect(voidReason({}, 'wall')).toBeUndefined()
  })
})
