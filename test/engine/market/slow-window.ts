import type { TickScales } from '../../../engine/market/adjustment-timeline.js'
import type { Adjustment, DividendPolicy } from '../../../engine/market/adjustments.js'
import type { Bars, Field } from '../../../engine/market/bars.js'
import { divideHalfEven } from '../../../engine/market/money.js'
import { SCALES } from './market-cases.js'

/**
 * The window of one field, computed in bigint, bar by bar, each factor anew from its definition.
 *
 * @param bars    raw bars; index 0 is session 0 of the events
 * @param t       the session of the view
 * @param last    the last bar known then: t, or t − 1 before the open
 * @param scales  decimal places of the bars, at most 9 of prices
 */
export function slowWindow(
  bars: Bars,
  list: readonly Adjustment[],
  how: DividendPolicy,
  field: Field,
  t: number,
  last: number,
  scales: TickScales = SCALES,
): number[] {
  const out: number[] = []
  for (let i = 0; i <= last; i++) {
    const source = field === 'price' ? lastTraded(bars, i) : i
    const column = bars.ticks[field === 'price' ? 'close' : field]
    const raw = source < 0 ? Number.NaN : column[source]!
    if (Number.isNaN(raw)) {
      out.push(raw)
      continue
    }
    let [n, d] = [1n, 1n]
    for (const event of list) {
      if (event.session <= source || event.session > t) continue
      const [fn, fd] = slowFactor(bars, list, event, how, field, t, last, scales.price)
      n *= fn
      d *= fd
    }
    const power = 10 ** scales[field === 'volume' ? 'volume' : 'price']
    out.push(Number(divideHalfEven(BigInt(raw) * n, d)) / power)
  }
  return out
}

const NANO = 10n ** 9n

function slowFactor(
  bars: Bars,
  list: readonly Adjustment[],
  event: Adjustment,
  how: DividendPolicy,
  field: Field,
  t: number,
  last: number,
  scale: number,
): [bigint, bigint] {
  const value = nano(event.value)
  if (event.kind === 'split') return field === 'volume' ? [value, NANO] : [NANO, value]
  if (field === 'volume') return [1n, 1n]
  if (how === 'ex-close') {
    let index = event.session
    while (index <= Math.min(t, last) && Number.isNaN(bars.ticks.close[index])) index++
    if (index > Math.min(t, last)) return [1n, 1n]
    const [ratio, unit] = splitsBetween(list, event.session, index)
    const after = nanoClose(bars, index, scale) * ratio
    return [after, after + value * unit]
  }
  const [cash, before] = againstPriorClose(bars, list, event, scale)
  return [before - cash, before]
}

/** A dividend and the last close before it, both in shares of that close and in one unit. */
function againstPriorClose(
  bars: Bars,
  list: readonly Adjustment[],
  event: Adjustment,
  scale: number,
): [bigint, bigint] {
  const index = lastTraded(bars, event.session - 1)
  const [ratio, unit] = splitsBetween(list, index, event.session)
  return [nano(event.value) * ratio, nanoClose(bars, index, scale) * unit]
}

/** Whether a dividend is not smaller than the close before it. */
export function isTooLarge(bars: Bars, list: readonly Adjustment[], event: Adjustment): boolean {
  if (event.kind === 'split' || event.session === 0) return false
  const [cash, before] = againstPriorClose(bars, list, event, SCALES.price)
  return cash >= before
}

/** Session by session: new shares at `upTo` for `unit` shares at `after`. */
function splitsBetween(list: readonly Adjustment[], after: number, upTo: number): [bigint, bigint] {
  let [ratio, unit] = [1n, 1n]
  for (let session = after + 1; session <= upTo; session++) {
    for (const event of list) {
      if (event.kind !== 'split' || event.session !== session) continue
      ratio *= nano(event.value)
      unit *= NANO
    }
  }
  return [ratio, unit]
}

function nano(value: Adjustment['value']): bigint {
  return BigInt(value.times(1e9).toFixed())
}

function nanoClose(bars: Bars, index: number, scale: number): bigint {
  return BigInt(bars.ticks.close[index]!) * 10n ** BigInt(9 - scale)
}

function lastTraded(bars: Bars, from: number): number {
  let index = from
  while (index >= 0 && Number.isNaN(bars.ticks.close[index])) index--
  return index
}
