import { Decimal } from 'decimal.js'
import { groupBy } from '../group-by.js'
import { oncePer } from '../once-per.js'
import { ratioOfDecimals } from './exact.js'
import type { Rational } from './rational.js'

/** A split or a cash dividend, effective at the start of calendar index `session`. */
export interface Adjustment {
  readonly asset: string
  readonly session: number
  readonly kind: 'split' | 'dividend'
  /**
   * Split: new shares per old share (7 for 7:1), or per `per` old shares. Dividend: cash per share.
   * Exact.
   */
  readonly value: Decimal
  /**
   * Split: the old shares that become `value` new ones, for ratios that no decimal equals: 1 per 3
   * is 1:3. 1 if absent.
   */
  readonly per?: Decimal
}

/** New shares per old share of a split, exactly. */
export const ratioOf = oncePer(
  ({ value, per }: Adjustment): Rational => ratioOfDecimals(value, per ?? ONE),
)

/** The amount of an adjustment as it is written: `0.47`, or `1:3` if a split has two numbers. */
export function amountText({ value, per }: Adjustment): string {
  return per === undefined ? value.toFixed() : `${value.toFixed()}:${per.toFixed()}`
}

const ONE = new Decimal(1)

/**
 * `prior-close`: 1 − D / previous close (zipline, CRSP). `ex-close`: close / (close + D) of the
 * ex-session (Quandl).
 */
export type DividendPolicy = 'prior-close' | 'ex-close'

/**
 * The order in which adjustments apply: by session, then asset, a split before a dividend (whose
 * cash is per post-split share). At most one of a kind per asset and session.
 */
export function compareAdjustments(a: Adjustment, b: Adjustment): number {
  if (a.session !== b.session) return a.session - b.session
  if (a.asset !== b.asset) return a.asset < b.asset ? -1 : 1
  return a.kind === b.kind ? 0 : a.kind === 'split' ? -1 : 1
}

/**
 * The adjustments in the order they apply. A list is sorted once and must not change afterwards.
 *
 * @param adjustments  in any order
 */
export const sortedAdjustments = oncePer(
  (adjustments: readonly Adjustment[]): readonly Adjustment[] =>
    [...adjustments].sort(compareAdjustments),
)

const NONE: readonly Adjustment[] = []
const byAsset = oncePer((adjustments: readonly Adjustment[]) =>
  groupBy(sortedAdjustments(adjustments), ({ asset }) => asset),
)

/**
 * The adjustments of one asset in the order they apply. A list is grouped once and must not change
 * afterwards.
 *
 * @param adjustments  of all assets, in any order
 */
export function adjustmentsOf(
  adjustments: readonly Adjustment[],
  asset: string,
): readonly Adjustment[] {
  return byAsset(adjustments).get(asset) ?? NONE
}
