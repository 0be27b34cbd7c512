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
import type { ValueComparison } from './compare-values.js'
import type { Comparison } from './comparison.js'
import { foldLines } from './fold-lines.js'
import type { RegressionCheck } from './regression-check.js'
import type { ArmSummary } from './value-arm.js'

/** Lines are not made shorter than this, however narrow the terminal says it is. */
const NARROWEST = 60
const MOST_DIGITS = 6

type Row = readonly [name: string, text: string]

/**
 * A comparison for people: the arms, what they say of each other in one line, every statistic, what
 * is missing and why.
 *
 * @param columns characters of a line; what is longer goes on below, indented
 */
export function comparisonText(comparison: Comparison, columns: number): string {
  const { values, warnings, regression, runs } = comparison
  const rows: readonly (Row | undefined)[] = [
    ...armRows(comparison),
    ['', ''],
    ['', headline(comparison)],
    ['', ''],
    ...statisticRows(comparison),
    noiseRow(values),
    ...(runs === undefined ? [] : [runsRow(runs)]),
    ...absentRows(values),
    ...warnings.map(({ code, hint }): Row => ['warning', `${code}: ${hint}`]),
    ...(regression === undefined ? [] : regressionRows(regression)),
  ]
  const present = rows.filter((row) => row !== undefined)
  const width = Math.max(...present.map(([name]) => name.length))
  return present
    .map(([name, text]) => {
      const label = name === '' ? '' : `${name.padEnd(width)}  `
      const lines = foldLines(text, Math.max(NARROWEST, columns) - label.length)
      return `${label}${lines.join(`\n${' '.repeat(label.length || 2)}`)}`.trimEnd()
    })
    .join('\n')
}

function armRows({ baseline, candidate, values, unit }: Comparison): Row[] {
  const width = Math.max(baseline.length, candidate.length)
  return [
    ['baseline', `${baseline.padEnd(width)}  ${describeArm(values.baseline, unit)}`],
    ['candidate', `${candidate.padEnd(width)}  ${describeArm(values.candidate, unit)}`],
  ]
}

function describeArm({ n, mean, sd, cv, ci95 }: ArmSummary, unit: Comparison['unit']): string {
  const parts = [
    `n ${formatNumber(n, 0)}`,
    mean !== undefined &&
      `mean ${sd === undefined ? formatMeasures([mean], unit) : formatMeasures([mean, sd], unit, ' ± ')}`,
    cv !== undefined && `cv ${formatPercent(cv)}`,
    ci95 && `95 % CI ${formatMeasures(ci95, unit)}`,
  ]
  return parts.filter((part) => typeof part === 'string').join('   ')
}

/**
 * `b.txt is 12.3 % faster than a.txt  [10.1, 14.4]   Welch t 41.2 df 14.3 p < 1e-12`: no verdict,
 * only what was seen.
 */
function headline({ baseline, candidate, values, unit }: Comparison): string {
  const { improvement, fieller, welch, absent } = values
  const test =
    welch === undefined
      ? ''
      : `   Welch t ${formatNumber(welch.t)} df ${formatNumber(welch.df)} p ${formatP(welch.p)}`
  if (improvement !== undefined) {
    const sign = improvement.estimate < 0 ? -1 : 1
    const bounds = improvement.ci95?.map((bound) => sign * bound).sort((a, b) => a - b)
    const digits = percentDigits(improvement.ci95)
    const interval =
      bounds === undefined
        ? '  (no interval)'
        : `  [${bounds.map((bound) => formatNumber(100 * bound, digits)).join(', ')}]`
    const change = `${formatPercent(sign * improvement.estimate, digits)} ${sign < 0 ? 'slower' : 'faster'}`
    return `${candidate} is ${change} than ${baseline}${interval}${test}`
  }
  if (fieller !== undefined) {
    const sign = fieller.ratio > 1 ? -1 : 1
    const bounds = fieller.ci95.map((bound) => sign * (1 - bound)).sort((a, b) => a - b)
    const digits = percentDigits(bounds)
    const change = `${formatPercent(sign * (1 - fieller.ratio), digits)} ${sign < 0 ? 'slower' : 'faster'}`
    const interval = bounds.map((bound) => formatNumber(100 * bound, digits)).join(', ')
    return `by the means, ${candidate} is ${change} than ${baseline}  [${interval}]${test}`
  }
  if (welch !== undefined) {
    const [lower, upper] = welch.ci95 as [number, number]
    return `${candidate} lies ${formatMeasures([(lower + upper) / 2], unit)} below ${baseline}  [${formatMeasures(welch.ci95, unit, ', ')}]${test}`
  }
  return `${baseline} and ${candidate} cannot be compared: ${absent.welch ?? absent.improvement ?? 'there are no statistics'}`
}

function statisticRows({ values, unit }: Comparison): (Row | undefined)[] {
  const { pairing, improvement, speedup, welch, paired, wilcoxon, mannWhitney, shapiro, fieller } =
    values
  const estimator =
    pairing === 'paired'
      ? 'by the pairs: trimmed mean of ln(candidate / baseline)'
      : 'by Welch on logs'
  const digits = percentDigits(improvement?.ci95)
  const fraction = (text: string, value: number | undefined): Row | undefined =>
    value === undefined ? undefined : [text, formatSignedPercent(value, digits)]
  return [
    improvement && [
      'improvement',
      [
        formatSignedPercent(improvement.estimate, digits),
        improvement.ci95 && `95 % CI ${formatPercentInterval(improvement.ci95, digits)}`,
        improvement.p !== undefined && `p ${formatP(improvement.p)}`,
        `df ${formatNumber(improvement.df)}`,
        estimator,
      ]
        .filter((part) => typeof part === 'string')
        .join('   '),
    ],
    speedup === undefined ? undefined : ['speedup', formatSpeedup(speedup)],
    welch && [
      'Welch',
      `${testText(welch)}   difference of means ${formatMeasures(welch.ci95, unit)}`,
    ],
    paired && ['paired t', `${testText(paired)}   on ln(candidate / baseline)`],
    wilcoxon && [
      'Wilcoxon',
      `w ${formatNumber(wilcoxon.w)}   p ${formatP(wilcoxon.p)}   ${wilcoxon.method}`,
    ],
    mannWhitney && [
      'Mann–Whitney',
      `u ${formatNumber(mannWhitney.u)}   p ${formatP(mannWhitney.p)}   ${mannWhitney.method}`,
    ],
    fraction('Hodges–Lehmann', values.hodgesLehmann),
    fraction('improvement of means', values.improvementOfMeans),
    fieller && [
      'ratio of means',
      `${formatNumber(fieller.ratio, 4)}   95 % CI ${fieller.ci95.map((bound) => formatNumber(bound, 4)).join(' – ')}   Fieller`,
    ],
    values.effectSize === undefined
      ? undefined
      : ['effect size', `d ${formatNumber(values.effectSize, 2)}`],
    shapiro && [
      'Shapiro–Wilk',
      `w ${formatNumber(shapiro.w, 3)}   p ${formatP(shapiro.p)}   small: the log ratios are not normal`,
    ],
    values.lag1 === undefined ? undefined : ['lag-1 correlation', formatNumber(values.lag1, 2)],
  ]
}

/** Decimals of a percentage: one, and more where the interval is narrower than that shows. */
function percentDigits(interval: readonly number[] | undefined): number {
  const width = interval === undefined ? 0 : 100 * Math.abs(interval[1]! - interval[0]!)
  return width > 0 ? Math.min(MOST_DIGITS, Math.max(1, 1 - Math.floor(Math.log10(5 * width)))) : 1
}

function testText({ t, df, p }: NonNullable<ValueComparison['welch']>): string {
  return `t ${formatNumber(t)}   df ${formatNumber(df)}   p ${formatP(p)}`
}

function noiseRow({ noise, pairing }: ValueComparison): Row | undefined {
  if (noise === undefined) return undefined
  const certifiable =
    noise.certifiable === undefined
      ? ''
      : `; a true improvement of ${formatPercent(noise.certifiable, noise.certifiable < 0.001 ? 3 : 1)} is told from none four times in five`
  return [
    'noise',
    `${noise.class}   ${formatPercent(noise.effectiveSd)} per ${pairing === 'paired' ? 'pair' : 'two values'}${certifiable}`,
  ]
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

/** One line per reason: several statistics are often absent for the same. */
function absentRows({ absent }: ValueComparison): Row[] {
  return [...new Set(Object.values(absent))].map((reason) => {
    const keys = Object.keys(absent).filter((key) => absent[key] === reason)
    return ['absent', `${keys.join(', ')}: ${reason}`]
  })
}

function regressionRows({
  limit,
  outcome,
  reasons,
  problem,
  slowdown,
  certifiable,
}: RegressionCheck): Row[] {
  if (problem !== undefined) return [['regression', `nothing decided: ${problem}`]]
  const bounds =
    slowdown === undefined ? '' : `   slower by ${formatPercentInterval(slowdown.bounds)} at 95 %`
  const power =
    certifiable === undefined
      ? ''
      : certifiable >= 0
        ? `; up to ${formatPercent(certifiable)} slower passes four times in five`
        : `; only a candidate ${formatPercent(-certifiable)} faster passes four times in five: measure more`
  return [
    [
      'regression',
      `${outcome} (${reasons.map(sentence).join(', ')})   limit ${formatLimit(limit)} slower${bounds}${power}`,
    ],
  ]
}

function sentence(code: string): string {
  const sentences: Readonly<Record<string, string>> = {
    'certified-no-regression': 'the whole interval lies below the limit',
    'estimated-no-regression':
      'the estimate lies below the limit, and more than one and a half times the limit is excluded',
    'certified-regression': 'the whole interval lies at or above the limit',
    'estimated-regression': 'the estimate reaches the limit, and slower is beyond doubt',
    'too-noisy': 'the interval is too wide to tell',
    'noise-red': 'noise is RED and the interval alone does not decide',
    discordant: 'cpu time and wall time tell different stories',
  }
  return sentences[code] ?? code
}
