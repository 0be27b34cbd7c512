import { EngineError } from '../errors.js'
import { exact } from '../market/exact.js'
import { divideHalfEven } from '../market/money.js'
import {
  absolute,
  opposite,
  SHARE_PLACES,
  type Shares,
  shareUnits,
  wholeShares,
} from '../market/shares.js'
import {
  difference,
  divided,
  fractionOf,
  product,
  sum,
  type Whole,
  wholeOf,
} from '../market/whole.js'
import { checkChoice } from './choice.js'

/** How many shares of an order fill in a bar, and how far from the bar's price. */
export type SlippageModel =
  | { readonly kind: 'none' }
  /** Every fill is `basisPoints` / 10 000 worse. */
  | { readonly kind: 'fixed'; readonly basisPoints: number }
  /**
   * At most `limit` of the bar's volume fills per bar, in whole shares; the price moves by `impact`
   * × (share of the volume)². The rest of the order stays open.
   */
  | { readonly kind: 'volume-share'; readonly limit: number; readonly impact: number }

/** The fill of an order in one bar. `shares` has the sign of the order and may be zero. */
export interface SlippedFill {
  readonly shares: Shares
  /** In ticks. */
  readonly price: Whole
}

/**
 * Applies a slippage model to one order in one bar. Prices are rounded half-even to the tick, only
 * once, because the share of the volume is never rounded itself.
 *
 * @param wanted  signed shares
 * @param price   before slippage, in ticks
 * @param volume  of the bar, > 0, in units of the volume's scale
 * @param taken   shares of this bar that other orders have taken already, unsigned
 */
export type Slippage = (wanted: Shares, price: Whole, volume: number, taken: Shares) => SlippedFill

/**
 * The function of a checked model; undefined if nothing slips.
 *
 * @param volumeScale  decimal places of a bar's volume
 * @source zipline's VolumeShareSlippage for `volume-share`
 */
export function slippageOf(model: SlippageModel, volumeScale: number): Slippage | undefined {
  switch (model.kind) {
    case 'none':
      return undefined
    case 'fixed': {
      const { top, bottom } = fractionOf(exact(model.basisPoints).times('0.0001'))
      const [worse, better] = [sum(bottom, top), difference(bottom, top)]
      return (shares, price) => ({
        shares,
        price: divided(product(price, shares > 0 ? worse : better), bottom),
      })
    }
    case 'volume-share':
      return volumeShare(model, volumeScale)
  }
}

function volumeShare(
  { limit, impact }: Extract<SlippageModel, { kind: 'volume-share' }>,
  volumeScale: number,
): Slippage {
  const limited = fractionOf(limit)
  const moved = fractionOf(impact)
  // Shares are counted in units of 10^-8, and volume in units of its scale.
  const perVolume = 10n ** BigInt(SHARE_PLACES)
  const perShare = 10n ** BigInt(volumeScale)
  return (wanted, price, volume, taken) => {
    const takenUnits = shareUnits(taken)
    const allowed = BigInt(volume) * perVolume * BigInt(limited.top)
    const left = allowed - takenUnits * perShare * BigInt(limited.bottom)
    const most = perShare * BigInt(limited.bottom)
    const room = wholeShares(left > 0n ? left / most : 0n)
    const isMore = shareUnits(absolute(wanted)) > shareUnits(room)
    const shares = isMore ? (wanted > 0 ? room : opposite(room)) : wanted
    // price × (1 ± impact × (used ÷ volume)²), over one denominator.
    const used = (shareUnits(absolute(shares)) + takenUnits) * perShare
    const whole = (BigInt(volume) * perVolume) ** 2n * BigInt(moved.bottom)
    const change = BigInt(moved.top) * used * used
    const top = wanted > 0 ? whole + change : whole - change
    return { shares, price: wholeOf(divideHalfEven(BigInt(price) * top, whole)) }
  }
}

/**
 * Checks the parameters of a slippage model.
 *
 * @throws {EngineError} `input-invalid`: an unknown kind, or parameters out of range
 */
export function checkSlippage(model: SlippageModel): void {
  checkChoice('slippage', model?.kind, ['none', 'fixed', 'volume-share'])
  if (model.kind === 'fixed' && !(model.basisPoints >= 0 && model.basisPoints < 10_000)) {
    throw new EngineError(
      'input-invalid',
      `slippage of ${model.basisPoints} basis points; give 0 or more, below 10000`,
    )
  }
  if (
    model.kind === 'volume-share' &&
    !(model.limit > 0 && model.limit <= 1 && model.impact >= 0 && model.impact < 1)
  ) {
    const given = `limit ${model.limit} and impact ${model.impact}`
    throw new EngineError(
      'input-invalid',
      `volume-share slippage with ${given}; give a limit above 0 up to 1 and an impact from 0 below 1`,
    )
  }
}
