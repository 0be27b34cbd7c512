import { EngineError } from '../errors.js'
import type { DeclaredIndicators } from '../indicators/declared-indicators.js'
import type { IndicatorHandle } from '../indicators/handle.js'
import type { Indicator } from '../indicators/indicator.js'
import type { AssetId } from '../market/asset.js'
import { type Exact, exact, truncatedQuotient } from '../market/exact.js'
import { powerOfTen, ticksAt } from '../market/money.js'
import { exactShares, type Shares, sharesLess, sharesSum } from '../market/shares.js'
import { exactAmount } from '../market/whole.js'
import type { Clock } from '../portal/clock.js'
import { unknownAsset } from '../portal/long-table.js'
import type { Portal } from '../portal/portal.js'
import type { Context, OrderId, Portfolio } from './algorithm.js'
import type { AssetNumbers } from './asset-numbers.js'
import type { Blotter } from './blotter.js'
import { type Ledger, moneyOf } from './ledger.js'
import { type OrderStyle, sharesOf } from './order.js'
import type { SessionTexts } from './session-texts.js'

/** A number of changes that a blotter never has. */
const NEVER = -1

/** The context of a strategy: turns its targets into orders. */
export class TradingContext implements Context {
  readonly assets: readonly AssetId[]
  readonly ticksPerUnit: number
  readonly portfolio: Portfolio
  readonly #numbers: AssetNumbers
  readonly #priceScale: number
  readonly #texts: SessionTexts
  readonly #clock: Clock
  readonly #portal: Portal
  readonly #blotter: Blotter
  readonly #ledger: Ledger
  readonly #indicators: DeclaredIndicators
  /**
   * The target that was last found to be reached, without open orders; true while nothing changes.
   * Most strategies repeat it at every bar.
   */
  readonly #settled = { asset: '', shares: 0, changes: NEVER }
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
    this.#settled.changes = NEVER
  }

  indicator(asset: AssetId, indicator: Indicator): IndicatorHandle {
    return this.#indicators.handle(asset, indicator)
  }

  order(asset: AssetId, shares: number, style?: OrderStyle): OrderId | undefined {
    return this.#place(this.#number(asset), shares, style)
  }

  orderTarget(asset: AssetId, shares: number, style?: OrderStyle): OrderId | undefined {
    const settled = this.#settled
    if (
      settled.asset === asset &&
      settled.shares === shares &&
      settled.changes === this.#blotter.changes
    )
      return undefined
    return this.#orderTarget(asset, shares, style)
  }

  #orderTarget(asset: AssetId, shares: number, style: OrderStyle | undefined): OrderId | undefined {
    const number = this.#number(asset)
    // A strategy in JavaScript can pass anything.
    if (!Number.isFinite(shares)) return this.#place(number, shares, style)
    if (!this.#holds(number, shares)) return this.#target(number, shares, style)
    this.#settled.asset = asset
    this.#settled.shares = shares
    this.#settled.changes = this.#blotter.changes
    return undefined
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
    const number = asset === undefined ? undefined : this.#numbers.of(asset)
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
  #target(
    asset: number,
    shares: number | Exact,
    style: OrderStyle | undefined,
  ): OrderId | undefined {
    const planned = this.#planned(asset)
    if (Number.isSafeInteger(shares) && typeof planned === 'number') {
      const missing = sharesLess(shares as number, planned)
      return missing === 0 ? undefined : this.#send(asset, missing, style)
    }
    const missing = exact(shares).minus(exactShares(planned))
    return missing.isZero() ? undefined : this.#place(asset, missing, style)
  }

  /** Shares of a position after all open orders. */
  #planned(asset: number): Shares {
    return sharesSum(this.#blotter.pending(asset), this.#ledger.shares(asset))
  }

  #place(
    asset: number,
    shares: number | Exact,
    style: OrderStyle | undefined,
  ): OrderId | undefined {
    return this.#send(asset, sharesOf(shares), style)
  }

  #send(asset: number, shares: Shares, style: OrderStyle | undefined): OrderId | undefined {
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
    const number = this.#numbers.of(asset)
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
  readonly numbers: AssetNumbers
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
      const number = numbers.of(asset)
      return number === undefined ? 0 : ledger.position(number)
    },
  }
}

function notANumber(what: string, value: number): EngineError {
  return new EngineError('strategy-misuse', `${what} ${value}; give a finite number`)
}
