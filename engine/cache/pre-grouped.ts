import { type AssetRun, assetRuns, type BarTable } from '../bundle/bar-table.js'
import { EngineError } from '../errors.js'
import type { EngineLog } from '../log.js'
import type { AssetId } from '../market/asset.js'
import { type Bars, barsBytes, type SessionRange } from '../market/bars.js'
import { denseBars } from '../portal/dense-bars.js'
import { lifeOf } from '../portal/long-table.js'
import type { BarSource, CacheControl, OpenBundle } from '../ports.js'
import { type CacheStore, Lru } from './lru.js'
import { ReadThrough } from './read-through.js'

/** A bar source that keeps the columns of each asset it has read. */
export type PreGroupedBars = BarSource & CacheControl

export interface PreGroupedOptions {
  /** Maximum bytes of columns, over all assets. */
  readonly maxBytes: number
  readonly log: EngineLog
  /** The storage of the columns. If absent, an LRU of `maxBytes`. */
  readonly store?: CacheStore<Bars>
}

/**
 * Layer 1, second half: groups bars by asset once, instead of filtering the long table every time.
 * There is one entry per asset and range, and the least recently used entry is evicted first. The
 * key includes the bundle's identity, so restated data never get old columns.
 *
 * A hit reads neither the table nor its file. The first miss of an open bundle decodes the table
 * and finds the rows of every asset in one pass, so that further misses do not filter the table
 * again. Callers get the cached columns and not copies.
 */
export function preGroupedBars(
  plain: BarSource,
  { maxBytes, log, store: given }: PreGroupedOptions,
): PreGroupedBars {
  const lru = new Lru<Bars>({ maxBytes, weigh: barsBytes, notes: { name: 'preGrouped', log } })
  const cache = new ReadThrough('preGrouped', given ?? lru, log)
  let groupsOf = new WeakMap<OpenBundle, Promise<GroupedTable>>()

  const grouped = (bundle: OpenBundle): Promise<GroupedTable> => {
    let groups = groupsOf.get(bundle)
    if (groups === undefined) {
      groups = bundle.table().then(groupByAsset)
      groupsOf.set(bundle, groups)
    }
    return groups
  }
  const load = async (bundle: OpenBundle, asset: AssetId, range: SessionRange): Promise<Bars> => {
    // They need no grouping.
    if (bundle.views !== undefined) return plain.bars(bundle, asset, range)
    const life = lifeOf(bundle, asset)
    try {
      const { table, rows } = await grouped(bundle)
      const { first, last } = rows.get(asset) ?? NO_ROWS
      return denseBars(life, table, range, first, last)
    } catch (error) {
      groupsOf.delete(bundle)
      // A faulty bundle is not a failure of the cache: the plain source would fail, too.
      if (error instanceof EngineError) throw error
      cache.failed('group', error)
      return plain.bars(bundle, asset, range)
    }
  }
  return {
    bars: (bundle, asset, range) =>
      cache.read(keyOf(bundle, asset, range), () => load(bundle, asset, range)),
    clear() {
      lru.clear()
      groupsOf = new WeakMap()
    },
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

// The text is unambiguous for every asset id, because the identity has a fixed length and a range
// has only digits.
function keyOf({ identity }: OpenBundle, asset: AssetId, { from, to }: SessionRange): string {
  return `${identity}|${from}|${to}|${asset}`
}

interface GroupedTable {
  readonly table: BarTable
  readonly rows: ReadonlyMap<AssetId, RowRange>
}

type RowRange = Pick<AssetRun, 'first' | 'last'>

const NO_ROWS: RowRange = { first: 0, last: 0 }

function groupByAsset(table: BarTable): GroupedTable {
  return { table, rows: new Map(assetRuns(table).map((run) => [run.asset, run])) }
}
