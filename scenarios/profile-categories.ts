import type { ProfileCategories } from '../harness/contract.js'

/**
 * The categories of a backtest's time. A sample belongs to its nearest ancestor that is listed
 * here. Therefore the time of Arquero and decimal.js belongs to their callers. Only hyparquet is
 * listed itself, because after an `await` its stack no longer contains the caller.
 */
export const profileCategories: ProfileCategories = {
  categories: [
    {
      name: 'bundle loading',
      sources: [
        'engine/bundle/',
        'engine/cache/bundle-pool.ts',
        'engine/cache/shared-bundle.ts',
        'engine/cache/shared-columns.ts',
        'node_modules/hyparquet/',
        'node_modules/hyparquet-compressors/',
      ],
    },
    {
      name: 'asset extraction',
      sources: ['engine/portal/long-table.ts#assets', 'engine/cache/asset-list.ts'],
    },
    {
      // This includes making an Arquero table of the bundle, the first step of every filter.
      name: 'filtering',
      sources: ['engine/portal/long-table.ts', 'engine/cache/pre-grouped.ts'],
    },
    {
      name: 'type conversion',
      sources: [
        'engine/portal/long-table.ts#columnsOf',
        'engine/portal/long-table.ts#column',
        'engine/portal/dense-bars.ts',
        'engine/bundle/bar-table.ts',
        'engine/bundle/tick-table.ts',
      ],
    },
    {
      name: 'frame construction',
      sources: [
        'engine/portal/frame.ts',
        'engine/portal/bar-dates.ts',
        'engine/portal/read-only-date.ts',
        'engine/portal/bar-portal.ts##frame',
        'engine/portal/plain-history.ts#frame',
        'engine/cache/history.ts#frame',
      ],
    },
    {
      name: 'calendar and window arithmetic',
      sources: [
        'engine/portal/',
        'engine/market/',
        'engine/cache/history.ts',
        'engine/cache/window-keys.ts',
      ],
    },
    {
      // The consequences of an order: fills, cash, positions, and the result.
      name: 'ledger',
      sources: ['engine/simulation/', 'scenarios/workloads/float-ledger.ts'],
    },
    {
      name: 'strategy computation',
      sources: ['engine/indicators/', 'engine/cache/shared-indicators.ts', 'scenarios/strategies/'],
      purpose: true,
    },
    {
      name: 'other',
      sources: [
        'engine/samplers/',
        'engine/search/',
        'engine/sweep/',
        'engine/data-check/',
        'engine/look-ahead/',
        'engine/cache/cache-stats.ts',
        'engine/execution/',
        'engine/open-bundles.ts',
        'engine/open-engine.ts',
        'engine/config.ts',
        'engine/config-variables.ts',
        'engine/index.ts',
        'scenarios/',
        'harness/',
      ],
    },
  ],
  // Functions used in several categories, so that their time belongs to their callers.
  callers: [
    'engine/group-by.ts',
    'engine/once-per.ts',
    'engine/market/money.ts',
    'engine/cache/lru.ts',
    'engine/cache/shared-memory.ts',
    'engine/cache/guarded-store.ts',
    'engine/cache/read-through.ts',
    'engine/ports.ts',
    'engine/errors.ts',
    'engine/log.ts',
  ],
}
