import type { Dimension } from '../../engine/index.js'
import { shortName } from '../../harness/report/html.js'
import { type HtmlTable, htmlTable, shown, tableOf } from '../../harness/report/html-table.js'
import { formatCount, formatNumber, formatPercent } from '../../harness/text/format.js'
import type { SearchResults, WalkForwardFindings } from '../search/search-results.js'
import type { ScoredTrial } from './compared-trials.js'
import { valueText } from './dimension-scale.js'
import { amountText, type ScoreText } from './score-text.js'

/** Trials of the table. */
const BEST = 20

/** The best trials with their parameters and figures. @param ordered  the best first */
export function bestTable(
  ordered: readonly ScoredTrial[],
  names: readonly string[],
  text: ScoreText,
): HtmlTable {
  const rows = ordered.slice(0, BEST)
  const columns = ['trial', ...names, text.name, 'return', 'deepest fall', 'closed trades']
  return htmlTable(
    rows.length === ordered.length ? 'All trials, the best first' : `The best ${BEST} trials`,
    columns.map((name) => `#${shortName(name)}`),
    rows.map(({ index, parameters, score, metrics }) => [
      formatCount(index),
      ...names.map((name) => shortName(valueText(parameters[name]!))),
      text.show(score),
      formatPercent(metrics.totalReturn),
      formatPercent(metrics.maxDrawdown),
      formatCount(metrics.closedTrades),
    ]),
  )
}

/** The windows of a walk-forward test. */
export function windowsTable({ windows }: WalkForwardFindings, text: ScoreText): HtmlTable {
  return tableOf('Walk-forward windows', windows, {
    '#window': (_, i) => formatCount(i + 1),
    train: ({ train }) => `${train.start} to ${train.end}`,
    test: ({ test }) => `${test.start} to ${test.end}`,
    chosen: ({ parameters }) =>
      Object.entries(parameters)
        .map(([name, value]) => `${shortName(name)} ${shortName(valueText(value))}`)
        .join(', '),
    [`#${shortName(text.name)}, train`]: ({ trainScore }) => shown(trainScore, text.show),
    [`#${shortName(text.name)}, test`]: ({ testScore }) => shown(testScore, text.show),
    '#efficiency': ({ efficiency }) => shown(efficiency, (value) => formatPercent(value, 0)),
  })
}

/** What was searched, as the lines of a list. */
export function searchedFacts(
  results: SearchResults,
): readonly { readonly label: string; readonly value: string }[] {
  const { module, data, method, seed, batch, trials, spent, budget, workers } = results
  const facts: Readonly<Record<string, string>> = {
    module: `${module.file}, ${module.digest.slice(0, 19)}…`,
    data: `${data.name}, version ${data.version.slice(0, 19)}…`,
    assets: `${formatCount(data.assets.length)}: ${listText(data.assets)}`,
    sessions: `${formatCount(data.sessions)}, ${data.start} to ${data.end}; ${formatNumber(data.periodsPerYear, 0)} make a year`,
    ...Object.fromEntries(
      Object.entries(results.dimensions).map(([name, dimension]) => [
        `parameter ${name}`,
        dimensionText(dimension),
      ]),
    ),
    objective: `${results.objective.name}, the ${results.objective.best} is the best`,
    constraints: constraintsText(results),
    method: `${method}, seed ${seed}, ${formatCount(batch)} at a time`,
    trials: `${formatCount(trials.length)}, for ${formatNumber(spent, Number.isInteger(spent) ? 0 : 2)} backtests${budget === undefined ? '' : ` of ${formatCount(budget)}`}${results.stopped ? '; stopped early' : ''}`,
    threads: formatCount(workers),
    time: `${results.started} to ${results.ended}`,
    assay: results.engineVersion,
  }
  return Object.entries(facts).map(([label, value]) => ({ label, value }))
}

function constraintsText({ constraints }: SearchResults): string {
  const { minTrades, minFills, maxDrawdown, own, ofSpace } = constraints
  const parts = [
    minTrades === undefined ? [] : [`${formatCount(minTrades)} closed trades or more`],
    minFills === undefined ? [] : [`${formatCount(minFills)} fills or more`],
    maxDrawdown === undefined ? [] : [`a fall of ${formatPercent(maxDrawdown)} at most`],
    own === undefined ? [] : [`${formatCount(own)} of the module on the result`],
    ofSpace === undefined ? [] : [`${formatCount(ofSpace)} of the module on the parameters`],
  ].flat()
  return parts.length === 0 ? 'none' : parts.join(', ')
}

function dimensionText(dimension: Dimension): string {
  if (dimension.kind === 'categorical') return `one of ${listText(dimension.values.map(valueText))}`
  const { from, to, scale } = dimension
  const step = dimension.kind === 'discrete' ? ` by ${valueText(dimension.step)}` : ''
  const suffix = scale === 'logarithmic' ? ', logarithmic' : ''
  return `${valueText(from)} to ${valueText(to)}${step}${suffix}`
}

function listText(values: readonly string[], most = 12): string {
  const more = values.length - most
  return more > 0 ? `${values.slice(0, most).join(', ')} and ${more} more` : values.join(', ')
}

/** The figures of the best trial, as the lines of a list. */
export function bestFacts(
  { best, data }: SearchResults,
  text: ScoreText,
): readonly { readonly label: string; readonly value: string }[] {
  const { metrics } = best
  const percent = (value: number | undefined) => shown(value, (one) => formatPercent(one))
  const ratio = (value: number | undefined) => shown(value, (one) => formatNumber(one, 2))
  const facts: Readonly<Record<string, string>> = {
    [text.name]: text.ofTrial(best),
    'return a year': percent(metrics.annualReturn),
    ...(text.name !== 'max-drawdown' && { 'deepest fall': percent(metrics.maxDrawdown) }),
    ...(text.name !== 'sharpe' && { 'Sharpe ratio': ratio(metrics.sharpe) }),
    volatility: percent(metrics.volatility),
    trades: `${formatCount(best.trades)} in ${formatCount(data.sessions)} sessions`,
    'trades with a gain': percent(metrics.winRate),
    'final equity': amountText(metrics.finalEquity),
  }
  return Object.entries(facts).map(([label, value]) => ({ label, value }))
}
