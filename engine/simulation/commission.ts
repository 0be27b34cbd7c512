import { EngineError } from '../errors.js'
import { exact, isShort } from '../market/exact.js'
import { SHARE_UNIT, type Shares } from '../market/shares.js'
import { divided, fractionOf, product, type Whole } from '../market/whole.js'
import { checkChoice } from './choice.js'

/** The cost of fills. Amounts are exact decimals, so pass text if a number would not be exact. */
export type CommissionModel =
  | { readonly kind: 'none' }
  | { readonly kind: 'per-share'; readonly cost: number | string }
  /** An amount charged once per order, with its first fill. */
  | { readonly kind: 'per-trade'; readonly cost: number | string }
  /** A fraction of the value traded. */
  | { readonly kind: 'per-dollar'; readonly rate: number | string }

/**
 * The commission of one fill in ticks, rounded half-even.
 *
 * @param shares     signed
 * @param price      in ticks
 * @param firstFill  true for the first fill of its order
 */
export type Commission = (shares: Shares, price: Whole, firstFill: boolean) => Whole

/** The function of a checked model. @param priceScale  decimal places of a tick */
export function commissionOf(model: CommissionModel, priceScale: number): Commission {
  switch (model.kind) {
    case 'none':
      return () => 0
    case 'per-share': {
      const { top, bottom } = fractionOf(model.cost, priceScale)
      return (shares) => shareOf(shares, top, bottom)
    }
    case 'per-trade': {
      const { top, bottom } = fractionOf(model.cost, priceScale)
      const cost = divided(top, bottom)
      return (_shares, _price, firstFill) => (firstFill ? cost : 0)
    }
    case 'per-dollar': {
      const { top, bottom } = fractionOf(model.rate)
      return (shares, price) => shareOf(shares, product(price, top), bottom)
    }
  }
}

/** |shares| × top ÷ bottom, rounded half-even, once. */
function shareOf(shares: Shares, top: Whole, bottom: Whole): Whole {
  if (typeof shares === 'number') return divided(product(Math.abs(shares), top), bottom)
  const size = shares < 0n ? -shares : shares
  return divided(product(size, top), product(bottom, SHARE_UNIT))
}

/**
 * Checks the amount of a commission model.
 *
 * @throws {EngineError} `input-invalid`: an unknown kind, or an amount that is negative, not a
 * number, or of more than 40 digits
 */
export function checkCommission(model: CommissionModel): void {
  checkChoice('commission', model?.kind, ['none', 'per-share', 'per-trade', 'per-dollar'])
  if (model.kind === 'none') return
  const amount = model.kind === 'per-dollar' ? model.rate : model.cost
  if (/^\d*\.?\d+(e[+-]?\d+)?$/i.test(String(amount)) && isShort(exact(amount))) return
  throw new EngineError(
    'input-invalid',
    `commission ${model.kind} of ${String(amount).slice(0, 60)}; give a number of at most 40 digits, 0 or more`,
  )
}
