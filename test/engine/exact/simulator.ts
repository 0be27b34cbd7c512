import type { Adjustment, AssetBars } from '../../../engine/index.js'
import {
  absolute,
  add,
  compare,
  decimal,
  divide,
  type Fraction,
  floor,
  fraction,
  multiply,
  negate,
  ONE,
  round,
  sign,
  subtract,
  sum,
  text,
  toNumber,
  truncate,
  ZERO,
} from './fraction.js'
import type { Action, Scenario } from './scenario.js'

/** What a backtest must give, to the last digit. */
export interface Expected {
  readonly fills: readonly object[]
  readonly orders: readonly object[]
  readonly trades: readonly object[]
  readonly equity: readonly string[]
  readonly finalCash: string
  readonly held: Readonly<Record<string, number>>
}

interface Working {
  readonly id: number
  readonly asset: string
  readonly placedAt: number
  shares: Fraction
  filled: Fraction
  limit: Fraction | undefined
  stop: Fraction | undefined
  status: 'open' | 'filled' | 'cancelled'
}

interface Trip {
  readonly asset: string
  readonly side: string
  readonly opened: number
  closed: number | undefined
  /** Shares in units of the last session, and what they cost or brought. */
  entries: { shares: Fraction; readonly value: Fraction }[]
  exits: { shares: Fraction; readonly value: Fraction }[]
  cash: Fraction
}

interface Bar {
  readonly open: Fraction
  readonly high: Fraction
  readonly low: Fraction
  readonly close: Fraction
  readonly volume: Fraction
}

/**
 * An independent simulator: one asset's bars, splits and orders at a time, every amount a fraction
 * of whole numbers, straight from the rules in prose. It shares no code with the engine.
 */
export class Simulator {
  readonly #given: Scenario
  readonly #bars = new Map<string, Map<number, Bar>>()
  readonly #orders: Working[] = []
  readonly #trips: Trip[] = []
  readonly #held = new Map<string, Fraction>()
  readonly #lastPrice = new Map<string, Fraction>()
  readonly #fills: object[] = []
  readonly #equityCurve: string[] = []
  #cash: Fraction
  #equity: Fraction

  constructor(given: Scenario) {
    this.#given = given
    this.#cash = decimal(given.cash)
    this.#equity = this.#cash
    for (const own of given.content.bars) this.#bars.set(own.asset, this.#table(own))
  }

  run(): Expected {
    for (const session of this.#given.content.sessions.keys()) {
      for (const { asset } of this.#given.content.bars) this.#corporateActions(asset, session)
      this.#act(session, true)
      this.#fillAll(session)
      for (const asset of this.#held.keys())
        this.#lastPrice.set(asset, this.price(asset, session, session)!)
      this.#equity = round(add(this.#cash, sum(this.#values())), this.#places)
      this.#act(session, false)
      this.#equityCurve.push(text(this.#equity))
    }
    return {
      fills: this.#fills,
      orders: this.#orders.map((order) => this.#orderRecord(order)),
      trades: this.#tradeRecords(),
      equity: this.#equityCurve,
      finalCash: text(this.#cash),
      held: Object.fromEntries([...this.#held].map(([asset, shares]) => [asset, toNumber(shares)])),
    }
  }

  get #places(): number {
    return this.#given.content.scales.price
  }

  #table(own: AssetBars): Map<number, Bar> {
    const { price, volume } = this.#given.content.scales
    const at = (value: number, places: number) => fraction(value, 10n ** BigInt(places))
    return new Map(
      Array.from(own.session, (session, i) => [
        session,
        {
          open: at(own.open[i]!, price),
          high: at(own.high[i]!, price),
          low: at(own.low[i]!, price),
          close: at(own.close[i]!, price),
          volume: at(own.volume[i]!, volume),
        },
      ]),
    )
  }

  #events(asset: string): readonly Adjustment[] {
    return this.#given.content.adjustments.filter((event) => event.asset === asset)
  }

  #values(): Fraction[] {
    return [...this.#held].map(([asset, shares]) => multiply(shares, this.#lastPrice.get(asset)!))
  }

  // Splits and dividends.

  #corporateActions(asset: string, session: number): void {
    const today = this.#events(asset).filter((event) => event.session === session)
    for (const split of today.filter(({ kind }) => kind === 'split'))
      this.#split(asset, ratioOf(split), session)
    for (const { value } of today.filter(({ kind }) => kind === 'dividend')) {
      const cash = round(multiply(this.#position(asset), decimal(value.toFixed())), this.#places)
      this.#cash = add(this.#cash, cash)
      const trip = this.#openTrip(asset)
      if (trip !== undefined) trip.cash = add(trip.cash, cash)
    }
  }

  #split(asset: string, ratio: Fraction, session: number): void {
    const before = this.#position(asset)
    const exact = multiply(before, ratio)
    const after = fraction(floor(exact))
    if (sign(before) !== 0) {
      const price = this.#lastPrice.get(asset)!
      const cash = round(divide(multiply(subtract(exact, after), price), ratio), this.#places)
      this.#cash = add(this.#cash, cash)
      this.#setPosition(asset, after, round(divide(price, ratio), this.#places))
      const trip = this.#openTrip(asset)!
      for (const part of [...trip.entries, ...trip.exits])
        part.shares = multiply(part.shares, ratio)
      trip.cash = add(trip.cash, cash)
      if (sign(after) === 0) trip.closed = session
    }
    this.#splitOrders(asset, ratio, before, after)
  }

  /**
   * An order keeps its share of the ratio, without the fraction. One that takes the position to
   * flat, or beyond, at least closes what the split left; one that does not reach flat stays short
   * of it or reaches it.
   */
  #splitOrders(asset: string, ratio: Fraction, before: Fraction, after: Fraction): void {
    const open = this.#orders.filter((order) => order.status === 'open' && order.asset === asset)
    const change = (order: Working, old: Fraction, now: Fraction): [Fraction, Fraction] => {
      const rest = subtract(order.shares, order.filled)
      const size = this.#splitRest(rest, ratio, old, now)
      order.shares = add(order.filled, size)
      for (const name of ['limit', 'stop'] as const) {
        const price = order[name]
        if (price !== undefined) order[name] = round(divide(price, ratio), this.#places)
      }
      if (sign(size) === 0) order.status = 'cancelled'
      return [add(old, rest), add(now, size)]
    }
    const conditional = (order: Working) => order.limit !== undefined || order.stop !== undefined
    let base: [Fraction, Fraction] = [before, after]
    for (const order of open.filter((one) => !conditional(one))) base = change(order, ...base)
    let left = base
    for (const order of open.filter(conditional)) {
      const rest = subtract(order.shares, order.filled)
      if (sign(rest) * sign(base[0]) >= 0) left = base = change(order, ...base)
      else if (sign(left[0]) === sign(base[0]) && compare(absolute(rest), absolute(left[0])) <= 0)
        left = change(order, ...left)
      else left = change(order, ...base)
    }
  }

  #splitRest(rest: Fraction, ratio: Fraction, old: Fraction, now: Fraction): Fraction {
    const scaled = fraction(truncate(multiply(rest, ratio)))
    if (sign(rest) * sign(old) >= 0) return scaled
    const whole = negate(now)
    const reach = compare(absolute(rest), absolute(old))
    if (reach === 0) return whole
    const further = compare(absolute(scaled), absolute(whole)) > 0 ? scaled : whole
    return reach > 0 ? further : further === scaled ? whole : scaled
  }

  // Orders and fills.

  #act(session: number, early: boolean): void {
    for (const action of this.#given.actions)
      if (action.session === session && action.early === early)
        this.#perform(action, early ? session - 1 : session)
  }

  #perform({ asset, call, amount, style, session }: Action, bar: number): void {
    const planned = () =>
      sum([
        this.#position(asset),
        ...this.#orders
          .filter((order) => order.status === 'open' && order.asset === asset)
          .map((order) => subtract(order.shares, order.filled)),
      ])
    const worth = (value: Fraction) =>
      fraction(truncate(divide(value, this.price(asset, bar, session)!)))
    const given = decimal(amount)
    const valued = call === 'orderValue' || call === 'orderTargetPercent'
    if (valued && this.price(asset, bar, session) === undefined) return
    if (call === 'cancel') {
      const order = this.#orders[amount - 1]
      if (order?.status === 'open') order.status = 'cancelled'
      return
    }
    const shares = {
      order: () => given,
      orderTarget: () => subtract(given, planned()),
      orderValue: () => worth(given),
      orderTargetPercent: () => subtract(worth(multiply(this.#equity, given)), planned()),
    }[call]()
    const rounded = round(shares, 8)
    if (sign(rounded) === 0) return
    const at = (price: string | number | undefined) =>
      price === undefined ? undefined : round(decimal(price), this.#places)
    this.#orders.push({
      id: this.#orders.length + 1,
      asset,
      placedAt: bar,
      shares: rounded,
      filled: ZERO,
      limit: at(style?.limit),
      stop: at(style?.stop),
      status: 'open',
    })
  }

  #fillAll(session: number): void {
    const taken = new Map<string, Fraction>()
    for (const order of this.#orders) {
      const bar = this.#bars.get(order.asset)!.get(session)
      if (order.status !== 'open' || bar === undefined || sign(bar.volume) === 0) continue
      const price = this.#given.fill === 'next-open' ? fromOpen(order, bar) : atClose(order, bar)
      if (price === undefined) continue
      const used = taken.get(order.asset) ?? ZERO
      const filled = this.#slip(subtract(order.shares, order.filled), price, bar.volume, used)
      if (sign(filled.shares) === 0) continue
      taken.set(order.asset, add(used, absolute(filled.shares)))
      this.#book(order, session, filled.shares, notPast(order, filled.price))
    }
  }

  #slip(wanted: Fraction, price: Fraction, volume: Fraction, used: Fraction) {
    const model = this.#given.slippage
    const moved = (share: Fraction) =>
      round(multiply(price, add(ONE, multiply(share, fraction(sign(wanted))))), this.#places)
    if (model.kind === 'none') return { shares: wanted, price }
    if (model.kind === 'fixed')
      return { shares: wanted, price: moved(divide(decimal(model.basisPoints), fraction(10_000))) }
    const room = floor(subtract(multiply(volume, decimal(model.limit)), used))
    const most = fraction(room < 0n ? 0n : room)
    const shares =
      compare(absolute(wanted), most) > 0 ? multiply(most, fraction(sign(wanted))) : wanted
    const share = divide(add(used, absolute(shares)), volume)
    return { shares, price: moved(multiply(decimal(model.impact), multiply(share, share))) }
  }

  #commission(order: Working, shares: Fraction, price: Fraction): Fraction {
    const model = this.#given.commission
    const amount = {
      none: () => ZERO,
      'per-share': () => absolute(shares),
      'per-trade': () => (sign(order.filled) === 0 ? ONE : ZERO),
      'per-dollar': () => multiply(absolute(shares), price),
    }[model.kind]()
    if (model.kind === 'none') return ZERO
    const each = model.kind === 'per-dollar' ? model.rate : model.cost
    return round(multiply(amount, decimal(each)), this.#places)
  }

  #book(order: Working, session: number, shares: Fraction, price: Fraction): void {
    const commission = this.#commission(order, shares, price)
    order.filled = add(order.filled, shares)
    if (compare(order.filled, order.shares) === 0) order.status = 'filled'
    const value = round(multiply(shares, price), this.#places)
    const cash = negate(add(value, commission))
    this.#cash = add(this.#cash, cash)
    this.#trade(order.asset, shares, price, cash, session)
    this.#setPosition(order.asset, add(this.#position(order.asset), shares), price)
    this.#fills.push({
      order: order.id,
      date: this.#given.content.sessions[session],
      asset: order.asset,
      shares: toNumber(shares),
      price: text(price),
      commission: text(commission),
    })
  }

  // Positions and round trips.

  #position(asset: string): Fraction {
    return this.#held.get(asset) ?? ZERO
  }

  #setPosition(asset: string, shares: Fraction, price: Fraction): void {
    if (sign(shares) === 0) this.#held.delete(asset)
    else this.#held.set(asset, shares)
    this.#lastPrice.set(asset, price)
  }

  #openTrip(asset: string): Trip | undefined {
    return this.#trips.find((trip) => trip.asset === asset && trip.closed === undefined)
  }

  #trade(asset: string, shares: Fraction, price: Fraction, cash: Fraction, session: number): void {
    const held = this.#position(asset)
    const part = (size: Fraction) => ({ shares: size, value: multiply(absolute(size), price) })
    const enter = (size: Fraction, paid: Fraction) => {
      let trip = this.#openTrip(asset)
      if (trip === undefined) {
        const side = sign(size) > 0 ? 'long' : 'short'
        trip = {
          asset,
          side,
          opened: session,
          closed: undefined,
          entries: [],
          exits: [],
          cash: ZERO,
        }
        this.#trips.push(trip)
      }
      trip.entries.push(part(size))
      trip.cash = add(trip.cash, paid)
    }
    const leave = (size: Fraction, paid: Fraction) => {
      const trip = this.#openTrip(asset)!
      trip.exits.push(part(size))
      trip.cash = add(trip.cash, paid)
      if (compare(absolute(size), absolute(held)) === 0) trip.closed = session
    }
    if (sign(held) * sign(shares) >= 0) enter(shares, cash)
    else if (compare(absolute(shares), absolute(held)) <= 0) leave(shares, cash)
    else {
      const opening = add(held, shares)
      const paid = negate(round(multiply(opening, price), this.#places))
      leave(negate(held), subtract(cash, paid))
      enter(opening, paid)
    }
  }

  #tradeRecords(): object[] {
    const closed = this.#trips.filter((trip) => trip.closed !== undefined)
    const open = this.#trips.filter((trip) => trip.closed === undefined)
    return [
      ...closed.map((trip) => this.#tradeRecord(trip)).sort(byText),
      ...open.map((trip) => this.#tradeRecord(trip)).sort(byText),
    ]
  }

  #tradeRecord({ asset, side, opened, closed, entries, exits, cash }: Trip): object {
    const { sessions } = this.#given.content
    const average = (parts: readonly { shares: Fraction; value: Fraction }[]) =>
      text(
        round(
          divide(
            sum(parts.map(({ value }) => value)),
            sum(parts.map(({ shares }) => absolute(shares))),
          ),
          this.#places,
        ),
      )
    const value =
      closed === undefined ? multiply(this.#position(asset), this.#lastPrice.get(asset)!) : ZERO
    return {
      asset,
      side,
      opened: sessions[opened],
      ...(closed !== undefined && { closed: sessions[closed] }),
      entryPrice: average(entries),
      ...(exits.length > 0 && { exitPrice: average(exits) }),
      profit: text(round(add(cash, value), this.#places)),
    }
  }

  #orderRecord({ id, asset, placedAt, shares, filled, limit, stop, status }: Working): object {
    return {
      id,
      asset,
      ...(placedAt >= 0 && { placed: this.#given.content.sessions[placedAt] }),
      shares: toNumber(shares),
      filled: toNumber(filled),
      ...(limit !== undefined && { limit: text(limit) }),
      ...(stop !== undefined && { stop: text(stop) }),
      status,
    }
  }

  // Adjusted history.

  /** The last known close as of a view: `bar` is the last bar seen, `session` the one under way. */
  price(asset: string, bar: number, session: number): Fraction | undefined {
    const source = this.#lastTraded(asset, bar)
    return source < 0 ? undefined : this.#adjusted(asset, 'close', source, bar, session)
  }

  /** One value of a window; undefined where the asset did not trade. */
  value(asset: string, field: keyof Bar | 'price', index: number, bar: number, session: number) {
    const source = field === 'price' ? this.#lastTraded(asset, index) : index
    if (!this.#bars.get(asset)!.has(source)) return undefined
    return this.#adjusted(asset, field === 'price' ? 'close' : field, source, bar, session)
  }

  #adjusted(asset: string, field: keyof Bar, index: number, bar: number, session: number) {
    let value = this.#bars.get(asset)!.get(index)![field]
    for (const event of this.#events(asset)) {
      if (event.session <= index || event.session > session) continue
      const factor = this.#factor(asset, event, bar)
      if (event.kind === 'split')
        value = field === 'volume' ? multiply(value, factor) : divide(value, factor)
      else if (field !== 'volume') value = multiply(value, factor)
    }
    const { price, volume } = this.#given.content.scales
    return round(value, field === 'volume' ? volume : price)
  }

  /** The ratio of a split; the price factor of a dividend. */
  #factor(asset: string, event: Adjustment, bar: number): Fraction {
    if (event.kind === 'split') return ratioOf(event)
    const cash = decimal(event.value.toFixed())
    if (this.#given.dividendPolicy === 'prior-close') {
      const before = this.#lastTraded(asset, event.session - 1)
      const { close } = this.#bars.get(asset)!.get(before)!
      const ratio = this.#ratioBetween(asset, before, event.session)
      return subtract(ONE, divide(multiply(cash, ratio), close))
    }
    const after = [...this.#bars.get(asset)!.keys()].find((index) => index >= event.session)
    if (after === undefined || after > bar) return ONE
    const ratio = this.#ratioBetween(asset, event.session, after)
    const close = multiply(this.#bars.get(asset)!.get(after)!.close, ratio)
    return divide(close, add(close, cash))
  }

  #ratioBetween(asset: string, after: number, upTo: number): Fraction {
    return this.#events(asset)
      .filter(({ kind, session }) => kind === 'split' && session > after && session <= upTo)
      .map(ratioOf)
      .reduce(multiply, ONE)
  }

  #lastTraded(asset: string, upTo: number): number {
    return Math.max(-1, ...[...this.#bars.get(asset)!.keys()].filter((index) => index <= upTo))
  }
}

function ratioOf({ value, per }: Adjustment): Fraction {
  return divide(decimal(value.toFixed()), decimal(per?.toFixed() ?? '1'))
}

/** Trades in an order of their own, because several can end in one session. */
export function byText(a: object, b: object): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}

function reaches(order: Working, price: Fraction, mark: Fraction): boolean {
  return compare(price, mark) * sign(order.shares) >= 0
}

function fromOpen(order: Working, { open, high, low }: Bar): Fraction | undefined {
  const buys = sign(order.shares) > 0
  if (order.stop !== undefined) {
    const stop = order.stop
    const atOpen = reaches(order, open, stop)
    if (!atOpen && !reaches(order, buys ? high : low, stop)) return undefined
    order.stop = undefined
    if (!atOpen) return order.limit === undefined ? stop : undefined
  }
  if (order.limit === undefined || reaches(order, order.limit, open)) return open
  return reaches(order, order.limit, buys ? low : high) ? order.limit : undefined
}

function atClose(order: Working, { close }: Bar): Fraction | undefined {
  if (order.stop !== undefined) {
    if (!reaches(order, close, order.stop)) return undefined
    order.stop = undefined
  }
  return order.limit === undefined || reaches(order, order.limit, close) ? close : undefined
}

function notPast(order: Working, price: Fraction): Fraction {
  const { limit } = order
  return limit !== undefined && reaches(order, price, limit) ? limit : price
}
