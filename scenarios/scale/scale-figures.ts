import { linearRegression, mean } from 'simple-statistics'
import type { Interval } from '../../harness/statistics/interval.js'
import { trimmedEstimate } from '../../harness/statistics/trimmed.js'
import { toImprovement } from '../../harness/verdict/compare.js'
import { AXES, type Axis, type ScalePoint, valueOn } from './scale-point.js'

/** A point of a curve. */
export interface CurvePoint {
  /** Backtests, bars or assets. */
  readonly value: number
  readonly pairs: number
  /** Over the pure baseline, a fraction. */
  readonly improvement: number
  /** 95 %; absent if the pairs do not vary. */
  readonly ci95?: Interval
  /** Mean CPU time of a pass, ms. */
  readonly baselineMs: number
  readonly candidateMs: number
}

/** How the time of a pass grows with a size. */
export interface Growth {
  readonly axis: Axis
  readonly arm: 'baseline' | 'candidate'
  /** Exponent of the power law through all points: 1 is in proportion. */
  readonly slope: number
  /** The same between the two largest sizes, where fixed costs count least. */
  readonly lastSlope: number
}

/** What follows from the points of a study. */
export interface ScaleFigures {
  readonly curves: Readonly<Record<Axis, readonly CurvePoint[]>>
  readonly breakEven: BreakEven
  readonly growth: readonly Growth[]
}

/** From how many backtests on a layer pays. */
export type BreakEven =
  /** The smallest number measured from which on every interval lies above zero. */
  | { readonly kind: 'from'; readonly backtests: number; readonly isSmallest: boolean }
  /** The interval of the largest number lies below zero. */
  | { readonly kind: 'never'; readonly most: number }
  /** The interval of the largest number holds zero. */
  | { readonly kind: 'undecided'; readonly most: number }
  | { readonly kind: 'unmeasured' }

/** Derives curves, break-even and growth from the points of a study, in any order. */
export function deriveScale(points: readonly ScalePoint[]): ScaleFigures {
  const curve = (axis: Axis) =>
    points
      .filter((point) => point.axis === axis)
      .map((point) => curvePoint(axis, point))
      .sort((a, b) => a.value - b.value)
  const curves = { backtests: curve('backtests'), bars: curve('bars'), assets: curve('assets') }
  return {
    curves,
    breakEven: findBreakEven(curves.backtests),
    growth: AXES.flatMap((axis) => growthOf(axis, curves[axis])),
  }
}

function curvePoint(axis: Axis, point: ScalePoint): CurvePoint {
  const estimate = trimmedEstimate(
    point.pairs.map(({ baseline, candidate }) => Math.log(candidate / baseline)),
  )!
  const { estimate: improvement, ci95 } = toImprovement(estimate)
  return {
    value: valueOn(axis, point),
    pairs: point.pairs.length,
    improvement,
    ...(ci95 !== undefined && { ci95 }),
    baselineMs: mean(point.pairs.map(({ baseline }) => baseline)),
    candidateMs: mean(point.pairs.map(({ candidate }) => candidate)),
  }
}

/**
 * The smallest number of backtests whose interval lies above zero, as do those of all larger
 * numbers.
 *
 * @param curve ascending by the number of backtests
 */
export function findBreakEven(curve: readonly CurvePoint[]): BreakEven {
  const last = curve.at(-1)
  if (last === undefined) return { kind: 'unmeasured' }
  const isFaster = ({ ci95 }: CurvePoint) => ci95 !== undefined && ci95.lower > 0
  if (!isFaster(last)) {
    const isSlower = last.ci95 !== undefined && last.ci95.upper < 0
    return { kind: isSlower ? 'never' : 'undecided', most: last.value }
  }
  const first = curve.findLastIndex((point) => !isFaster(point)) + 1
  return { kind: 'from', backtests: curve[first]!.value, isSmallest: first === 0 }
}

function growthOf(axis: Axis, curve: readonly CurvePoint[]): Growth[] {
  if (curve.length < 2) return []
  return (['baseline', 'candidate'] as const).map((arm) => {
    const times = curve.map((point): [number, number] => [
      Math.log(point.value),
      Math.log(point[`${arm}Ms`]),
    ])
    return { axis, arm, slope: slopeOf(times), lastSlope: slopeOf(times.slice(-2)) }
  })
}

function slopeOf(points: [number, number][]): number {
  return linearRegression(points).m
}

const WITHIN = 0.1
/** Of a slope that is 1.1 or 0.9 in decimals. */
const ROUNDING = 1e-9

/** Whether a time grows in proportion to a size, within 10 %. */
export function isLinear(slope: number): boolean {
  return Math.abs(slope - 1) <= WITHIN + ROUNDING
}
