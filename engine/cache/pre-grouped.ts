import type { BarTable } from '../bundle/bar-table.js'
import { EngineError } from '../errors.js'
import type { EngineLog } from '../log.js'
import type { AssetId } from '../market/asset.js'
import { type Bars, barsBytes, type SessionRange } from '../market/bars.js'
import { denseBars } from '../portal/dense-bars.js'
import { lifeOf } from '../portal/long-table.js'
import type { BarSource, Counters, OpenBundle } from '../ports.js'
import { type CacheStore, Lru } from './lru.js'
import { ReadThrough } from './read-through.js'

/** A bar source that keeps the columns of each asset it was asked for. */
export interface PreGroupedBars extends BarSource {
  counters(): Counters
  /** Lets go of everything kept. */
  clear(): void
}

export interface PreGroupedOptions {
  /** Most bytes of columns kept, over all assets. */
  readonly maxBytes: number
  readonly log: EngineLog
  /** Where columns are kept; an LRU of `maxBytes` where absent. */
  readonly store?: CacheStore<Bars>
}

/**
 * Layer 1, second half: bars grouped by asset once instead of filtered out of the long table every
 * time. One entry per asset and range, least recently used first out; the key holds the bundle's
 * version, so restated data never meet old columns.
 *
 * A hit touches neither the table nor its file. A miss decodes the table at most once per open
 * bundle and finds the rows of every asset in one pass over it, so missing a hundred assets does
 * not filter a hundred times. What is handed out is the cached column itself.
 */
export function preGroupedBars(
  plain: BarSource,
  { maxBytes, log, store: given }: PreGroupedOptions,
): PreGroupedBars {
  const lru = new Lru<Bars>({ maxBytes, weigh: barsBytes, notes: { name: 'preGrouped', log } })
  const cache = new ReadThrough('preGrouped', given ?? lru, log)
  const groupsOf = new WeakMap<OpenBundle, Promise<GroupedTable>>()

  const grouped = (bundle: OpenBundle): Promise<GroupedTable> => {
    let groups = groupsOf.get(bundle)
    if (groups === undefined) {
      groups = bundle.table().then(groupByAsset)
      groupsOf.set(bundle, groups)
    }
    return groups
  }
  const load = async (bundle: OpenBundle, asset: AssetId, range: SessionRange): Promise<Bars> => {
    const life = lifeOf(bundle, asset)
    try {
      const { table, rows } = await grouped(bundle)
      const { first, last } = rows.get(asset) ?? NO_ROWS
      return denseBars(life, table, range, first, last)
    } catch (error) {
      groupsOf.delete(bundle)
      // What is wrong with the bundle is wrong for the plain source too: asking it again would only
      // fail again, and count as the cache's fault.
      if (error instanceof EngineError) throw error
      cache.failed('group', error)
      return plain.bars(bundle, asset, range)
    }
  }
  return {
    bars: (bundle, asset, range) =>
      cache.read(keyOf(bundle, asset, range), () => load(bundle, asset, range)),
    clear: () => lru.clear(),
    counters() {
      const { hits, misses, evictions, refusals, bytes } = lru.counters()
      return {
        'preGrouped.hits': hits,
        'preGrouped.misses': misses,
        'preGrouped.evictions': evictions,
        'preGrouped.refusals': refusals,
        'preGrouped.bytes': bytes,
        'preGrouped.fallbacks': cache.fallbacks,
      }
    },
  }
}

// The version has a fixed form and a range is digits, so no two keys can be confused whatever an
// asset is called.
function keyOf({ version }: OpenBundle, asset: AssetId, { from, to }: SessionRange): string {
  return `${version}|${from}|${to}|${asset}`
}

interface GroupedTable {
  readonly table: BarTable
  readonly rows: ReadonlyMap<AssetId, RowRange>
}

interface RowRange {
  readonly first: number
  readonly last: number
}

const NO_ROWS: RowRange = { first: 0, last: 0 }

/** The row range of every asset, in one pass: a long table is ordered by asset. */
function groupByAsset(table: BarTable): GroupedTable {
  const rows = new Map<AssetId, RowRange>()
  let first = 0
  for (let row = 1; row <= table.rows; row++) {
    if (row < table.rows && table.asset[row] === table.asset[first]) continue
    rows.set(table.asset[first]!, { first, last: row })
    first = row
  }
  return { table, rows }
}
