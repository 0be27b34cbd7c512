import { ownCalendarIds } from '../market/asset.js'
import type { OpenBundle } from '../ports.js'
import { type RangeSpec, tradingRange } from '../simulation/trading-range.js'
import { rowsByAsset } from './asset-rows.js'
import { calendarNotes } from './calendar-notes.js'
import type { DataNote } from './data-note.js'
import { jumpNotes, roundedNotes, splitNotes } from './split-notes.js'
import { haltNotes, tradingNotes } from './trading-notes.js'

export interface DataCheck {
  /**
   * Of the run: bars are counted up to its end, volume from its start. The whole bundle if absent.
   */
  readonly range?: RangeSpec
  /** The longest window of the strategy, bars. */
  readonly longestWindow?: number
  /** Also what is likely in order: jumps without a split, halts, single bars without volume. */
  readonly thorough?: boolean
}

/**
 * What a run over a bundle would pass over in silence, worst first: splits that the price does not
 * show, assets that can never fill or never trade, different calendars. Reads the whole table.
 *
 * @throws {EngineError} an invalid range; errors of reading the bundle
 */
export async function checkData(
  bundle: OpenBundle,
  { range = {}, longestWindow, thorough = false }: DataCheck = {},
): Promise<readonly DataNote[]> {
  const { calendar, manifest } = bundle
  const { from, start, end } = tradingRange(calendar, range)
  const assets = rowsByAsset(await bundle.table(), manifest.scales.price)
  const adjustments = await bundle.adjustments()
  const own = ownCalendarIds(manifest.assets)
  return [
    ...assets.flatMap((rows) => splitNotes(rows, adjustments, calendar)),
    ...assets.flatMap((rows) => roundedNotes(rows, adjustments, calendar)),
    ...tradingNotes(assets, { from, start, end }, longestWindow, own),
    ...calendarNotes(assets, own, calendar),
    ...(thorough
      ? [
          ...assets.flatMap((rows) => jumpNotes(rows, adjustments, calendar)),
          ...haltNotes(assets, own, calendar),
        ]
      : []),
  ]
}
