import { EngineError } from '../errors.js'
import type { DeclaredIndicators } from '../indicators/declared-indicators.js'
import type { IndicatorHandle } from '../indicators/handle.js'
import type { Indicator } from '../indicators/indicator.js'
import type { AssetId } from '../market/asset.js'
import { type Exact, exact, truncatedQuotient } from '../market/exact.js'
import { powerOfTen, ticksAt } from '../market/money.js'
import { exactShares, sharesSum } from '../market/shares.js'
import { exactAmount } from '../market/whole.js'
import type { Clock } from '../portal/clock.js'
import { unknownAsset } from '../portal/long-table.js'
import type { Portal } from '../portal/portal.js'
import type { Context, OrderId, Portfolio } from './algorithm.js'
import type { Blotter } from './blotter.js'
import { type Ledger, moneyOf } from './ledger.js'
import type { OrderStyle } from './order.js'
import type { SessionTexts } from './session-texts.js'

/** The context of a strategy: turns its targets into orders. */
export class TradingContext implements Context {
  readonly assets: readonly AssetId[]
  readonly ticksPerUnit: number
  readonly portfolio: Portfolio
  readonly #numbers: ReadonlyMap<AssetId, number>
  readonly #priceScale: number
  readonly #texts: SessionTexts
  readonly #clock: Clock
  readonly #portal: Portal
  readonly #blotter: Blotter
  readonly #ledger: Ledger
  readonly #indicators: DeclaredIndicators
  #trading = false

  constructor(parts: ContextParts) {
    this.assets = parts.portal.assets
    this.ticksPerUnit = powerOfTen(parts.priceScale)
    this.portfolio = portfolioOf(parts)
    this.#numbers = parts.numbers
    this.#priceScale = parts.priceScale
    this.#texts = parts.texts
    this.#clock = parts.clock
    this.#portal = parts.portal
    this.#blotter = parts.blotter
    this.#ledger = parts.ledger
    this.#indicators = parts.indicators
  }

  get session(): number {
    return this.#clock.session
  }

  get sessionText(): string {
    return this.#texts.of(Math.max(0, this.#clock.session))
  }

  /**
   * Orders are accepted only while this is true, that is, from the start of the first session to
   * the end of the last.
   */
  set trading(open: boolean) {
    this.#trading = open
  }

  indicator(asset: AssetId, indicator: Indicator): IndicatorHandle {
    return this.#indicators.handle(asset, indicator)
  }

  order(asset: AssetId, shares: number, style?: OrderStyle): OrderId | undefined {
    return this.#place(this.#number(asset), shares, style)
  }

  orderTarget(asset: AssetId, shares: number, style?: OrderStyle): OrderId | undefined {
    const number = this.#number(asset)
    // A strategy in JavaScript can pass anything.
    if (!Number.isFinite(shares)) return this.#place(number, shares, style)
    return this.#holds(number, shares) ? undefined : this.#target(number, exact(shares), style)
  }

  orderValue(asset: AssetId, value: number, style?: OrderStyle): OrderId | undefined {
    return this.#place(this.#number(asset), this.#sharesWorth(asset, value), style)
  }

  orderTargetPercent(asset: AssetId, fraction: number, style?: OrderStyle): OrderId | undefined {
    const number = this.#number(asset)
    if (!Number.isFinite(fraction)) throw notANumber('target fraction', fraction)
    const equity = exactAmount(this.#ledger.equity, this.#priceScale)
    return this.#target(number, this.#sharesWorth(asset, equity.times(fraction)), style)
  }

  cancel(order: OrderId): boolean {
    return this.#blotter.cancel(order)
  }

  openOrders(asset?: AssetId): readonly OrderId[] {
    const number = asset === undefined ? undefined : this.#numbers.get(asset)
    return this.#blotter.open
      .filter((order) => asset === undefined || order.asset === number)
      .map((order) => order.id)
  }

  /**
   * Whether an asset without open orders is at its target already, as at most bars: found without
   * decimals, and only for targets up to `MOST_COMPARED`.
   */
  #holds(asset: number, shares: number): boolean {
    return (
      this.#ledger.position(asset) === shares &&
      Math.abs(shares) <= MOST_COMPARED &&
      !this.#blotter.hasOpen(asset)
    )
  }

  /** Orders the difference to a target, open orders counted as filled, in exact shares. */
  #target(asset: number, shares: Exact, style: OrderStyle | undefined): OrderId | undefined {
    const planned = exactShares(sharesSum(this.#blotter.pending(asset), this.#ledger.shares(asset)))
    return shares.eq(planned) ? undefined : this.#place(asset, shares.minus(planned), style)
  }

  #place(
    asset: number,
    shares: number | Exact,
    style: OrderStyle | undefined,
  ): OrderId | undefined {
    return this.#blotter.place(asset, shares, style, this.#clock.bar)?.id
  }

  /** Whole shares worth `value` at the last price, rounded towards zero; exact before that. */
  #sharesWorth(asset: AssetId, value: number | Exact): Exact {
    if (typeof value === 'number' && !Number.isFinite(value)) throw notANumber('order value', value)
    const price = this.#portal.current(asset, 'price')
    if (Number.isNaN(price)) {
      throw new EngineError(
        'strategy-misuse',
        `${asset} has no price yet at ${this.sessionText}; check canTrade() before ordering by value`,
      )
    }
    const ticks = ticksAt(price, this.ticksPerUnit)
    return truncatedQuotient(exact(value).times(this.ticksPerUnit), exact(ticks))
  }

  /** The number of an asset that an order names. */
  #number(asset: AssetId): number {
    if (!this.#trading)
      throw new EngineError(
        'strategy-misuse',
        'orders can be placed in beforeTradingStart and handleData only; move this one there',
      )
    const number = this.#numbers.get(asset)
    if (number === undefined) throw unknownAsset(asset, this.assets, 'this backtest')
    return number
  }
}

/**
 * Up to here, equal numbers are equal amounts. A position has at most 8 decimal places, so it has
 * at most 15 digits, and no two decimals of 15 digits have the same double.
 */
const MOST_COMPARED = 1e6

export interface ContextParts {
  readonly texts: SessionTexts
  readonly clock: Clock
  readonly portal: Portal
  readonly blotter: Blotter
  readonly ledger: Ledger
  readonly indicators: DeclaredIndicators
  /** The number of each asset. */
  readonly numbers: ReadonlyMap<AssetId, number>
  /** Decimal places of a tick. */
  readonly priceScale: number
}

function portfolioOf({ ledger, numbers, priceScale }: ContextParts): Portfolio {
  return {
    get cash() {
      return moneyOf(ledger.cash, priceScale)
    },
    get equity() {
      return moneyOf(ledger.equity, priceScale)
    },
    position(asset) {
      const number = numbers.get(asset)
      return number === undefined ? 0 : ledger.position(number)
    },
  }
}

function notANumber(what: string, value: number): EngineError {
  return new EngineError('strategy-misuse', `${what} ${value}; give a finite number`)
}
