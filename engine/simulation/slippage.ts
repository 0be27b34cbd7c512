import { EngineError } from '../errors.js'
import { Exact, exact, quotient } from '../market/exact.js'
import type { Money } from '../market/money.js'
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
  readonly shares: Money
  readonly price: Money
}

/**
 * Applies a slippage model to one order in one bar. Prices are rounded half-even to the tick, only
 * once, because the share of the volume is never rounded itself.
 *
 * @param wanted  signed shares
 * @param price   before slippage
 * @param volume  of the bar, > 0
 * @param taken   shares of this bar that other orders have taken already, unsigned
 * @source zipline's VolumeShareSlippage for `volume-share`
 */
export function slip(
  model: SlippageModel,
  wanted: Money,
  price: Money,
  volume: Money,
  taken: Money,
  priceScale: number,
): SlippedFill {
  switch (model.kind) {
    case 'none':
      return { shares: wanted, price }
    case 'fixed': {
      const worse = exact(model.basisPoints).times('0.0001').times(wanted.s).plus(1)
      return { shares: wanted, price: worse.times(price).toDecimalPlaces(priceScale) }
    }
    case 'volume-share': {
      const room = Exact.max(0, exact(volume).times(model.limit).minus(taken).floor())
      const shares = wanted.abs().gt(room) ? room.times(wanted.s) : wanted
      // price × (1 ± impact × (used ÷ volume)²), over one denominator.
      const used = shares.abs().plus(taken)
      const whole = exact(volume).times(volume)
      const moved = exact(model.impact).times(used).times(used).times(wanted.s).plus(whole)
      return { shares, price: quotient(moved.times(price), whole, priceScale) }
    }
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
