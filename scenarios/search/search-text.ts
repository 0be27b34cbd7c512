import { namedValues } from '../../engine/index.js'
import { formatPercent } from '../../harness/text/format.js'
import type { SearchResults } from './search-results.js'

/** The outcome of a search, for a terminal. @param files  paths of what was written */
export function searchText(results: SearchResults, files: readonly string[]): string {
  const { best, trials, method, seed, objective } = results
  const { metrics } = best
  const score = best.score === undefined ? 'undefined' : Number(best.score.toPrecision(6))
  const count = `${trials.length} ${trials.length === 1 ? 'trial' : 'trials'}`
  return [
    `best of ${count}   ${namedValues(best.parameters).join(', ')}   ${objective.name} ${score}   (${method}, seed ${seed})`,
    `final equity   ${metrics.finalEquity}   total return ${formatPercent(metrics.totalReturn)}   maximum drawdown ${formatPercent(metrics.maxDrawdown)}   Sharpe ${metrics.sharpe?.toFixed(2) ?? 'undefined'}   ${best.trades} trades`,
    ...overfittingLines(results),
    ...walkForwardLines(results),
    `written        ${files.join(', ')}`,
    '',
  ].join('\n')
}

/** What a reader should know before trusting the best trial; one note each. */
export function searchNotes(results: SearchResults): readonly string[] {
  const { best, trials, constraints, fidelityNote } = results
  const notes: string[] = []
  if (trials.every(({ metrics }) => metrics.fills === 0))
    notes.push(
      'no trial traded, so no parameters are better than others; check the strategy, and that the bars have volume (--assume-volume)',
    )
  if (best.violation !== undefined)
    notes.push(
      `no trial satisfies the constraints (${Object.entries(constraints)
        .map(([name, bound]) => `${name} ${bound}`)
        .join(', ')}); the best is the one that breaks them least`,
    )
  if (best.bankrupt !== undefined)
    notes.push(`the best trial was bankrupt on ${best.bankrupt}; trade fewer shares`)
  if (fidelityNote !== undefined) notes.push(fidelityNote)
  return notes
}

function overfittingLines({ deflatedSharpe, backtestOverfitting }: SearchResults): string[] {
  const parts: string[] = []
  if (deflatedSharpe?.kind === 'given')
    parts.push(
      `deflated Sharpe ${formatPercent(deflatedSharpe.probability)} (above 95 % luck is unlikely)`,
    )
  if (backtestOverfitting?.kind === 'given')
    parts.push(`chance of overfitting ${formatPercent(backtestOverfitting.probability)}`)
  return parts.length === 0 ? [] : [`trust          ${parts.join('   ')}`]
}

function walkForwardLines({ walkForward }: SearchResults): string[] {
  if (walkForward === undefined) return []
  const { windows, metrics, efficiency } = walkForward
  const share = efficiency === undefined ? 'undefined' : formatPercent(efficiency)
  return [
    `walk-forward   ${windows.length} windows   efficiency ${share}   out of sample: total return ${formatPercent(metrics.totalReturn)}, maximum drawdown ${formatPercent(metrics.maxDrawdown)}`,
  ]
}
