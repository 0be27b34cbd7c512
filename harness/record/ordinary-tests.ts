import { lag1 } from '../statistics/autocorrelation.js'
import { effectSize } from '../statistics/effect-size.js'
import { hodgesLehmann } from '../statistics/hodges-lehmann.js'
import type { TQuantile } from '../statistics/interval.js'
import { rankSumTest } from '../statistics/mann-whitney.js'
import { momentsOf } from '../statistics/moments.js'
import { pairedTest } from '../statistics/paired.js'
import { shapiroWilk } from '../statistics/shapiro.js'
import { type TTest, welchTest } from '../statistics/welch.js'
import { signedRankTest } from '../statistics/wilcoxon.js'
import { type Comparison, improvementOf, improvementOfMeans } from '../verdict/compare.js'
import { type OnAbsent, present } from './present.js'
import type { WorkloadRecord } from './record-schema.js'

type PairedTests = Pick<
  WorkloadRecord,
  'paired' | 'wilcoxon' | 'hodgesLehmann' | 'shapiro' | 'lag1'
>
type OrdinaryTests = PairedTests &
  Pick<WorkloadRecord, 'mannWhitney' | 'effectSize' | 'improvementOfMeans'>

/** The naive rule accepts a difference with a two-sided p below this. */
const NAIVE_P = 0.05

/** Ordinary statistics of the candidate and the compared arm; the verdict does not use them. */
export function toOrdinaryTests(comparison: Comparison): OrdinaryTests {
  const { a, b } = comparison
  return {
    ...toPairedTests(comparison.logRatios),
    ...present('mannWhitney', () => ({ ...rankSumTest(a, b) })),
    ...present('effectSize', () => effectSize(momentsOf(a), momentsOf(b))),
    improvementOfMeans: improvementOfMeans(comparison),
  }
}

/** The outcome of the naive rule for an improvement; absent if neither arm varies. */
export function toNaiveRecord(
  comparison: Comparison,
  atLeast: number,
): Pick<WorkloadRecord, 'naive'> {
  return present('naive', () => naiveRule(comparison, atLeast))
}

/** The tests of ln(b/a), one per pair in the order they were measured. */
export function toPairedTests(
  logRatios: readonly number[],
  onAbsent?: OnAbsent,
  quantile?: TQuantile,
): PairedTests {
  return {
    ...present('paired', () => toTTestRecord(pairedTest(logRatios, quantile)), onAbsent),
    ...present('wilcoxon', () => ({ ...signedRankTest(logRatios) }), onAbsent),
    ...present('hodgesLehmann', () => improvementOf(hodgesLehmann(logRatios)), onAbsent),
    ...present('shapiro', () => ({ ...shapiroWilk(logRatios) }), onAbsent),
    ...present('lag1', () => lag1(logRatios), onAbsent),
  }
}

/** Welch's test of the means of two arms under a key; absent if neither varies. */
export function toWelchRecord<Key extends string>(
  key: Key,
  { a, b }: Pick<Comparison, 'a' | 'b'>,
): { [Name in Key]?: NonNullable<WorkloadRecord['welch']> } {
  return present(key, () => toTTestRecord(welchTest(a, b)))
}

function naiveRule(comparison: Comparison, atLeast: number): NonNullable<WorkloadRecord['naive']> {
  const { p } = welchTest(comparison.a, comparison.b)
  return { p, wouldAccept: improvementOfMeans(comparison) >= atLeast && p < NAIVE_P }
}

/** A t-test under the keys of a record. */
export function toTTestRecord({ t, df, p, ci95 }: TTest) {
  return { t, df, p, ci95: [ci95.lower, ci95.upper] }
}
