import { type OptimizationConfig, pureBaseline } from '../engine/index.js'
import type { Suite } from '../harness/contract.js'
import { CACHE_VARIABLE } from '../harness/system/cache-root.js'
import { layers } from './layers/index.js'
import { profileCategories } from './profile-categories.js'
import { profiled } from './profiled/index.js'
import { workloads } from './workloads/index.js'

/**
 * Everything that Assay measures of its own engine. Measured processes import this module, so it
 * must not import the command line.
 */
export const suite: Suite<OptimizationConfig> = {
  name: 'assay',
  module: import.meta.url,
  baseline: pureBaseline,
  layers,
  workloads,
  profiled,
  categories: profileCategories,
  goal: { aspired: 0.9, minimum: 0.4 },
  passEnvironment: [CACHE_VARIABLE],
}
