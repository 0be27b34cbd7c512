import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { controlFlags } from '../../../harness/evaluation/control.js'
import { ownSuite } from '../../../harness/measurement/load-suite.js'
import { runEnvironment } from '../../../harness/measurement/run-environment.js'
import { createProgress } from '../../../harness/progress.js'
import { sealOf } from '../../../harness/system/sealed-text.js'
import { publishScales, renderScales } from '../../../scenarios/scale/publish-scale.js'
import {
  type CurvePoint,
  deriveScale,
  findBreakEven,
  isLinear,
} from '../../../scenarios/scale/scale-figures.js'
import { scaleFiles, USER_GUIDE } from '../../../scenarios/scale/scale-files.js'
import { breakEvenText } from '../../../scenarios/scale/scale-page.js'
import { readScalePoints, type ScalePoint } from '../../../scenarios/scale/scale-point.js'
import { QUICK_SIZES, SCALE_SIZES, scaleTasks } from '../../../scenarios/scale/scale-sizes.js'
import { measureScale } from '../../../scenarios/scale/scale-study.js'
import { averagesOf, suite } from '../../../scenarios/scale/scale-suite.js'
import { type MeasuredStack, renderUserGuide } from '../../../scenarios/scale/user-guide.js'
import { createIo, temporaryDirectory } from '../../fixtures/bench.js'
import { assay } from '../assay.js'

const curveOf = (...bounds: (readonly [number, number])[]): CurvePoint[] =>
  bounds.map(([lower, upper], i) => ({
    value: 10 * (i + 1),
    pairs: 10,
    improvement: (lower + upper) / 2,
    ci95: { lower, upper },
    baselineMs: 100,
    candidateMs: 90,
  }))

describe('the break-even', () => {
  it('is the smallest number from which on every interval lies above zero', () => {
    const curve = curveOf([0.1, 0.2], [-0.1, 0.3], [0.01, 0.2], [0.2, 0.3])
    expect(findBreakEven(curve)).toEqual({ kind: 'from', backtests: 30, isSmallest: false })
  })

  it('is the smallest number measured if all are faster', () => {
    expect(findBreakEven(curveOf([0.1, 0.2], [0.1, 0.3]))).toEqual({
      kind: 'from',
      backtests: 10,
      isSmallest: true,
    })
  })

  it('does not exist if the largest number is slower, undecided or not measured', () => {
    expect(findBreakEven(curveOf([0.1, 0.2], [-0.3, -0.1]))).toEqual({ kind: 'never', most: 20 })
    expect(findBreakEven(curveOf([0.1, 0.2], [-0.3, 0.1]))).toEqual({ kind: 'undecided', most: 20 })
    expect(findBreakEven([])).toEqual({ kind: 'unmeasured' })
  })

  it('does not begin at a point without an interval', () => {
    const [first, last] = curveOf([0.1, 0.2], [0.1, 0.2])
    const { ci95: _, ...without } = first!
    expect(findBreakEven([without, last!])).toMatchObject({ backtests: 20 })
  })

  test.prop([
    fc.array(
      fc.tuple(
        fc.double({ min: -0.5, max: 0.5, noNaN: true }),
        fc.double({ min: 0, max: 0.3, noNaN: true }),
      ),
      {
        minLength: 1,
        maxLength: 8,
      },
    ),
  ])('agrees with its definition, tried number by number', (drawn) => {
    const curve = curveOf(...drawn.map(([lower, width]) => [lower, lower + width] as const))
    const holds = (index: number) => curve.slice(index).every(({ ci95 }) => ci95!.lower > 0)
    const first = curve.findIndex((_, index) => holds(index))
    const found = findBreakEven(curve)
    expect(found.kind === 'from' ? found.backtests : undefined).toBe(curve[first]?.value)
  })
})

/** A point whose pairs differ a little around given times. */
function pointOf(change: Partial<ScalePoint>, baseline: number, candidate: number): ScalePoint {
  return {
    axis: 'backtests',
    ...SCALE_SIZES.fixed,
    seed: 1,
    startedAt: '2026-11-28T01:00:00.000Z',
    commit: '0123456789abcdef',
    warmup: 1,
    iterations: 1,
    pairs: Array.from({ length: 10 }, (_, i) => ({
      first: i % 2 === 0 ? ('baseline' as const) : ('candidate' as const),
      baseline: baseline * (1 + 0.001 * i),
      candidate: candidate * (1 + 0.001 * ((i * 3) % 10)),
    })),
    ...change,
  }
}

const backtestsPoint = (backtests: number, baseline: number, candidate: number) =>
  pointOf({ backtests }, baseline, candidate)

describe('the figures of a study', () => {
  const points = [
    // Given in any order. The baseline is in proportion; the candidate costs 10 once.
    backtestsPoint(100, 1000, 510),
    backtestsPoint(1, 10, 15),
    backtestsPoint(10, 100, 60),
    pointOf({ axis: 'bars', bars: 252 }, 100, 80),
    pointOf({ axis: 'bars', bars: 504 }, 400, 160),
  ]
  const { curves, breakEven, growth } = deriveScale(points)

  it('are one curve per axis, ascending, with an interval at each point', () => {
    expect(curves.backtests.map(({ value }) => value)).toEqual([1, 10, 100])
    expect(curves.assets).toEqual([])
    const [small, medium, large] = curves.backtests
    expect(small!.improvement).toBeCloseTo(-0.5, 2)
    expect(medium!.improvement).toBeCloseTo(0.4, 2)
    expect(large!.improvement).toBeCloseTo(0.49, 2)
    for (const { improvement, ci95 } of curves.backtests) {
      expect(ci95!.lower).toBeLessThan(improvement)
      expect(ci95!.upper).toBeGreaterThan(improvement)
    }
    expect(breakEven).toEqual({ kind: 'from', backtests: 10, isSmallest: false })
  })

  it('state how the time grows: 1 in proportion, 2 with the square', () => {
    const slope = (axis: string, arm: string) =>
      growth.find((one) => one.axis === axis && one.arm === arm)!
    expect(slope('backtests', 'baseline').slope).toBeCloseTo(1, 10)
    expect(slope('bars', 'baseline').slope).toBeCloseTo(2, 10)
    expect(slope('bars', 'candidate').lastSlope).toBeCloseTo(1, 10)
    // log10(510 ÷ 60), by hand.
    expect(slope('backtests', 'candidate').lastSlope).toBeCloseTo(0.929419, 5)
    expect(slope('backtests', 'candidate').slope).toBeLessThan(0.8)
    expect([isLinear(1.1), isLinear(0.9), isLinear(1.11), isLinear(0.89)]).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})

describe('the searches', () => {
  it('have 400 different pairs of averages, the fast one shorter', () => {
    const all = Array.from({ length: 400 }, (_, number) => averagesOf(number))
    expect(new Set(all.map(({ fast, slow }) => `${fast} ${slow}`)).size).toBe(400)
    expect(all.every(({ fast, slow }) => fast < slow)).toBe(true)
  })

  it('are a suite, which has every point of both studies', () => {
    const { workloads } = ownSuite(suite).suite
    expect(new Set(workloads.map(({ id }) => id)).size).toBe(workloads.length)
    expect(scaleTasks(SCALE_SIZES)).toHaveLength(18)
    expect(scaleTasks(QUICK_SIZES)).toHaveLength(2)
  })
})

describe('the user guide', () => {
  const figuresOf = (...points: ScalePoint[]) => deriveScale(points)
  const stacks: MeasuredStack[] = [
    { name: 'early', figures: figuresOf(backtestsPoint(1, 10, 9), backtestsPoint(50, 500, 300)) },
    { name: 'late', figures: figuresOf(backtestsPoint(1, 10, 12), backtestsPoint(50, 500, 300)) },
    { name: 'never', figures: figuresOf(backtestsPoint(1, 10, 12), backtestsPoint(50, 500, 600)) },
  ]
  const guide = renderUserGuide(stacks)

  it('begins with a flow chart from the break-even of each layer', () => {
    expect(sealOf(guide)).toBe('whole')
    const [, chart = ''] = /```mermaid\n([\s\S]*?)```/.exec(guide) ?? []
    expect(chart.split('\n').map((line) => line.trim())).toEqual([
      'flowchart TD',
      'start(["a search"]) --> q0',
      'q0{"fewer than 50 backtests<br>on one bundle?"} -- yes --> a0["on: early"]',
      'q0 -- no --> all',
      'all["on: early, late"]',
      'off0["leave off: never"]',
      '',
    ])
  })

  it('measures the requirement, and links to each page', () => {
    expect(guide).toContain('on from 50 backtests, off below 25')
    expect(guide).toMatch(/\| late \| −20\.\d % \[.+\] \| — \| — \| \+40\.\d % \[.+\] \| — \|/)
    expect(guide).toContain('[measured](scale/never.md)')
    expect(breakEvenText('never', stacks[2]!.figures.breakEven)).toBe(
      'With never a search is slower, even one of 50 backtests',
    )
  })
})

describe('a study', () => {
  it('measures what is missing, and publishes pages, plots and the guide', async () => {
    const root = temporaryDirectory()
    const { io, output } = createIo()
    const setting = {
      root,
      loaded: ownSuite(suite),
      settings: {
        env: runEnvironment(io.env, suite.passEnvironment),
        nodeFlags: controlFlags(),
        timeoutMs: 60_000,
        signal: io.signal,
      },
      progress: createProgress(io),
      now: io.now,
      command: 'assay scale',
      packageVersion: '0',
    }
    const stack = ['layer1', 'layer2.arrays']
    const study = { stack, pairs: 2, tasks: scaleTasks(QUICK_SIZES) }
    await measureScale(root, { ...study, tasks: study.tasks.slice(0, 1) }, setting)
    await measureScale(root, study, setting)
    expect(output.stderr).toContain('point 1 of 1: 4 backtests of 1 asset × 100 bars')
    const files = scaleFiles(stack)
    const points = readScalePoints(join(root, files.data))
    expect(points.map(({ backtests }) => backtests)).toEqual([1, 4])
    expect(points.every(({ pairs }) => pairs.length === 2)).toBe(true)

    expect(publishScales(root)).toEqual([files.page, files.plot, files.costs, USER_GUIDE])
    const page = readFileSync(join(root, files.page), 'utf8')
    expect(sealOf(page)).toBe('whole')
    expect(page).toContain('# From how many backtests on layer1+layer2.arrays pays')
    expect(page).toContain('Not measured against assets.')
    expect(readFileSync(join(root, files.plot), 'utf8')).toContain('<svg')
  })

  it('as committed, its pages and the guide follow from its points', () => {
    const texts = Object.entries(renderScales('.'))
    expect(texts.length).toBeGreaterThan(3)
    for (const [path, text] of texts) expect(readFileSync(path, 'utf8'), path).toBe(text)
  })
})

describe('assay scale', () => {
  it('--quick measures small points and prints the break-even', async () => {
    const { code, stdout, stderr } = await assay(['scale', 'layer1', '--quick'])
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/^backtests {2}improvement {2}95 % interval/)
    expect(stdout).toMatch(/\n4 {2,}[+−]\d+\.\d %.* 2\n/)
    expect(stdout).toContain('layer1')
    expect(stdout).not.toContain('written')
  })

  it('names the layers there are if one is unknown', async () => {
    const { code, stderr } = await assay(['scale', 'layer9', '--quick'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/unknown layer layer9.*layer1/)
  })
})
