import { htmlTemplate } from '../../harness/report/html-template.js'
import { visibleValues } from '../../harness/report/visible-values.js'
import type { ResultTrial, SearchResults } from '../search/search-results.js'
import { type SearchPageModel, searchPageModel } from './search-model.js'

const template = htmlTemplate<SearchPageModel>('search', 'scenarios/search-page/templates')

/**
 * The page of a search as one self-contained HTML file: what to pick, how far to trust it, and what
 * was searched. The same bytes for the same results.
 */
export function searchPage(results: SearchResults): string {
  return template(searchPageModel(visibleResults(results)))
}

/**
 * `visibleValues` of all results. The texts of trials are the names and the categories of the
 * dimensions: if these are visible, trials stay as they are.
 */
function visibleResults({ trials, ...others }: SearchResults): SearchResults {
  const { dimensions } = others
  const texts = Object.entries(dimensions).flatMap(([name, dimension]) => [
    name,
    ...(dimension.kind === 'categorical' ? dimension.values : []),
  ])
  const isPlain = texts.every((text) => visibleValues(text) === text)
  const visibleTrial = (trial: ResultTrial): ResultTrial => ({
    ...trial,
    parameters: visibleValues(trial.parameters),
  })
  return { ...visibleValues(others), trials: isPlain ? trials : trials.map(visibleTrial) }
}
