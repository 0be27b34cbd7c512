import type { DeclaredIndicators } from '../indicators/declared-indicators.js'
import type { Adjustment } from '../market/adjustments.js'
import type { Calendar } from '../market/calendar.js'
import type { Whole } from '../market/whole.js'
import type { AssetHistory } from '../portal/asset-history.js'
import type { Clock } from '../portal/clock.js'
import type { Portal } from '../portal/portal.js'
import type { AssetNumbers } from './asset-numbers.js'
import type { ExecutionRules } from './blotter.js'
import type { HistoryPrices } from './current-prices.js'
import type { Ledger } from './ledger.js'
import type { Annualisation } from './metrics.js'
import type { BundleIdentity } from './result.js'
import type { SessionTexts } from './session-texts.js'

/** What a simulation works on, whatever its strategy. */
export interface SimulationParts {
  readonly bundle: BundleIdentity
  readonly calendar: Calendar
  /** Calendar indices traded: `start` inclusive, `end` exclusive. */
  readonly start: number
  readonly end: number
  /** See `sessionEnds`. */
  readonly ends: Int32Array | undefined
  /** By asset number: the order of the portal's assets. */
  readonly histories: readonly AssetHistory[]
  readonly portal: Portal
  readonly clock: Clock
  readonly prices: HistoryPrices
  readonly numbers: AssetNumbers
  readonly texts: SessionTexts
  /** All of the bundle, in the order they apply. */
  readonly adjustments: readonly Adjustment[]
  readonly rules: ExecutionRules
  readonly annualisation: Annualisation
  /** In ticks. */
  readonly startingCash: Whole
  readonly ledger: Ledger
  readonly indicators: DeclaredIndicators
}
