import type { OptimizationConfig } from '../../engine/index.js'
import type { Layer } from '../../harness/contract.js'
import { decimalOverhead } from './decimal-overhead.js'
import { layer0Control } from './layer0-control.js'
import { layer1AssetList } from './layer1-asset-list.js'
import { layer1PreGrouped } from './layer1-pre-grouped.js'
import { layer1UserCode } from './layer1-user-code.js'
import { layer2Arrays } from './layer2-arrays.js'
import { layer2HistoryCache } from './layer2-history-cache.js'
import { layer2PortalReturns } from './layer2-portal-returns.js'
import { layer3BundlePool } from './layer3-bundle-pool.js'
import { layer3WarmOpen } from './layer3-warm-open.js'
import { layer3WarmShare } from './layer3-warm-share.js'
import { layer4TickLedger } from './layer4-tick-ledger.js'
import { layer5SharedIndicators } from './layer5-shared-indicators.js'
import { layer6PersistentWorkers } from './layer6-persistent-workers.js'
import { layer7SharedBundles } from './layer7-shared-bundles.js'
import { layer8MultiFidelity } from './layer8-multi-fidelity.js'

/** Every layer, in the order of evaluation. The parts of a layer come directly after it. */
export const layers: readonly Layer<OptimizationConfig>[] = [
  layer0Control, //
  layer1UserCode,
  layer1AssetList,
  layer1PreGrouped,
  layer2PortalReturns,
  layer2Arrays,
  layer2HistoryCache,
  layer3BundlePool,
  layer3WarmOpen,
  layer3WarmShare,
  layer4TickLedger,
  layer5SharedIndicators,
  decimalOverhead,
  // The heavy ones.
  layer6PersistentWorkers,
  layer7SharedBundles,
  layer8MultiFidelity,
]
