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
 * `visibleValues` of all results. The texts of trials are few, since their parameters share names
 * and categories, so each is converted once.
 */
function visibleResults({ trials, ...others }: SearchResults): SearchResults {
  const texts = new Map<string, string>()
  const visible = (text: string): string => {
    const found = texts.get(text) ?? visibleValues(text)
    texts.set(text, found)
    return found
  }
  const visibleTrial = (trial: ResultTrial): ResultTrial => {
    const entries = Object.entries(trial.parameters).map(
      ([name, value]) =>
        [visible(name), typeof value === 'string' ? visible(value) : value] as const,
    )
    return { ...trial, parameters: Object.fromEntries(entries) }
  }
  return { ...visibleValues(others), trials: trials.map(visibleTrial) }
}
