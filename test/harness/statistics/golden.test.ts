import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { lag1 } from '../../../harness/statistics/autocorrelation.js'
import { effectSize } from '../../../harness/statistics/effect-size.js'
import { exactTQuantile } from '../../../harness/statistics/exact-quantile.js'

import {
  groupSequentialBoundaries,
  type Spending,
} from '../../../harness/statistics/group-sequential.js'
import { hodgesLehmann } from '../../../harness/statistics/hodges-lehmann.js'
import { summarize } from '../../../harness/statistics/interval.js'
import { rankSumTest } from '../../../harness/statistics/mann-whitney.js'
import { momentsOf } from '../../../harness/statistics/moments.js'
import { pairedTest } from '../../../harness/statistics/paired.js'
import { DegenerateSampleError, logRatios, toSample } from '../../../harness/statistics/sample.js'
import { shapiroWilk } from '../../../harness/statistics/shapiro.js'
import { tCdf, tQuantile } from '../../../harness/statistics/student-t.js'
import { trimmedEstimate, trimmedInterval, trimmedP } from '../../../harness/statistics/trimmed.js'
import { welchTest } from '../../../harness/statistics/welch.js'
import { signedRankTest } from '../../../harness/statistics/wilcoxon.js'
import { fiellerOf } from './fieller-of-values.js'

/** Provenance: golden-stats.py beside it, scipy 1.17.1, numpy 2.4.6. */
const golden: Golden = JSON.parse(
  readFileSync(new URL('../../golden/golden-stats.json', import.meta.url), 'utf8'),
)

interface Summary {
  readonly n: number
  readonly mean: number
  readonly sd: number
  readonly cv: number
  readonly ci95: readonly number[]
}

interface Shape {
  readonly W: number
  readonly p: number
}

interface DataSet {
  readonly cohenD: number | null
  readonly mannWhitney: {
    U_A: number
    pAsymptoticCC: number
    pExact: number | null
    ties: boolean
  } | null
  readonly shapiroA: Shape | null
  readonly shapiroB: Shape | null
  readonly name: string
  readonly a: readonly number[]
  readonly b: readonly number[]
  readonly paired: boolean
  readonly A: Summary
  readonly B: Summary
  readonly welch: { t: number; df: number; pTwoSided: number; diffCi95: readonly number[] } | null
  readonly pairedLog: {
    zeroVariance: boolean
    t?: number
    df?: number
    pTwoSided?: number
    meanLogRatio: number
    lag1?: number
    ratioCi95?: number[]
    hodgesLehmannRatio?: number
    fiellerRatioCi95?: number[]
    shapiro?: Shape
    wilcoxon?: { Wmin: number; pExact: number | null; pApproxCC: number; tiesOrZeros: boolean }
  } | null
  readonly trimmedLog: {
    g: number
    m: number
    se: number
    df: number
    pTwoSided: number
    improvementCi95Pct: readonly number[]
  } | null
}

interface Golden {
  readonly tQuantiles: readonly { p: number; df: number; q: number }[]
  readonly tCdf: readonly { t: number; df: number; cdf: number }[]
  readonly datasets: readonly DataSet[]
  readonly groupSequential: Readonly<
    Record<
      string,
      {
        looks: readonly number[]
        boundaries: Readonly<Record<string, { z: readonly number[]; pNominal: readonly number[] }>>
      }
    >
  >
}

const ARITHMETIC = 1e-12
const DISTRIBUTION = 1e-6

describe('against scipy', () => {
  it.each(golden.tQuantiles)('t quantile of $p with $df degrees of freedom', ({ p, df, q }) => {
    expectClose(tQuantile(p, df), q, 1e-7)
    expectClose(tQuantile(1 - p, df), -q, 1e-7)
    expectClose(exactTQuantile(p, df), q, 1e-13)
  })

  it.each(golden.tCdf)('t distribution at $t with $df degrees of freedom', ({ t, df, cdf }) => {
    expectClose(tCdf(t, df), cdf, DISTRIBUTION)
  })

  describe.each(golden.datasets.map((set) => [set.name, set] as const))('%s', (_, set) => {
    const a = toSample(set.a)
    const b = toSample(set.b)

    it('summarises each arm', () => {
      for (const [sample, expected] of [
        [a, set.A],
        [b, set.B],
      ] as const) {
        const { n, mean, sd, cv, ci95 } = summarize(sample)
        expect(n).toBe(expected.n)
        expectClose(mean, expected.mean, ARITHMETIC)
        expectClose(sd, expected.sd, ARITHMETIC)
        expectClose(cv, expected.cv, ARITHMETIC)
        expectClose(ci95.lower, expected.ci95[0]!, DISTRIBUTION)
        expectClose(ci95.upper, expected.ci95[1]!, DISTRIBUTION)
      }
    })

    it('tests the means by Welch', () => {
      if (set.welch === null) {
        expect(() => welchTest(a, b)).toThrow(DegenerateSampleError)
        return
      }
      const { t, df, p, ci95 } = welchTest(a, b)
      expectClose(t, set.welch.t, 1e-10)
      expectClose(df, set.welch.df, 1e-10)
      expectP(p, set.welch.pTwoSided)
      expectClose(ci95.lower, set.welch.diffCi95[0]!, DISTRIBUTION)
      expectClose(ci95.upper, set.welch.diffCi95[1]!, DISTRIBUTION)
    })

    it('compares the ranks of the arms', () => {
      if (set.mannWhitney === null) return
      const { u, p, method } = rankSumTest(a, b)
      expect(u).toBe(set.mannWhitney.U_A)
      expect(method).toBe(set.mannWhitney.ties ? 'normal' : 'exact')
      expectP(p, set.mannWhitney.pExact ?? set.mannWhitney.pAsymptoticCC)
    })

    it('measures the effect and the shape of each arm', () => {
      if (set.cohenD === null)
        expect(() => effectSize(momentsOf(a), momentsOf(b))).toThrow(DegenerateSampleError)
      else expectClose(effectSize(momentsOf(a), momentsOf(b)), set.cohenD, 1e-10)
      for (const [sample, expected] of [
        [a, set.shapiroA],
        [b, set.shapiroB],
      ] as const) {
        if (expected === null) expect(() => shapiroWilk(sample)).toThrow(DegenerateSampleError)
        else expectShape(shapiroWilk(sample), expected)
      }
    })

    if (set.pairedLog === null) return
    const expected = set.pairedLog

    it('tests the log ratios of the pairs', () => {
      const y = logRatios(a, b)
      if (expected.zeroVariance) {
        expect(() => pairedTest(y)).toThrow(DegenerateSampleError)
        return
      }
      const { t, df, p, ci95 } = pairedTest(y)
      expectClose(t, expected.t!, 1e-10)
      expect(df).toBe(expected.df)
      expectP(p, expected.pTwoSided!)
      expectClose(Math.exp(ci95.lower), expected.ratioCi95![0]!, DISTRIBUTION)
      expectClose(Math.exp(ci95.upper), expected.ratioCi95![1]!, DISTRIBUTION)
      expectClose(lag1(y)!, expected.lag1!, 1e-10)
      expectClose(Math.exp(hodgesLehmann(y)), expected.hodgesLehmannRatio!, 1e-10)
      if (expected.shapiro !== undefined) expectShape(shapiroWilk(y), expected.shapiro)
      const { Wmin, pExact, pApproxCC, tiesOrZeros } = expected.wilcoxon!
      const ranks = signedRankTest(y)
      expect([ranks.w, ranks.method]).toEqual([Wmin, tiesOrZeros ? 'normal' : 'exact'])
      expectP(ranks.p, pExact ?? pApproxCC)
    })

    it('bounds the ratio of the means by Fieller', () => {
      if (expected.fiellerRatioCi95 === undefined) return
      const { ci95, df } = fiellerOf(a, b, true)
      expect(df).toBe(a.length - 1)
      expectClose(ci95.lower, expected.fiellerRatioCi95[0]!, 1e-9)
      expectClose(ci95.upper, expected.fiellerRatioCi95[1]!, 1e-9)
    })

    it('estimates by the trimmed mean', () => {
      const estimate = trimmedEstimate(logRatios(a, b))!
      expect(estimate.zeroVariance).toBe(expected.zeroVariance)
      if (set.trimmedLog === null) {
        expectClose(estimate.m, expected.meanLogRatio, ARITHMETIC)
        expect([estimate.se, trimmedP(estimate), trimmedInterval(estimate)]).toEqual([
          0,
          undefined,
          undefined,
        ])
        return
      }
      const { g, df, m, se, pTwoSided, improvementCi95Pct } = set.trimmedLog
      expect([estimate.g, estimate.df]).toEqual([g, df])
      expectClose(estimate.m, m, 1e-10)
      expectClose(estimate.se, se, 1e-10)
      expectP(trimmedP(estimate)!, pTwoSided)
      const { lower, upper } = trimmedInterval(estimate)!
      expectClose(100 * (1 - Math.exp(upper)), improvementCi95Pct[0]!, DISTRIBUTION)
      expectClose(100 * (1 - Math.exp(lower)), improvementCi95Pct[1]!, DISTRIBUTION)
    })
  })

  describe.each(Object.entries(golden.groupSequential))(
    'group-sequential boundaries, %s',
    (_, { looks, boundaries }) => {
      it.each(Object.entries(boundaries))('%s', (name, { z, pNominal }) => {
        const [kind, alpha] = name.split('_')
        const spending: Spending = kind === 'pocock' ? 'pocock' : 'obrien-fleming'
        const ours = groupSequentialBoundaries(looks, Number(alpha), spending)
        expect(ours.map(({ pairs }) => pairs)).toEqual(looks)
        for (const [index, boundary] of ours.entries()) {
          expectClose(boundary.z, z[index]!, 1e-9)
          expectClose(boundary.pNominal, pNominal[index]!, 1e-8)
        }
      })
    },
  )

  it('reproduces the nominal levels the method publishes', () => {
    const levels = groupSequentialBoundaries([10, 20, 30, 40], 0.05).map(({ pNominal }) => pNominal)
    for (const [index, expected] of [
      0.017868701, 0.018914083, 0.020028395, 0.020937079,
    ].entries()) {
      expect(Math.abs(levels[index]! - expected)).toBeLessThan(1e-8)
    }
  })
})

function expectClose(actual: number, expected: number, relative: number): void {
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThanOrEqual(
    relative * Math.max(Math.abs(expected), 1e-12) + 1e-15,
  )
}

function expectShape({ w, p }: { w: number; p: number }, expected: Shape): void {
  expectClose(w, expected.W, DISTRIBUTION)
  expectP(p, expected.p)
}

/** Below 1e-10 only the smallness of a p means something. */
function expectP(actual: number, expected: number): void {
  if (expected < 1e-10) expect(actual).toBeLessThan(1e-9)
  else expectClose(actual, expected, DISTRIBUTION)
}
