import { type Chart, drawChart } from '../../harness/report/charts/chart.js'
import { type Html, trustedHtml } from '../../harness/report/html.js'
import type { HtmlTable } from '../../harness/report/html-table.js'
import { capitalize } from '../../harness/text/capitalize.js'
import { formatCounted, formatPercent } from '../../harness/text/format.js'
import type { SearchResults, WalkForwardFindings } from '../search/search-results.js'
import { comparedTrials, type ScoredTrial } from './compared-trials.js'
import { type DimensionScale, dimensionScale, valueText } from './dimension-scale.js'
import { neighbourhoodOf } from './neighbours.js'
import { drawEquity } from './plots/equity-plots.js'
import { drawObjectiveMap } from './plots/objective-map.js'
import { drawObjectiveSlice } from './plots/objective-slice.js'
import { drawParallel } from './plots/parallel-plot.js'
import { drawRanks } from './plots/rank-plot.js'
import { RAMP, type ScoreRange, scoreRangeOf } from './plots/score-colors.js'
import { drawWindows } from './plots/windows-plot.js'
import { type ScoreText, scoreTextOf } from './score-text.js'
import { bestFacts, bestTable, searchedFacts, windowsTable } from './search-tables.js'
import { BADGES, type Signal, type Trust, trustOf } from './trust.js'

interface Fact {
  readonly label: string
  readonly value: string
}

/** What the page shows. */
export interface SearchPageModel {
  readonly title: string
  readonly heading: string
  readonly module: string
  readonly when: string
  readonly version: string
  readonly trust: Trust
  readonly trials: string
  readonly objective: string
  /** The parameters of the best trial. */
  readonly picked: readonly Fact[]
  readonly figures: readonly Fact[]
  readonly notes: readonly string[]
  readonly signals: readonly (Signal & { readonly badge: (typeof BADGES)[keyof typeof BADGES] })[]
  readonly ranks: Chart | ''
  readonly maps: readonly Chart[] | ''
  readonly ramp: {
    readonly svg: Html
    readonly worst: string
    readonly best: string
    readonly text: string
  }
  readonly equity: readonly Chart[] | ''
  readonly walkForward:
    | { readonly text: string; readonly charts: readonly Chart[]; readonly table: HtmlTable }
    | ''
  readonly table: HtmlTable | ''
  readonly facts: readonly Fact[]
  readonly command: string
}

/** Parameters with a plot of their own. */
const MOST_SLICES = 12

/** @param results  with visible texts */
export function searchPageModel(results: SearchResults): SearchPageModel {
  const text = scoreTextOf(results)
  const { trials, leftOut } = comparedTrials(results, text.sign)
  const best = trials.find(({ index }) => index === results.best.index)
  const scales = scalesOf(results, trials)
  const around = best && neighbourhoodOf(trials, best, scales, text.sign)
  const trust = trustOf(results, around)
  const range = trials.length === 0 ? undefined : scoreRangeOf(trials, text.sign)
  const { backtestOverfitting: overfitting, data, best: winner, walkForward } = results
  return {
    title: `Search of ${results.module.file}: ${trust.headline.toLowerCase()}`,
    heading: `What to pick, and how far to trust it`,
    module: results.module.file,
    when: `${results.ended.slice(0, 10)} · ${data.name}, ${data.start} to ${data.end}`,
    version: results.engineVersion,
    trust,
    trials: formatCounted(results.trials.length, 'trial'),
    objective: `${text.name} (the ${results.objective.best} is the best)`,
    picked: Object.entries(winner.parameters).map(([label, value]) => ({
      label,
      value: valueText(value),
    })),
    figures: bestFacts(results, text),
    notes: [...edgeNotes(results), ...notesOf(results, leftOut)],
    signals: trust.signals.map((signal) => ({ ...signal, badge: BADGES[signal.state] })),
    ranks: overfitting?.kind === 'given' ? drawChart('ranks', drawRanks(overfitting)) : '',
    ...mapsOf(trials, best, scales, range, text),
    equity: equityCharts('equity', winner.equity, 'Equity of the best trial'),
    walkForward: walkForward === undefined ? '' : walkForwardOf(walkForward, text),
    table: trials.length === 0 ? '' : bestTable(trials, Object.keys(results.dimensions), text),
    facts: searchedFacts(results),
    command: results.command ?? `npx assay search ${results.module.file}`,
  }
}

function scalesOf(
  { dimensions }: SearchResults,
  trials: readonly ScoredTrial[],
): readonly DimensionScale[] {
  if (trials.length === 0) return []
  return Object.entries(dimensions).map(([name, dimension]) =>
    dimensionScale(name, dimension, trials),
  )
}

/** Parameters that may be better beyond what was searched. */
function edgeNotes({ best, dimensions }: SearchResults): readonly string[] {
  const names = Object.entries(dimensions).flatMap(([name, dimension]) => {
    if (dimension.kind === 'categorical' || dimension.from === dimension.to) return []
    const { from, to } = dimension
    const reach = dimension.kind === 'discrete' ? dimension.step : (to - from) / EDGE
    const value = Number(best.parameters[name])
    return value - from < reach / 2 || to - value < reach / 2 ? [name] : []
  })
  if (names.length === 0) return []
  return [
    `${names.join(', ')}: the best value is at an edge of what was searched, and better ones may lie beyond. Search a wider range.`,
  ]
}

/** An interval has this many parts, of which half of the first and of the last are its edges. */
const EDGE = 20

function notesOf(
  { stopped, data, fidelityNote }: SearchResults,
  leftOut: readonly string[],
): readonly string[] {
  return [
    ...(fidelityNote === undefined ? [] : [`${capitalize(fidelityNote)}.`]),
    ...(leftOut.length === 0
      ? []
      : [`The plots and the table of trials leave out: ${leftOut.join(', ')}.`]),
    ...(stopped ? ['The search was stopped before it had spent its budget.'] : []),
    ...(data.sessions < data.periodsPerYear
      ? ['The data are shorter than a year, so that figures per year say little.']
      : []),
  ]
}

/** A heat map for two parameters, otherwise a slice for each, and all parameters side by side. */
function mapsOf(
  trials: readonly ScoredTrial[],
  best: ScoredTrial | undefined,
  scales: readonly DimensionScale[],
  range: ScoreRange | undefined,
  text: ScoreText,
): Pick<SearchPageModel, 'maps' | 'ramp'> {
  const svg = rampSvg()
  if (best === undefined || range === undefined)
    return { maps: '', ramp: { svg, worst: '', best: '', text: '' } }
  const [across, up] = scales
  const drafts =
    scales.length === 2
      ? [drawObjectiveMap(trials, best, [across!, up!], range, text)]
      : scales
          .slice(0, MOST_SLICES)
          .map((scale) => drawObjectiveSlice(trials, best, scale, range, text))
  const parallel = scales.length > 1 ? [drawParallel(trials, best, scales, range, text)] : []
  return {
    maps: [...drafts, ...parallel].map((draft, i) => drawChart(`map-${i}`, draft)),
    ramp: {
      svg,
      worst: `${text.show(range.worst)}${range.isCut ? ' and worse' : ''}`,
      best: text.show(range.best),
      text: `${text.name}, ${text.direction}`,
    },
  }
}

function rampSvg(): Html {
  const stops = RAMP.map(
    (color, i) => `<stop offset="${i / (RAMP.length - 1)}" stop-color="${color}"/>`,
  ).join('')
  return trustedHtml(
    `<svg viewBox="0 0 90 8" preserveAspectRatio="none" aria-hidden="true"><defs><linearGradient id="ramp">${stops}</linearGradient></defs><rect width="90" height="8" fill="url(#ramp)"/></svg>`,
  )
}

function equityCharts(
  id: string,
  curve: SearchResults['best']['equity'],
  title: string,
): readonly Chart[] | '' {
  if (curve.length === 0) return ''
  const { equity, drawdown } = drawEquity(curve, title)
  return [drawChart(id, equity), drawChart(`${id}-fall`, drawdown)]
}

function walkForwardOf(
  findings: WalkForwardFindings,
  text: ScoreText,
): Exclude<SearchPageModel['walkForward'], ''> {
  const { train, test, windows, metrics, efficiency } = findings
  const charts = equityCharts('windows-equity', findings.equity, 'Equity over the test segments')
  return {
    text: `In each of ${formatCounted(windows.length, 'window')}, the space was searched on ${formatCounted(train, 'session')}, and the best trial ran once on the ${formatCounted(test, 'session')} that follow. Together the test segments gave ${formatPercent(metrics.totalReturn)}${efficiency === undefined ? '' : `, and in a year ${formatPercent(efficiency, 0)} of what the train segments gave`}.`,
    charts: [drawChart('windows', drawWindows(findings, text)), ...(charts === '' ? [] : charts)],
    table: windowsTable(findings, text),
  }
}
