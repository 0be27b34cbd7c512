import { EngineError } from '../errors.js'
import { oncePer } from '../once-per.js'

/**
 * An asset's id, e.g. `AAPL` or `BTC/USDT`: 1–64 characters of `A–Z a–z 0–9 . _ - ^ = : $ @`, and
 * after the first one also `/ & + ! # *` and spaces.
 */
export type AssetId = string

/**
 * One tradable asset of a bundle, with the calendar indices of its first and last traded session
 * (inclusive).
 */
export interface Asset {
  readonly id: AssetId
  readonly firstSession: number
  readonly lastSession: number
  /**
   * If true, sessions without a row belong to the calendars of other assets, and history does not
   * count them; if absent, the asset was halted in them, and history shows an untraded bar.
   */
  readonly ownCalendar?: true
}

/** The ids of the assets with a calendar of their own. A list is searched once. */
export const ownCalendarIds = oncePer(
  (assets: readonly Asset[]): ReadonlySet<AssetId> =>
    new Set(assets.flatMap(({ id, ownCalendar }) => (ownCalendar ? [id] : []))),
)

const ASSET_ID =
  /^(?!(?:.*\/)?\.{0,2}(?:\/|$))[A-Za-z0-9._\-^=:$@](?:[A-Za-z0-9._\-^=:$@/&+!#* ]{0,62}[A-Za-z0-9._\-^=:$@+!#*])?$/

/** What an id may consist of, for messages. */
export const ASSET_ID_RULE =
  'use 1 to 64 letters, digits and . _ - ^ = : $ @, inside also / & + ! # * and spaces'

/** Whether a text can name an asset. `..` between slashes cannot: ids can become file names. */
export function isAssetId(text: string): boolean {
  return ASSET_ID.test(text)
}

/**
 * The text as an asset id.
 *
 * @throws {EngineError} `input-invalid`: a text that cannot name an asset
 */
export function checkAssetId(text: string): AssetId {
  if (isAssetId(text)) return text
  throw new EngineError(
    'input-invalid',
    `'${text.slice(0, 70)}' cannot name an asset; ${ASSET_ID_RULE} (rename the file or add an asset column)`,
  )
}

/** Orders asset ids by code unit, so that the order does not depend on the machine's locale. */
export function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
