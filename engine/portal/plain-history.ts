import type { ColumnTable } from 'arquero'
import { EngineError } from '../errors.js'
import type { Field } from '../market/bars.js'
import { sessionText } from '../market/calendar.js'
import type { AssetWindows, HistoryScope, HistorySource } from '../ports.js'
import type { AssetHistory } from './asset-history.js'
import { assetFrame } from './frame.js'

/** The plain source: a window is a view of an adjusted column; each frame is built anew. */
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
    const { end } = this.#history
    if (end < barCount) throw tooEarly(this.#history, barCount, this.#scope)
    return this.#history.column(field).subarray(end - barCount, end)
  }

  frame(fields: readonly Field[], barCount: number): ColumnTable {
    const columns = fields.map((field) => this.window(field, barCount))
    return assetFrame(this.#scope.dates.last(barCount), fields, columns)
  }
}

function tooEarly(
  { bars }: AssetHistory,
  barCount: number,
  { bundle, range }: HistoryScope,
): EngineError {
  const { asset, firstSession } = bars
  const first = firstSession + barCount - 1
  const remedy =
    first < range.to
      ? `the first session with enough bars is ${sessionText(bundle.calendar, first)}`
      : `no session of this backtest has enough; give it more warm-up or request fewer bars`
  return new EngineError(
    'window',
    `history of ${barCount} bars of ${asset} starts before its data; ${remedy}`,
    { details: { asset, barCount, ...(first < range.to && { firstSession: first }) } },
  )
}
