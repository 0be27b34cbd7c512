import type { Counters } from '../ports.js'

/** What one cache did since it was made, and what it holds now. */
export interface CacheFigures {
  readonly hits: number
  readonly misses: number
  /** Hits per look-up, 0 … 1; absent before the first look-up. */
  readonly hitRate?: number
  /** Of what it holds; 0 for the bundle pool, whose bundles are counted, not weighed. */
  readonly bytes: number
}

/** The caches of an engine together, and each by its name: `assetList`, `preGrouped`, `pool` … */
export interface CacheStats extends CacheFigures {
  readonly caches: Readonly<Record<string, CacheFigures>>
}

/** Summarizes counters by cache: those with hits and misses are of caches. */
export function cacheStatsOf(counters: Counters): CacheStats {
  const of = (name: string, figure: string): number => counters[`${name}.${figure}`] ?? 0
  const names = Object.keys(counters).flatMap((key) =>
    key.endsWith('.hits') ? [key.slice(0, -'.hits'.length)] : [],
  )
  const caches: Record<string, CacheFigures> = {}
  for (const name of names)
    caches[name] = figures(of(name, 'hits'), of(name, 'misses'), of(name, 'bytes'))
  const sum = (figure: string): number => names.reduce((total, name) => total + of(name, figure), 0)
  return { ...figures(sum('hits'), sum('misses'), sum('bytes')), caches }
}

function figures(hits: number, misses: number, bytes: number): CacheFigures {
  const rate = hitRate(hits, misses)
  return { hits, misses, ...(rate !== undefined && { hitRate: rate }), bytes }
}

/** Hits per look-up; undefined before the first. */
function hitRate(hits: number, misses: number): number | undefined {
  return hits + misses === 0 ? undefined : hits / (hits + misses)
}

/** The same for a line of the log, four places. */
export function loggedHitRate(hits: number, misses: number): number | undefined {
  const rate = hitRate(hits, misses)
  return rate === undefined ? undefined : Math.round(rate * 10_000) / 10_000
}
