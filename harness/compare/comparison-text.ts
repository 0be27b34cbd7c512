import {
  formatCounted,
  formatLimit,
  formatMeasures,
  formatNumber,
  formatP,
  formatPercent,
  formatPercentInterval,
  formatSignedPercent,
  formatSpeedup,
} from '../text/format.js'
import { alignedRows } from '../text/table.js'
import { visibleLine } from '../text/visible-text.js'
import { reasonSentence } from '../verdict/reasons.js'
import type { ValueComparison } from './compare-values.js'
import type { Comparison } from './comparison.js'
import { foldLines } from './fold-lines.js'
import type { RegressionCheck } from './regression-check.js'
import { msOf, type Unit } from './unit.js'
import type { ArmSummary } from './value-arm.js'

/** Lines may always be this long, even on a narrower terminal. */
const NARROWEST = 60
const MOST_DIGITS = 6

type Row = readonly [name: string, text: string]

/**
 * A comparison for people: both arms, the difference in one line, every statistic, and the reasons
 * for absent ones.
 *
 * @param columns characters per line; longer lines continue on the next, indented
 */
export function comparisonText(comparison: Comparison, columns: number): string {
  const { values, warnings, regression, runs } = comparison
  const rows: readonly Row[] = [
    ...armRows(comparison),
    ['', ''],
    ['', `${headline(comparison)}${welchText(values)}`],
    ['', ''],
    ...ratioRows(comparison),
    ...testRows(comparison),
    ...noiseRows(values),
    ...(runs === undefined ? [] : [runsRow(runs)]),
    ...absentRows(values),
    ...warnings.map(({ code, hint }): Row => ['warning', `${code}: ${hint}`]),
    ...(regression === undefined ? [] : [regressionRow(regression)]),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows
    .map(([name, text]) => {
      const label = name === '' ? '' : `${name.padEnd(width)}  `
      const lines = foldLines(visibleLine(text), Math.max(NARROWEST, columns) - label.length)
      return `${label}${lines.join(`\n${' '.repeat(label.length || 2)}`)}`.trimEnd()
    })
    .join('\n')
}

/** The parts that exist, separated as `foldLines` expects. */
function joined(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => typeof part === 'string').join('   ')
}

function armRows({ baseline, candidate, values, unit }: Comparison): Row[] {
  const [first, second] = alignedRows([
    [baseline, describeArm(values.baseline, unit)],
    [candidate, describeArm(values.candidate, unit)],
  ])
  return [
    ['baseline', first!],
    ['candidate', second!],
  ]
}

function describeArm({ n, mean, sd, cv, ci95 }: ArmSummary, unit: Comparison['unit']): string {
  return joined(
    `n ${formatNumber(n, 0)}`,
    mean !== undefined &&
      `mean ${sd === undefined ? measures([mean], unit) : measures([mean, sd], unit, ' ± ')}`,
    cv !== undefined && `cv ${formatPercent(cv)}`,
    ci95 && `95 % CI ${measures(ci95, unit)}`,
  )
}

/** `b.txt is 12.3 % faster than a.txt  [10.1, 14.4]`: the observed difference, not a verdict. */
function headline(comparison: Comparison): string {
  const { baseline, candidate, values, unit, higherIsBetter = false } = comparison
  const { improvement, fieller, welch, absent } = values
  if (improvement !== undefined)
    return `${candidate} ${changeText(improvement.estimate, improvement.ci95, baseline)}${rateText(improvement.estimate, higherIsBetter)}`
  if (fieller !== undefined) {
    const bounds = fieller.ci95.map((bound) => 1 - bound)
    return `by the means, ${candidate} ${changeText(1 - fieller.ratio, bounds, baseline)}${rateText(1 - fieller.ratio, higherIsBetter)}`
  }
  if (welch !== undefined) {
    const [lower, upper] = welch.ci95 as [number, number]
    const better = lower + upper >= 0
    const bounds = better ? [lower, upper] : [-upper, -lower]
    return `${candidate} lies ${measures([Math.abs(lower + upper) / 2], unit)} ${better === higherIsBetter ? 'above' : 'below'} ${baseline}  [${measures(bounds, unit, ', ')}]`
  }
  return `${baseline} and ${candidate} cannot be compared: ${absent.welch ?? absent.improvement ?? 'all statistics are absent'}`
}

/** @param improvement a fraction, negative if slower  @param ci95 its interval */
function changeText(
  improvement: number,
  ci95: readonly number[] | undefined,
  baseline: string,
): string {
  const sign = improvement < 0 ? -1 : 1
  const digits = percentDigits(ci95)
  const bounds = ci95
    ?.map((bound) => sign * bound)
    .sort((a, b) => a - b)
    .map((bound) => formatNumber(100 * bound, digits))
  const interval = bounds === undefined ? '(no interval)' : `[${bounds.join(', ')}]`
  return `is ${formatPercent(sign * improvement, digits)} ${sign < 0 ? 'slower' : 'faster'} than ${baseline}  ${interval}`
}

/** The change of a rate, if the change above is that of the time per operation. */
function rateText(improvement: number, higherIsBetter: boolean): string {
  if (!higherIsBetter) return ''
  const change = 1 / (1 - improvement) - 1
  return `   the values are ${formatPercent(Math.abs(change))} ${change < 0 ? 'lower' : 'higher'}`
}

/** Values in their unit; times also in a smaller or larger one. */
function measures(values: readonly number[], unit: Unit | undefined, separator?: string): string {
  if (unit === undefined || unit === 'ms' || unit === 's')
    return formatMeasures(values, unit, separator)
  const ms = msOf(unit)
  if (ms === undefined) return `${formatMeasures(values, undefined, separator)} ${unit}`
  const inMs = values.map((value) => value * ms)
  return formatMeasures(inMs, 'ms', separator)
}

function welchText({ welch }: ValueComparison): string {
  return welch === undefined
    ? ''
    : `   Welch t ${formatNumber(welch.t)} df ${formatNumber(welch.df)} p ${formatP(welch.p)}`
}

function ratioRows({ values, higherIsBetter }: Comparison): Row[] {
  const { improvement, speedup, pairing } = values
  const rows: Row[] = []
  if (improvement !== undefined) {
    const { estimate, ci95, p, df } = improvement
    const digits = percentDigits(ci95)
    rows.push([
      'improvement',
      joined(
        formatSignedPercent(estimate, digits),
        ci95 && `95 % CI ${formatPercentInterval(ci95, digits)}`,
        p !== undefined && `p ${formatP(p)}`,
        `df ${formatNumber(df)}`,
        pairing === 'paired'
          ? `by the pairs: trimmed mean of ${logRatio(higherIsBetter)}`
          : 'by Welch on logs',
      ),
    ])
  }
  if (speedup !== undefined) rows.push(['speedup', formatSpeedup(speedup)])
  return rows
}

/** The logarithm of the time per operation, of the candidate by the baseline. */
function logRatio(higherIsBetter: true | undefined): string {
  return higherIsBetter ? 'ln(baseline / candidate)' : 'ln(candidate / baseline)'
}

function testRows({ values, unit, higherIsBetter }: Comparison): Row[] {
  const { welch, paired, wilcoxon, mannWhitney, shapiro, fieller, hodgesLehmann, lag1 } = values
  const digits = percentDigits(values.improvement?.ci95)
  const texts: readonly (readonly [name: string, text: string | undefined])[] = [
    [
      'Welch',
      welch && joined(testText(welch), `difference of means ${measures(welch.ci95, unit)}`),
    ],
    ['paired t', paired && joined(testText(paired), `on ${logRatio(higherIsBetter)}`)],
    ['Wilcoxon', wilcoxon && rankText('w', wilcoxon.w, wilcoxon)],
    ['Mann–Whitney', mannWhitney && rankText('u', mannWhitney.u, mannWhitney)],
    ['Hodges–Lehmann', shownIf(hodgesLehmann, (value) => formatSignedPercent(value, digits))],
    [
      'improvement of means',
      shownIf(values.improvementOfMeans, (value) => formatSignedPercent(value, digits)),
    ],
    [
      'ratio of means',
      fieller &&
        joined(
          formatNumber(fieller.ratio, 4),
          `95 % CI ${fieller.ci95.map((bound) => formatNumber(bound, 4)).join(' – ')}`,
          'Fieller',
        ),
    ],
    ['effect size', shownIf(values.effectSize, (value) => `d ${formatNumber(value, 2)}`)],
    [
      'Shapiro–Wilk',
      shapiro &&
        joined(
          `w ${formatNumber(shapiro.w, 3)}`,
          `p ${formatP(shapiro.p)}`,
          'small p: the log ratios are not normal',
        ),
    ],
    ['lag-1 correlation', shownIf(lag1, (value) => formatNumber(value, 2))],
  ]
  return texts.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]]))
}

function shownIf(value: number | undefined, show: (value: number) => string): string | undefined {
  return value === undefined ? undefined : show(value)
}

/** Decimals of a percentage: one, or more if the interval is too narrow for one. */
function percentDigits(interval: readonly number[] | undefined): number {
  const width = interval === undefined ? 0 : 100 * Math.abs(interval[1]! - interval[0]!)
  return width > 0 ? Math.min(MOST_DIGITS, Math.max(1, 1 - Math.floor(Math.log10(5 * width)))) : 1
}

function testText({ t, df, p }: NonNullable<ValueComparison['welch']>): string {
  return joined(`t ${formatNumber(t)}`, `df ${formatNumber(df)}`, `p ${formatP(p)}`)
}

function rankText(name: string, sum: number, { p, method }: { p: number; method: string }): string {
  return joined(`${name} ${formatNumber(sum)}`, `p ${formatP(p)}`, method)
}

function noiseRows({ noise, pairing }: ValueComparison): Row[] {
  if (noise === undefined) return []
  const { certifiable, effectiveSd } = noise
  const power =
    certifiable === undefined
      ? ''
      : `; with 80 % power, this certifies a true improvement of ${formatPercent(certifiable, certifiable < 0.001 ? 3 : 1)} or more as faster`
  const per = pairing === 'paired' ? 'pair' : 'two values'
  return [['noise', joined(noise.class, `${formatPercent(effectiveSd)} per ${per}${power}`)]]
}

function runsRow({
  metric,
  against,
  voidedPairs,
  failedPairs,
}: NonNullable<Comparison['runs']>): Row {
  return [
    'runs',
    `${metric} time against the ${against}; ${formatCounted(voidedPairs, 'pair')} voided, ${failedPairs} failed`,
  ]
}

/** One line per reason: several statistics are often absent for the same reason. */
function absentRows({ absent }: ValueComparison): Row[] {
  return [...new Set(Object.values(absent))].map((reason) => {
    const keys = Object.keys(absent).filter((key) => absent[key] === reason)
    return ['absent', `${keys.join(', ')}: ${reason}`]
  })
}

function regressionRow(check: RegressionCheck): Row {
  const { limit, outcome, reasons, problem, slowdown, certifiable } = check
  if (problem !== undefined) return ['regression', `nothing decided: ${problem}`]
  const power =
    certifiable === undefined
      ? ''
      : certifiable >= 0
        ? `; up to ${formatPercent(certifiable)} slower passes with 80 % power`
        : `; only a candidate ${formatPercent(-certifiable)} faster passes with 80 % power: measure more`
  const why = reasons.flatMap((code) =>
    code === 'not-comparable' ? [] : [reasonSentence(code, { kind: 'regression', atMost: limit })],
  )
  return [
    'regression',
    joined(
      `${outcome} (${why.join(', ')})`,
      `limit ${formatLimit(limit)} slower`,
      slowdown && `slower by ${formatPercentInterval(slowdown.bounds)} at 95 %`,
    ) + power,
  ]
}
