import type { Adjustment } from '../../../engine/market/adjustments.js'
import type { Bars } from '../../../engine/market/bars.js'
import {
  type Calendar,
  calendarFrom,
  type Frequency,
  formatSession,
} from '../../../engine/market/calendar.js'
import { Money } from '../../../engine/market/money.js'

/** Places of prices and volumes in these cases. */
export const SCALES = { price: 6, volume: 4 }

/** Consecutive days (or minutes) from 2014-01-01. */
export function consecutive(length: number, frequency: Frequency = '1d'): Calendar {
  const step = { '1d': 86_400_000, '1h': 3_600_000, '1m': 60_000 }[frequency]
  const start = Date.UTC(2014, 0, 1)
  return calendarFrom(
    frequency,
    Array.from({ length }, (_, i) => formatSession(frequency, start + i * step)),
  )
}

/**
 * Bars whose four prices are the given ticks (undefined: did not trade), each with volume `100 × (i
 * + 1)`.
 */
export function barsOf(
  closes: readonly (number | undefined)[],
  options: { asset?: string; firstSession?: number } = {},
): Bars {
  const prices = () =>
    Float64Array.from(closes, (ticks) => (ticks === undefined ? Number.NaN : ticks))
  return {
    asset: options.asset ?? 'A',
    firstSession: options.firstSession ?? 0,
    length: closes.length,
    ticks: {
      open: prices(),
      high: prices(),
      low: prices(),
      close: prices(),
      volume: Float64Array.from(closes, (ticks, i) => (ticks === undefined ? 0 : 1e6 * (i + 1))),
    },
    hasGaps: closes.includes(undefined),
  }
}

export function split(session: number, ratio: string, asset = 'A'): Adjustment {
  return { asset, session, kind: 'split', value: new Money(ratio) }
}

export function dividend(session: number, cash: string, asset = 'A'): Adjustment {
  return { asset, session, kind: 'dividend', value: new Money(cash) }
}
