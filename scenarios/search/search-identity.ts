import type { OpenedSearch } from '../../engine/index.js'
import type { SearchedModule } from './search-results.js'

/**
 * What the trials of a search depend on, by name, as texts. The number of trials is not part of
 * it, so that a search can be resumed with more.
 */
export type SearchIdentity = Readonly<Record<string, string>>

/** The identity of a search. @param version  of this package */
export function identityOf(
  search: OpenedSearch,
  module: SearchedModule,
  version: string,
): SearchIdentity {
  const { bundle, objective, plan, space } = search
  const { constraints, windows, fidelity } = plan
  return {
    'version of assay': version,
    'file of the module': module.file,
    'source of the module': module.digest,
    'version of the data': bundle.version,
    'name of the data': bundle.manifest.name,
    'parameter space': JSON.stringify(space.dimensions),
    method: plan.method,
    fidelity: textOf(fidelity),
    seed: String(plan.seed),
    batch: String(plan.batch),
    objective: `${objective.name}, the ${objective.best} is the best`,
    constraints: textOf({ ...constraints, own: constraints.own?.length }),
    windows: textOf(windows),
  }
}

/**
 * What differs between two searches, in words: `seed 2, and was 1`. Undefined if they are the same
 * search.
 */
export function differenceOf(now: SearchIdentity, before: SearchIdentity): string | undefined {
  const names = Object.keys(now).filter((name) => now[name] !== before[name])
  if (names.length === 0) return undefined
  return names.map((name) => `${name} ${now[name]}, and was ${before[name]}`).join('; ')
}

function textOf(value: object | undefined): string {
  const text = JSON.stringify(value ?? {})
  return text === '{}' ? 'none' : text
}
