import { lag1 } from '../statistics/autocorrelation.js'
import { effectSize } from '../statistics/effect-size.js'
import { hodgesLehmann } from '../statistics/hodges-lehmann.js'
import { rankSumTest } from '../statistics/mann-whitney.js'
import { pairedTest } from '../statistics/paired.js'
import { DegenerateSampleError } from '../statistics/sample.js'
import { shapiroWilk } from '../statistics/shapiro.js'
import { type TTest, welchTest } from '../statistics/welch.js'
import { signedRankTest } from '../statistics/wilcoxon.js'
import { type Comparison, improvementOf, improvementOfMeans } from '../verdict/compare.js'
import type { WorkloadRecord } from './record-schema.js'

type OrdinaryTests = Pick<
  WorkloadRecord,
  'paired' | 'wilcoxon' | 'mannWhitney' | 'hodgesLehmann' | 'shapiro' | 'lag1' | 'effectSize' | 'improvementOfMeans' | 'naive'
>

/** Two-sided p below which the naive rule calls a difference real. */
const NAIVE_P = 0.05

/** What stands beside the verdict and decides nothing: the ordinary statistics of the candidate and the arm it is compared with. */
export function toOrdinaryTests(comparison: Comparison, atLeast: number): OrdinaryTests {
  const { a, b, logRatios } = comparison
  const r1 = lag1(logRatios)
  return {
    ...present('paired', () => toTTestRecord(pairedTest(logRatios))),
    ...present('wilcoxon', () => ({ ...signedRankTest(logRatios) })),
    ...present('mannWhitney', () => ({ ...rankSumTest(a, b) })),
    hodgesLehmann: improvementOf(hodgesLehmann(logRatios)),
    ...present('shapiro', () => ({ ...shapiroWilk(logRatios) })),
    ...(r1 !== undefined && { lag1: r1 }),
    ...present('effectSize', () => effectSize(a, b)),
    improvementOfMeans: improvementOfMeans(comparison),
    ...present('naive', () => naiveRule(comparison, atLeast)),
  }
}

/** Welch's test of two arms; absent where neither varies. */
export function toWelchRecord<Key extends string>(
  key: Key,
  { a, b }: Comparison,
): { [Name in Key]?: NonNullable<WorkloadRecord['welch']> } {
  return present(key, () => toTTestRecord(welchTest(a, b)))
}

function naiveRule(comparison: Comparison, atLeast: number): NonNullable<WorkloadRecord['naive']> {
  const { p } = welchTest(comparison.a, comparison.b)
  return { p, wouldAccept: improvementOfMeans(comparison) >= atLeast && p < NAIVE_P }
}

function toTTestRecord({ t, df, p, ci95 }: TTest) {
  return { t, df, p, ci95: [ci95.lower, ci95.upper] }
}

/** A statistic that does not exist for these values is absent from the record. None of them decides anything. */
function present<Key extends string, Value>(key: Key, compute: () => Value): { [Name in Key]?: Value } {
  try {
    return { [key]: compute() } as { [Name in Key]?: Value }
  } catch (error) {
    if (error instanceof DegenerateSampleError) return {}
    throw error
  }
}
