import type { ColumnTable } from 'arquero'
import { EngineError } from '../errors.js'
import type { Field } from '../market/bars.js'
import { sessionText } from '../market/calendar.js'
import type { AssetWindows, HistoryScope, HistorySource } from '../ports.js'
import type { AssetHistory } from './asset-history.js'
import { assetFrame } from './frame.js'

/**
 * The plain source. A window is a copied part of an adjusted column, and each frame is built
 * again.
 */
export function plainHistorySource(): HistorySource {
  return { windows: (history, scope) => new PlainWindows(history, scope) }
}

class PlainWindows implements AssetWindows {
  readonly #history: AssetHistory
  readonly #scope: HistoryScope

  constructor(history: AssetHistory, scope: HistoryScope) {
    this.#history = history
    this.#scope = scope
  }

  window(field: Field, barCount: number): Float64Array {
    const history = this.#history
    if (history.end < barCount) throw tooEarly(history, barCount, this.#scope)
    return history.copy(history.view(field, barCount))
  }

  frame(fields: readonly Field[], barCount: number): ColumnTable {
    const columns = fields.map((field) => this.window(field, barCount))
    return assetFrame(this.#scope.dates.of(this.#history, barCount), fields, columns)
  }
}

function tooEarly(
  history: AssetHistory,
  barCount: number,
  { bundle, range }: HistoryScope,
): EngineError {
  const { asset } = history.bars
  const first = history.firstWith(barCount, range.to)
  const remedy =
    first !== undefined
      ? `the first session with enough bars is ${sessionText(bundle.calendar, first)}`
      : `no session of this backtest has enough; give it more warm-up or request fewer bars`
  return new EngineError(
    'window',
    `history of ${barCount} bars of ${asset} starts before its data; ${remedy}`,
    { details: { asset, barCount, ...(first !== undefined && { firstSession: first }) } },
  )
}
