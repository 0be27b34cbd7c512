import type { Arm, Metric } from '../contract.js'
import { InputError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import { assessWorkload } from '../verdict/assess.js'
import { failedPairs, voidedPairs } from '../verdict/rounds.js'
import { warningsOf } from '../verdict/warnings.js'
import { compareSummaries, summaryArm } from './compare-summaries.js'
import { compareNothing, compareValues, type ValueComparison } from './compare-values.js'
import { checkRounds, checkValues, type RegressionCheck, roundsRule } from './regression-check.js'
import { armSeries, type RunJournal, workloadRounds } from './run-journal.js'
import type { Series } from './series.js'
import { commonUnit, type Unit } from './unit.js'
import { armOf, type ValueArm } from './value-arm.js'
import { type ValueWarning, valueWarnings } from './value-warnings.js'

/** Two series compared: everything that is printed. */
export interface Comparison {
  readonly baseline: string
  readonly candidate: string
  /** Unit of all statistics that are not ratios; absent if neither file states it. */
  readonly unit?: Unit
  readonly values: ValueComparison
  readonly regression?: RegressionCheck
  /** Whether more is better, so that speed is the inverse of the values. */
  readonly higherIsBetter?: true
  /** The reason why nothing is decided, if the measured program failed. */
  readonly failed?: string
  readonly warnings: readonly ValueWarning[]
  /** Present only for the arms of measured runs. */
  readonly runs?: {
    readonly workload: string
    readonly metric: Metric
    readonly against: Arm
    readonly voidedPairs: number
    readonly failedPairs: number
  }
}

/** The user's statements about values. */
export interface Question {
  readonly paired: boolean
  /** The slowdown that fails. If undefined, only statistics are made. */
  readonly limit: number | undefined
  /** Whether values are rates, so that a higher value is better. */
  readonly higherIsBetter: boolean
}

/** @throws {InputError} the units cannot be compared */
export function compareSeries(a: Series, b: Series, question: Question): Comparison {
  const { paired, limit, higherIsBetter } = question
  const common = toCommonUnit(a, b)
  const [inA, inB] = common.series
  const failed = a.failed ?? b.failed
  const missing = (a.summary ?? b.summary)?.missing
  const armA = summarizedArm(inA)
  const armB = summarizedArm(inB)
  const values =
    failed !== undefined
      ? compareNothing(armA, armB, paired, failed)
      : missing === undefined
        ? compareValues(inA.values, inB.values, paired, higherIsBetter)
        : compareSummaries(armA, armB, missing, higherIsBetter)
  return {
    baseline: a.label,
    candidate: b.label,
    ...defined({ unit: common.unit, failed }),
    values,
    ...(higherIsBetter && { higherIsBetter }),
    ...(limit !== undefined && { regression: checkValues(values, limit) }),
    warnings: valueWarnings(a, b, values, common.unit),
  }
}

/**
 * Compares the arms of a workload of measured runs pair by pair, with the warnings and checks of an
 * evaluation.
 */
export function compareRounds(
  journal: RunJournal,
  name: string,
  metric: Metric,
  limit: number | undefined,
): Comparison {
  const ofWorkload = workloadRounds(journal, name)
  const { workload, against, rounds } = ofWorkload
  const [a, b] = [
    armSeries(ofWorkload, against, metric, journal.path),
    armSeries(ofWorkload, 'candidate', metric, journal.path),
  ]
  const values = compareValues(a.values, b.values, true)
  const rule = roundsRule(rounds, { against, metric }, limit)
  return {
    baseline: a.label,
    candidate: b.label,
    unit: 'ms',
    values,
    ...(limit !== undefined && { regression: checkRounds(rounds, rule, values, limit) }),
    warnings: warningsOf(rounds, assessWorkload(rounds, rule).looks, rule),
    runs: {
      workload,
      metric,
      against,
      voidedPairs: voidedPairs(journal.lines, workload),
      failedPairs: failedPairs(journal.lines, workload),
    },
  }
}

/**
 * One comparison as JSON, with the keys of a workload in a decision record; `absent` holds the
 * reasons for absent statistics.
 */
export function toJson({
  baseline,
  candidate,
  unit,
  values,
  regression,
  warnings,
  runs,
  higherIsBetter,
}: Comparison): Record<string, unknown> {
  const { look: _look, logRatios: _logRatios, absent, ...statistics } = values
  return {
    ...(runs && { id: runs.workload, metric: runs.metric, against: runs.against }),
    sources: { baseline, candidate },
    ...defined({ unit, higherIsBetter }),
    ...(runs && {
      pairs: values.baseline.n,
      voidedPairs: runs.voidedPairs,
      failedPairs: runs.failedPairs,
    }),
    ...statistics,
    ...defined({ regression }),
    warnings,
    absent,
  }
}

function summarizedArm({ values, summary }: Series): ValueArm {
  return summary === undefined ? armOf(values) : summaryArm(summary)
}

/** @throws {InputError} the units cannot be compared */
function toCommonUnit(
  a: Series,
  b: Series,
): { readonly unit: Unit | undefined; readonly series: readonly [Series, Series] } {
  if (a.unit === undefined || b.unit === undefined)
    return { unit: a.unit ?? b.unit, series: [a, b] }
  const common = commonUnit(a.unit, b.unit)
  if (common === undefined)
    throw new InputError(
      `${a.label} is in ${a.unit} and ${b.label} in ${b.unit}, which cannot be compared; choose columns of one unit, or convert one of them`,
    )
  const { unit, factors } = common
  return { unit, series: [scaled(a, factors[0]!), scaled(b, factors[1]!)] }
}

function scaled(series: Series, factor: number): Series {
  if (factor === 1) return series
  const { values, summary } = series
  const inUnit = summary && { ...summary, mean: summary.mean * factor, sd: summary.sd * factor }
  return {
    ...series,
    values: new Float64Array(values).map((value) => value * factor),
    ...(inUnit && { summary: inUnit }),
  }
}
