import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareSummaries, summaryArm } from '../../../harness/compare/compare-summaries.js'
import { COMPARING, compareValues } from '../../../harness/compare/compare-values.js'
import { checkValues, exitCodeOf } from '../../../harness/compare/regression-check.js'
import { armOf } from '../../../harness/compare/value-arm.js'
import { summarize } from '../../../harness/statistics/interval.js'
import { assay } from '../../fixtures/bench.js'
import { drawn } from '../../fixtures/drawn.js'

const DETERMINED = ['welch', 'effectSize', 'improvementOfMeans', 'fieller'] as const
const summaryOf = (values: readonly number[]) =>
  summaryArm({ ...summarize(values), missing: 'gone' })
const folder = 'test/golden/compare'

function compared(words: string) {
  return assay(`compare ${words}`, { cwd: process.cwd() })
}

describe('summaries', () => {
  it('have the statistics of their values, as far as they determine them', () => {
    const times = fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), {
      minLength: 2,
      maxLength: 12,
    })
    fc.assert(
      fc.property(times, times, fc.constantFrom(1, 2 ** -90, 2 ** 90), (a, b, unit) => {
        const [x, y] = [a.map((value) => value * unit), b.map((value) => value * unit)]
        const whole = compareValues(x, y, false)
        for (const summarized of [
          compareSummaries(summaryOf(x), summaryOf(y), 'gone'),
          compareSummaries(summaryOf(x), armOf(y), 'gone'),
        ]) {
          expectClose(summarized.baseline, whole.baseline)
          expectClose(summarized.candidate, whole.candidate)
          // With almost no variation, the rounding of the sd dominates in both.
          if (!(whole.baseline.cv! > 1e-3 && whole.candidate.cv! > 1e-3)) return
          for (const key of DETERMINED) expectClose(summarized[key], whole[key])
        }
      }),
      { numRuns: drawn(1000) },
    )
  })

  it('lack the statistics that need the values, with the reason', () => {
    const comparison = compareSummaries(
      summaryOf([3, 3.25, 3.5]),
      summaryOf([1, 1.5, 1.75]),
      'this needs the samples',
    )
    expect(COMPARING.filter((key) => comparison[key] !== undefined)).toEqual(
      COMPARING.filter((key) => (DETERMINED as readonly string[]).includes(key)),
    )
    for (const key of COMPARING)
      if (comparison[key] === undefined)
        expect(comparison.absent[key]).toBe('this needs the samples')
  })

  it('have no t where nothing varies, and no ratio where the means are not above zero', () => {
    const still = compareSummaries(summaryOf([2, 2]), summaryOf([1, 1]), 'gone')
    expect([still.welch, still.improvementOfMeans]).toEqual([undefined, 0.5])
    expect(still.absent.welch).toMatch(/neither sample varies/)
    const below = compareSummaries(summaryOf([-2, -1]), summaryOf([1, 2]), 'gone')
    expect([below.fieller, below.improvementOfMeans, below.baseline.cv]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(below.welch).toBeDefined()
  })

  it('have no comparing statistics where the other side holds NaN', () => {
    const { absent } = compareSummaries(summaryOf([1, 2]), armOf([1, Number.NaN]), 'gone')
    for (const key of COMPARING) expect(absent[key]).toMatch(/^value 2 of the candidate is NaN/)
  })

  it('decide nothing, however different the means are', () => {
    const clear = compareSummaries(
      summaryArm({ n: 10_000, mean: 10, sd: 0.01, missing: 'gone' }),
      summaryArm({ n: 10_000, mean: 1, sd: 0.01, missing: 'gone' }),
      'gone',
    )
    for (const limit of [0.001, 0.1, 10]) {
      const check = checkValues(clear, limit)
      expect(check).toMatchObject({ outcome: 'not-comparable', problem: 'gone' })
      expect(exitCodeOf([check])).toBe(5)
    }
  })
})

describe('exports of programs', () => {
  it('of vitest bench hold summaries', async () => {
    const file = `${folder}/vitest-4.1-bench.json`
    const [group] = JSON.parse(readFileSync(file, 'utf8')).files[0].groups
    const [old, now] = group.benchmarks
    expect([old.samples, now.samples]).toEqual([[], []])
    const { code, stdout } = await compared(`${file} --json`)
    const document = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(document).toMatchObject({
      unit: 'ms',
      pairing: 'unpaired',
      baseline: {
        n: old.sampleCount,
        mean: old.mean,
        sd: old.sd,
        cv: expect.any(Number),
        ci95: expect.any(Array),
      },
      candidate: { n: now.sampleCount, mean: now.mean, sd: now.sd },
      improvementOfMeans: expect.closeTo(1 - now.mean / old.mean, 14),
      fieller: { ratio: expect.closeTo(now.mean / old.mean, 14), ci95: expect.any(Array) },
    })
    const error = Math.sqrt(old.variance / old.sampleCount + now.variance / now.sampleCount)
    expect(document.welch.t).toBeCloseTo((old.mean - now.mean) / error, 12)
    expect(document.absent.mannWhitney).toMatch(
      /^this needs the samples, .*; vitest leaves them out of --outputJson: let a reporter/,
    )
  })

  it('of vitest bench neither pass nor fail a gate: exit 5', async () => {
    const words = `${folder}/vitest-4.1-bench.json --fail-on-regression`
    for (const limit of ['10%', '1000%']) {
      const { code, stdout } = await compared(`${words} ${limit}`)
      expect(code).toBe(5)
      expect(stdout.replace(/\s+/g, ' ')).toMatch(
        /regression nothing decided: this needs the samples/,
      )
      expect(stdout.replace(/\s+/g, ' ')).toMatch(
        / by the means, \S+:typed array is 78\.6 % faster than \S+:callback \[68\.1, 84\.0\] /,
      )
    }
  })

  it('of tinybench hold the samples if it retained them, otherwise summaries', async () => {
    const kept = JSON.parse((await compared(`${folder}/tinybench-6.2-results.json --json`)).stdout)
    expect(kept).toMatchObject({
      unit: 'ms',
      baseline: { n: 40 },
      improvement: expect.anything(),
      mannWhitney: expect.anything(),
    })
    const { stdout } = await compared(`${folder}/tinybench-6.2-without-samples.json --json`)
    const without = JSON.parse(stdout)
    expect(without).toMatchObject({
      unit: 'ms',
      baseline: { n: 40 },
      welch: expect.anything(),
      fieller: expect.anything(),
    })
    expect(without.absent.improvement).toMatch(/make the Bench with retainSamples: true$/)
  })

  it.each([
    [
      `${folder}/vitest-4.1-bench.json:callback ${folder}/vitest-4.1-bench.json:1 --paired`,
      /leave out --paired/,
    ],
    [
      `${folder}/tinybench-6.2-tasks.json`,
      /holds an array whose element 1 is .*tinybench \(bench\.results\)$/m,
    ],
    [
      `${folder}/tinybench-6.2-table.json`,
      /holds an array whose element 1 is .*tinybench \(bench\.results\)$/m,
    ],
  ])('%s: exit 2', async (words, message) => {
    const { code, stderr } = await compared(words)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })
})

function expectClose(found: unknown, expected: unknown): void {
  if (typeof expected === 'number')
    expect(Math.abs((found as number) - expected)).toBeLessThanOrEqual(
      1e-7 * Math.abs(expected) + 1e-12,
    )
  else if (expected !== undefined)
    for (const [key, inner] of Object.entries(expected as object))
      expectClose((found as Record<string, unknown>)[key], inner)
}
