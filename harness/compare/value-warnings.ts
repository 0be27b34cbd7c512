import { lag1 } from '../statistics/autocorrelation.js'
import { meanOf, type Values } from '../statistics/moments.js'
import { countOutliers } from '../statistics/outliers.js'
import { MINIMUM_PAIRS } from '../statistics/trimmed.js'
import { formatCounted, formatNumber, formatPercent } from '../text/format.js'
import { improvementOf } from '../verdict/compare.js'
import { TAIL_BEYOND, type Warning, type WarningCode } from '../verdict/warnings.js'
import type { ValueComparison } from './compare-values.js'
import type { Series } from './series.js'
import type { Unit } from './unit.js'

/** A warning about two sets of values, or about the files they come from. */
export type ValueWarning = Warning<
  | WarningCode
  | 'few-values'
  | 'sorted'
  | 'units-converted'
  | 'unit-unknown'
  | 'same-values'
  | 'left-out'
  | 'missing-values'
  | 'direction-unknown'
>

/**
 * The warnings about two sets of values: those of a decision record under the same codes, with
 * remedies for values measured elsewhere, and those that only files can cause.
 *
 * @param unit in which both were compared
 */
export function valueWarnings(
  a: Series,
  b: Series,
  comparison: ValueComparison,
  unit: Unit | undefined,
): ValueWarning[] {
  return [
    few(comparison),
    zeroVariance(comparison),
    noisy(comparison),
    outliers(a, b, comparison),
    tail(comparison),
    autocorrelated(comparison),
    sorted(a, b, comparison),
    units(a, b, unit),
    omitted(a),
    missing(a, b),
    undirected(a, b),
    same(a, b),
  ].filter((warning) => warning !== undefined)
}

function few({ baseline, candidate }: ValueComparison): ValueWarning | undefined {
  const fewest = Math.min(baseline.n, candidate.n)
  if (fewest >= MINIMUM_PAIRS || fewest < 2) return undefined
  return {
    code: 'few-values',
    hint: `${fewest} values give a poor estimate of the variation: intervals are wide and no verdict is made; measure at least ${MINIMUM_PAIRS}`,
  }
}

function zeroVariance({ look }: ValueComparison): ValueWarning | undefined {
  if (look === undefined || look.se > 0) return undefined
  return {
    code: 'zero-variance',
    hint: 'the ratios do not vary, so t and interval are undefined; the clock is too coarse or the values are copies: do more work per run',
  }
}

function noisy({ noise, pairing }: ValueComparison): ValueWarning | undefined {
  if (noise?.class !== 'RED') return undefined
  const ratio = pairing === 'paired' ? 'the ratio of a pair' : 'the ratio of two values'
  return {
    code: 'noisy',
    hint: `${ratio} varies by ${formatPercent(noise.effectiveSd)} (RED); close other programs, measure more, or alternate the two sides and give --paired`,
  }
}

function outliers(
  a: Series,
  b: Series,
  { logRatios, look }: ValueComparison,
): ValueWarning | undefined {
  if (look === undefined) return undefined
  const groups = logRatios === undefined ? [logsOf(a.values), logsOf(b.values)] : [logRatios]
  const count = groups.reduce((total, values) => total + countOutliers(values), 0)
  if (count === 0) return undefined
  const total = groups.reduce((sum, values) => sum + values.length, 0)
  return {
    code: 'outliers',
    hint: `${count} of ${total} ${logRatios === undefined ? 'values' : 'pairs'} are outliers (more than 5 robust standard deviations from the median) and were kept; another program probably ran at times: repeat on a quiet machine, or with a warm-up if they come first`,
  }
}

function tail({ logRatios, improvement }: ValueComparison): ValueWarning | undefined {
  if (logRatios === undefined || improvement === undefined) return undefined
  const plain = improvementOf(meanOf(logRatios))
  if (Math.abs(plain - improvement.estimate) <= TAIL_BEYOND) return undefined
  return {
    code: 'tail',
    hint: `without trimming, the improvement is ${formatPercent(plain)} instead of ${formatPercent(improvement.estimate)}: a few pairs differ strongly; look at the values before you trust either figure`,
  }
}

function autocorrelated({ logRatios, look }: ValueComparison): ValueWarning | undefined {
  if (logRatios === undefined || look === undefined || look.seUsed <= look.se) return undefined
  return {
    code: 'autocorrelated',
    hint: `consecutive pairs are correlated (lag-1 correlation ${formatNumber(lag1(logRatios) ?? 0, 2)}), so the true interval is about ${formatNumber(look.seUsed / look.se, 2)} times as wide as the one shown; the machine drifts: let it cool down, or fix its clock rate`,
  }
}

function sorted(a: Series, b: Series, { pairing }: ValueComparison): ValueWarning | undefined {
  if (pairing !== 'paired' || ![a, b].every(({ values }) => values.length > 2 && isSorted(values)))
    return undefined
  return {
    code: 'sorted',
    hint: 'both sides are in ascending order, so they were probably sorted and the n-th values are not pairs; leave out --paired',
  }
}

function units(a: Series, b: Series, unit: Unit | undefined): ValueWarning | undefined {
  if (a.unit === b.unit) return undefined
  const [stated, other] = a.unit === undefined ? [b, a] : [a, b]
  if (other.unit !== undefined)
    return {
      code: 'units-converted',
      hint: `${a.label} is in ${a.unit} and ${b.label} in ${b.unit}; both are compared in ${unit ?? a.unit}`,
    }
  return {
    code: 'unit-unknown',
    hint: `${stated.label} is in ${stated.unit}, but ${other.label} does not state its unit; make sure it is the same`,
  }
}

function omitted({ omitted: reasons = [] }: Series): ValueWarning | undefined {
  if (reasons.length === 0) return undefined
  return { code: 'left-out', hint: `${reasons.join('; ')}; it was left out` }
}

/** Only of unpaired values: of pairs, a gap is an error. */
function missing(a: Series, b: Series): ValueWarning | undefined {
  const gaps = [a, b].flatMap(({ label, gaps: count = 0 }) =>
    count === 0 ? [] : [`${label} has ${formatCounted(count, 'row')} without a value`],
  )
  if (gaps.length === 0) return undefined
  return {
    code: 'missing-values',
    hint: `${gaps.join('; ')}; the others are compared: make sure that no slow or failed run is left out`,
  }
}

function undirected(a: Series, b: Series): ValueWarning | undefined {
  const perhaps = [a, b].find(
    ({ perhapsRate, higherIsBetter }) => perhapsRate === true && higherIsBetter !== true,
  )
  if (perhaps === undefined) return undefined
  return {
    code: 'direction-unknown',
    hint: `${perhaps.label} does not state whether more is better, and less was taken to be better; if more is, give --higher-is-better`,
  }
}

function same(a: Series, b: Series): ValueWarning | undefined {
  if (a.values.length === 0 || a.values.length !== b.values.length) return undefined
  if (!new Float64Array(a.values).every((value, index) => value === b.values[index]))
    return undefined
  return {
    code: 'same-values',
    hint: 'both sides hold exactly the same values; check that they are not the same file',
  }
}

function isSorted(values: Values): boolean {
  for (let index = 1; index < values.length; index += 1)
    if (!(values[index - 1]! <= values[index]!)) return false
  return values[0] !== values.at(-1)
}

function logsOf(values: Values): Float64Array {
  return new Float64Array(values).map(Math.log)
}
