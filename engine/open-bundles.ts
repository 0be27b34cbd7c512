import { plainBundleSource } from './bundle/plain-source.js'
import { type BundlePool, bundlePool } from './cache/bundle-pool.js'
import type { OptimizationConfig } from './config.js'
import { type EngineLog, engineLog } from './log.js'
import type { BundleSource, Counters } from './ports.js'

/** The source of an engine's bundles under one configuration. */
export interface Bundles {
  readonly source: BundleSource
  /** A copy of the counters of the plain source, and of the pool if there is one. */
  counters(): Counters
  /** Releases the bundles that the pool keeps; it remains usable. */
  close(): void
}

/**
 * The part of the composition root that opens bundles; `open-engine.ts` is the rest. It is a module
 * of its own for threads that only open bundles: loading the portal and the simulation as well
 * would take longer than opening.
 *
 * @param given  the source of bundles; plain directories if absent
 */
export function openBundles(
  config: OptimizationConfig,
  log: EngineLog = engineLog(),
  given?: BundleSource,
): Bundles {
  const counted: Counters = {}
  let source = given ?? plainBundleSource(counted)
  let pool: BundlePool | undefined
  if (config.bundlePool) {
    pool = bundlePool(source, { maxBundles: config.bundlePoolSize, log })
    source = pool
  }
  return {
    source,
    counters: () => ({ ...counted, ...pool?.counters() }),
    close: () => pool?.clear(),
  }
}
