import type { Arm, Metric } from '../contract.js'
import { defined } from '../evidence/defined.js'
import { assessWorkload } from '../verdict/assess.js'
import { failedPairs, voidedPairs } from '../verdict/rounds.js'
import { warningsOf } from '../verdict/warnings.js'
import { compareSummaries, summaryArm } from './compare-summaries.js'
import { compareValues, type ValueComparison } from './compare-values.js'
import { checkRounds, checkValues, type RegressionCheck, roundsRule } from './regression-check.js'
import { armSeries, type RunJournal, workloadRounds } from './run-journal.js'
import type { Series, Unit } from './series.js'
import { armOf, type ValueArm } from './value-arm.js'
import { type ValueWarning, valueWarnings } from './value-warnings.js'

/** Two series compared: everything that is printed. */
export interface Comparison {
  readonly baseline: string
  readonly candidate: string
  /** Of all statistics that are not ratios; absent where neither file states it. */
  readonly unit?: Unit
  readonly values: ValueComparison
  readonly regression?: RegressionCheck
  readonly warnings: readonly ValueWarning[]
  /** Only for the arms of measured runs. */
  readonly runs?: {
    readonly workload: string
    readonly metric: Metric
    readonly against: Arm
    readonly voidedPairs: number
    readonly failedPairs: number
  }
}

const MS_PER_S = 1000

/** @param limit slowdown that fails; undefined: statistics only */
export function compareSeries(
  a: Series,
  b: Series,
  paired: boolean,
  limit: number | undefined,
): Comparison {
  const converted = a.unit !== undefined && b.unit !== undefined && a.unit !== b.unit
  const unit = converted ? 'ms' : (a.unit ?? b.unit)
  const [inA, inB] = converted ? [inMs(a), inMs(b)] : [a, b]
  const missing = (a.summary ?? b.summary)?.missing
  const values =
    missing === undefined
      ? compareValues(inA.values, inB.values, paired)
      : compareSummaries(summarizedArm(inA), summarizedArm(inB), missing)
  return {
    baseline: a.label,
    candidate: b.label,
    ...defined({ unit }),
    values,
    ...(limit !== undefined && { regression: checkValues(values, limit) }),
    warnings: valueWarnings(a, b, values),
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
}: Comparison): Record<string, unknown> {
  const { look: _look, logRatios: _logRatios, absent, ...statistics } = values
  return {
    ...(runs && { id: runs.workload, metric: runs.metric, against: runs.against }),
    sources: { baseline, candidate },
    ...defined({ unit }),
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

function inMs(series: Series): Series {
  if (series.unit !== 's') return series
  const { values, summary } = series
  const inUnit = summary && { ...summary, mean: summary.mean * MS_PER_S, sd: summary.sd * MS_PER_S }
  return {
    ...series,
    values: new Float64Array(values).map((value) => value * MS_PER_S),
    ...(inUnit && { summary: inUnit }),
  }
}
