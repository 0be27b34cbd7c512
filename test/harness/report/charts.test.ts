import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawLooks } from '../../../harness/report/charts/looks.js'
import { axisTicks } from '../../../harness/report/charts/sparkline.js'
import { spreadMarks } from '../../../harness/report/charts/spread-marks.js'
import { judgeCriterion, marginsOf } from '../../../harness/verdict/criteria.js'

describe('the marks of runs', () => {
  it('do not overlap while there is room, and stay within the room', () => {
    const positions = fc.array(fc.double({ min: 0, max: 350, noNaN: true }), {
      minLength: 1,
      maxLength: 60,
    })
    fc.assert(
      fc.property(positions, fc.integer({ min: 3, max: 9 }), (values, size) => {
        const offsets = spreadMarks(values, size, 22)
        expect(offsets.every((offset) => Math.abs(offset) <= 22 + 1e-9)).toBe(true)
        const lanes = [...new Set(offsets)].sort((a, b) => a - b)
        const isCrowded = lanes.some(
          (lane, index) => index > 0 && lane - lanes[index - 1]! < size - 1e-9,
        )
        if (isCrowded) return
        for (const [a, x] of values.entries())
          for (const [b, other] of values.entries())
            if (a < b && offsets[a] === offsets[b])
              expect(Math.abs(x - other)).toBeGreaterThanOrEqual(size)
      }),
      { numRuns: 1000 },
    )
  })

  it('stay in the middle while no other mark is near', () => {
    expect(spreadMarks([0, 100, 200], 9, 22)).toEqual([0, 0, 0])
    expect(spreadMarks([100, 101, 102], 9, 22)).toEqual([0, 9, -9])
  })
})

describe('the ticks of the index', () => {
  it('do not touch each other, and zero is one of them', () => {
    const end = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(end, end, (below, above) => {
        fc.pre(below + above > 0.002)
        const ticks = axisTicks([-below, above])
        expect(ticks).toContain(0)
        const pixels = 216 / (100 * (below + above))
        for (const [index, tick] of ticks.slice(1).entries())
          expect((tick - ticks[index]!) * pixels).toBeGreaterThanOrEqual(50)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('the looks of a sequential rule', () => {
  const crossing = {
    m: -0.065,
    se: 0.01,
    seUsed: 0.01,
    df: 25,
    pNominal: 0.02,
    critical: 2.1,
    lower: -0.087,
    upper: -0.045,
  }
  const setting = {
    looks: [{ ...crossing, pairs: 40, outcome: 'accepted' as const }],
    criterion: { kind: 'improvement', atLeast: 0.05 } as const,
    planned: [10, 20, 30, 40],
    word: String,
  }

  it('are captioned differently when the estimate decided instead of the bounds', () => {
    expect(drawLooks({ ...setting, isByEstimate: true }).caption).toMatch(
      /After the last look the bounds still include it, so the estimate decided, as the rule allows\.$/,
    )
    expect(drawLooks({ ...setting, isByEstimate: false }).caption).toMatch(
      /A look decides when its bounds lie entirely on one side of the dashed line\.$/,
    )
  })
})

describe('the lines a criterion draws', () => {
  it('are at the values where the verdict changes', () => {
    const at = (improvement: number) => {
      const m = Math.log1p(-improvement)
      return { m, lower: m, upper: m, last: true, tolerance: 0 }
    }
    for (const criterion of [
      { kind: 'improvement', atLeast: 0.05 },
      { kind: 'regression', atMost: 0.1 },
    ] as const) {
      const [margin] = marginsOf(criterion)
      expect(judgeCriterion(at(margin! + 1e-9), criterion).outcome).toBe('accepted')
      expect(judgeCriterion(at(margin! - 1e-9), criterion).outcome).toBe('rejected')
    }
    const [slower, faster] = marginsOf({ kind: 'equivalence', within: 0.02 })
    expect(-Math.log1p(-faster!)).toBeCloseTo(Math.log1p(-slower!), 12)
    expect(marginsOf({ kind: 'budget', counter: 'cpuMs', atMost: 1 })).toEqual([])
  })
})
