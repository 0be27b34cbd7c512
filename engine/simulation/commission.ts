import { EngineError } from '../errors.js'
import { type Exact, exact, isShort } from '../market/exact.js'
import type { Money } from '../market/money.js'
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
 * The commission of one fill, rounded half-even to the tick.
 *
 * @param shares     signed
 * @param firstFill  true for the first fill of its order
 */
export function commissionOf(
  model: CommissionModel,
  shares: Money,
  price: Money,
  firstFill: boolean,
  priceScale: number,
): Exact {
  switch (model.kind) {
    case 'none':
      return NOTHING
    case 'per-share':
      return exact(shares).abs().times(model.cost).toDecimalPlaces(priceScale)
    case 'per-trade':
      return firstFill ? exact(model.cost).toDecimalPlaces(priceScale) : NOTHING
    case 'per-dollar':
      return exact(shares).abs().times(price).times(model.rate).toDecimalPlaces(priceScale)
  }
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

const NOTHING = exact(0)
