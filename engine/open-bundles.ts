import { plainBundleSource } from './bundle/plain-source.js'
import { type BundlePool, bundlePool } from './cache/bundle-pool.js'
import type { OptimizationConfig } from './config.js'
import { type EngineLog, engineLog } from './log.js'
import type { BundleSource, Counters } from './ports.js'

/** Where an engine's bundles come from under one configuration. */
export interface Bundles {
  readonly source: BundleSource
  /**
   * What was opened and read by the plain source, and found in the pool where there is one; a copy.
   */
  counters(): Counters
  /** Lets go of everything kept. */
  close(): void
}

/**
 * The half of the composition root that opens bundles; `open-engine.ts` is the other one. It is a
 * module of its own for threads that only open bundles: loading the portal and the simulation as
 * well takes longer than opening.
 *
 * @param given where bundles come from; plain directories where absent
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
