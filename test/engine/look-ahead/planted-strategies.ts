import {
  type BarField,
  type Context,
  type IndicatorHandle,
  type OpenBundle,
  ownIndicator,
  type Portal,
  type StrategyMaker,
  type TradingAlgorithm,
} from '../../../engine/index.js'
import { weekdays } from './drawn-market.js'

export const KINDS = [
  'future index',
  'whole column',
  'mutated window',
  'indicator over the future',
  'resample label',
] as const

/** A strategy that looks ahead. */
export interface Planted {
  readonly kind: (typeof KINDS)[number]
  readonly name: string
  readonly make: StrategyMaker
  /** Part of the error with which the engine refuses it; undefined if only the check finds it. */
  readonly refusal: string | undefined
}

const REFUSALS: Readonly<Record<string, string>> = {
  'more bars than there are': 'starts before its data',
  'a session set forward': 'session',
  'assets of a portal overwritten': 'read only',
  'a date of a frame moved forward': 'change a copy',
  'bars of another frequency': "use frequency '1d'",
}

type Column = number[]

/** A column of the data, dense over the calendar: NaN in sessions without a bar. */
async function column(data: OpenBundle, asset: string, field: BarField): Promise<Column> {
  const table = await data.table()
  const power = 10 ** data.manifest.scales[field === 'volume' ? 'volume' : 'price']
  const values: Column = Array(data.calendar.length).fill(Number.NaN)
  for (let row = 0; row < table.rows; row++)
    if (table.asset[row] === asset) values[table.session[row]!] = table.ticks[field][row]! / power
  return values
}

const closesOf = (data: OpenBundle, asset = 'A') => column(data, asset, 'close')
const mean = (values: readonly number[]) =>
  values.reduce((sum, one) => sum + one, 0) / values.length
const deviation = (values: readonly number[]) =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)))
const real = (values: readonly number[]) => values.filter((value) => !Number.isNaN(value))
const returnsOf = (values: readonly number[]) =>
  values.map((value, i) => (i === 0 ? 0 : value / values[i - 1]! - 1))

type Signal = (session: number, context: Context, data: Portal) => boolean

/** Holds ten shares of an asset while a signal is on. */
function holdWhile(signal: Signal, asset = 'A'): TradingAlgorithm {
  return {
    handleData(context, data) {
      context.orderTarget(asset, signal(context.session, context, data) ? 10 : 0)
    },
  }
}

/** A strategy that computes a signal beforehand from the closes of A. */
const onCloses =
  (signalOf: (closes: Column, data: OpenBundle) => Signal): StrategyMaker =>
  async (data) =>
    holdWhile(signalOf(await closesOf(data), data))

/** A strategy that computes an indicator beforehand, and holds while it is below the close. */
const onIndicator = (indicatorOf: (closes: Column) => readonly number[]): StrategyMaker =>
  onCloses((closes) => {
    const indicator = indicatorOf(closes)
    return (s) => indicator[s]! < closes[s]!
  })

const futureIndex: Readonly<Record<string, StrategyMaker>> = {
  'the next close': onCloses((closes) => (s) => closes[s + 1]! > closes[s]!),
  'the close after the next': onCloses((closes) => (s) => closes[s + 2]! > closes[s]!),
  'the close of a week later': onCloses((closes) => (s) => closes[s + 5]! > closes[s]!),
  'the next close, or this one at the end': onCloses(
    (closes) => (s) => (closes[s + 1] ?? closes[s]!) >= closes[s]! * 1.001,
  ),
  'the highest of the next ten': onCloses(
    (closes) => (s) => Math.max(...closes.slice(s, s + 10)) > closes[s]! * 1.02,
  ),
  'returns shifted by one': onCloses((closes) => {
    const next = returnsOf(closes).slice(1)
    return (s) => next[s]! > 0
  }),
  'the next open': async (data) => {
    const [opens, closes] = [await column(data, 'A', 'open'), await closesOf(data)]
    return holdWhile((s) => opens[s + 1]! > closes[s]!)
  },
  'the next volume': async (data) => {
    const volumes = await column(data, 'A', 'volume')
    return holdWhile((s) => volumes[s + 1]! > volumes[s]!)
  },
  'a limit at the next low': async (data) => {
    const lows = await column(data, 'A', 'low')
    return {
      handleData(context) {
        const limit = lows[context.session + 1]
        context.order('A', 1, limit === undefined ? {} : { limit })
      },
    }
  },
  'a stop at the next high': async (data) => {
    const highs = await column(data, 'A', 'high')
    return {
      handleData(context) {
        const stop = highs[context.session + 1]
        if (stop !== undefined) context.order('A', 1, { stop })
      },
    }
  },
  'a size by the next return': async (data) => {
    const returns = returnsOf(await closesOf(data))
    return {
      handleData(context) {
        context.orderTarget('A', Math.round(1000 * (returns[context.session + 1] ?? 0)))
      },
    }
  },
  'the next close of another asset': async (data) => {
    const closes = await closesOf(data, 'B')
    return holdWhile((s) => closes[s + 1]! > closes[s]!)
  },
  'a split of the next session': async (data) => {
    const splits = new Set((await data.adjustments()).map(({ session }) => session))
    return holdWhile((s) => splits.has(s + 1), 'B')
  },
  'the close of the day before its open': async (data) => {
    const closes = await closesOf(data)
    return {
      beforeTradingStart(context) {
        const s = context.session
        context.orderTarget('A', closes[s]! > closes[s - 1]! ? 10 : 0)
      },
      handleData() {},
    }
  },
  'the high of the day before its open': async (data) => {
    const highs = await column(data, 'A', 'high')
    return {
      beforeTradingStart(context) {
        const limit = highs[context.session]
        if (limit !== undefined) context.order('A', -1, { limit })
      },
      handleData() {},
    }
  },
  'the end of the data': async (data) => {
    const last = data.calendar.length - 1
    return holdWhile((s) => s > 20 && s < last - 5)
  },
  'more bars than there are': async () =>
    holdWhile((_s, _context, data) => {
      const window = data.history('A', 'close', data.available('A') + 1, '1d', {
        returnType: 'array',
      })
      return window[window.length - 1]! > window[0]!
    }),
  'a session set forward': async () =>
    holdWhile((s, context, data) => {
      Object.assign(context, { session: s + 1 })
      return data.current('A', 'close') > 50
    }),
}

const wholeColumn: Readonly<Record<string, StrategyMaker>> = {
  'a score by mean and deviation of all': onCloses((closes) => {
    const [centre, spread] = [mean(closes), deviation(closes)]
    return (s) => (closes[s]! - centre) / spread < 0
  }),
  'a share of the highest of all': onCloses((closes) => {
    const highest = Math.max(...closes)
    return (s) => closes[s]! / highest < 0.8
  }),
  'a scale from the lowest to the highest': onCloses((closes) => {
    const [lowest, highest] = [Math.min(...closes), Math.max(...closes)]
    return (s) => (closes[s]! - lowest) / (highest - lowest) < 0.5
  }),
  'the rank among all': onCloses((closes) => {
    const sorted = [...closes].sort((a, b) => a - b)
    return (s) => sorted.indexOf(closes[s]!) < sorted.length / 2
  }),
  'the median of all': onCloses((closes) => {
    const median = [...closes].sort((a, b) => a - b)[closes.length >> 1]!
    return (s) => closes[s]! < median
  }),
  'the tenth percentile of all returns': onCloses((closes) => {
    const returns = returnsOf(closes)
    const low = [...returns].sort((a, b) => a - b)[Math.floor(returns.length / 10)]!
    return (s) => returns[s]! <= low
  }),
  'a trend line through all': onCloses((closes) => {
    const centre = (closes.length - 1) / 2
    const slope =
      closes.reduce((sum, close, i) => sum + (i - centre) * close, 0) /
      closes.reduce((sum, _close, i) => sum + (i - centre) ** 2, 0)
    return (s) => closes[s]! < mean(closes) + slope * (s - centre)
  }),
  'the ten best days': onCloses((closes) => {
    const returns = returnsOf(closes)
    const best = [...returns].sort((a, b) => b - a).slice(0, 10)
    return (s) => best.includes(returns[s + 1]!)
  }),
  'closes relative to the last': onCloses(
    (closes) => (s) => closes[s]! / closes[closes.length - 1]! < 1,
  ),
  'the asset that gains most in the end': async (data) => {
    const gains = await Promise.all(
      ['A', 'B'].map(async (asset) => {
        const closes = real(await closesOf(data, asset))
        return { asset, gain: closes.at(-1)! / closes[0]! }
      }),
    )
    const best = gains.sort((a, b) => b.gain - a.gain)[0]!.asset
    const size = Math.round(100 * gains[0]!.gain)
    return {
      handleData(context) {
        context.orderTarget(best, size)
      },
    }
  },
  'a length chosen on all data': onCloses((closes) => {
    const averages = (length: number) =>
      closes.map((_, i) => mean(closes.slice(Math.max(0, i + 1 - length), i + 1)))
    const gainOf = (length: number) => {
      const average = averages(length)
      return closes.reduce(
        (sum, close, i) => sum + (close > average[i]! ? (closes[i + 1] ?? close) - close : 0),
        0,
      )
    }
    const lengths = Array.from({ length: 38 }, (_, i) => i + 2)
    const best = lengths.reduce((a, b) => (gainOf(b) > gainOf(a) ? b : a))
    const average = averages(best)
    return (s) => closes[s]! > average[s]!
  }),
  'a size by the volatility of all': async (data) => {
    const spread = deviation(returnsOf(await closesOf(data)))
    return {
      handleData(context) {
        context.orderTarget('A', Math.round(1 / spread))
      },
    }
  },
  'a sum from the end': onCloses((closes) => (s) => mean(closes.slice(s)) > closes[s]!),
  'the day of the lowest close': onCloses((closes) => {
    const lowest = closes.indexOf(Math.min(...closes))
    return (s) => s >= lowest
  }),
}

/** Strategies that overwrite columns of their data, or what the portal gave. */
const mutatedWindow: Readonly<Record<string, StrategyMaker>> = {
  'shifted in place': onCloses((closes) => {
    const shifted = Float64Array.from(closes)
    shifted.copyWithin(0, 1)
    return (s) => shifted[s]! > (shifted[s - 1] ?? 0)
  }),
  'the column of the table shifted': async (data) => {
    const { close } = (await data.table()).ticks
    close.copyWithin(0, 1)
    const closes = await closesOf(data)
    return holdWhile((s, _context, portal) => closes[s]! > portal.current('A', 'close'))
  },
  'the sessions of the table moved back': async (data) => {
    const { session } = await data.table()
    for (let i = 0; i < session.length; i++) session[i]! -= 1
    const closes = await closesOf(data)
    return holdWhile((s, _context, portal) => closes[s]! > portal.current('A', 'close'))
  },
  'the table through its buffer': async (data) => {
    const { close } = (await data.table()).ticks
    const all = new Float64Array(close.buffer)
    all.set(all.slice(1))
    const closes = await closesOf(data)
    return holdWhile((s, _context, portal) => closes[s]! > portal.current('A', 'close'))
  },
  'reversed in place': onCloses((closes) => {
    const before = [...closes]
    closes.reverse()
    return (s) => closes[s]! > before[s]!
  }),
  'sorted in place': onCloses((closes) => {
    const before = [...closes]
    closes.sort((a, b) => a - b)
    return (s) => before[s]! < closes[closes.length >> 1]!
  }),
  'divided by its last value in place': onCloses((closes) => {
    const last = closes[closes.length - 1]!
    for (let i = 0; i < closes.length; i++) closes[i]! /= last
    return (s) => closes[s]! < 1
  }),
  'summed from the end in place': onCloses((closes) => {
    const count = closes.length
    for (let i = count - 2; i >= 0; i--) closes[i]! += closes[i + 1]!
    return (s) => closes[s]! / (count - s) > closes[0]! / count
  }),
  'smoothed backwards in place': onCloses((closes) => {
    const before = [...closes]
    for (let i = closes.length - 2; i >= 0; i--) closes[i] = 0.7 * closes[i]! + 0.3 * closes[i + 1]!
    return (s) => closes[s]! > before[s]!
  }),
  'differences to the next in place': onCloses((closes) => {
    for (let i = 0; i < closes.length; i++) closes[i] = closes[i + 1]! - closes[i]!
    return (s) => closes[s]! > 0
  }),
  'halts filled backwards in place': async (data) => {
    const closes = await closesOf(data, 'B')
    for (let i = closes.length - 2; i >= 0; i--)
      if (Number.isNaN(closes[i])) closes[i] = closes[i + 1]!
    const sizes = closes.map((close) => Math.round(close * 10))
    return {
      handleData(context) {
        const size = sizes[context.session]!
        context.orderTarget('B', Number.isNaN(size) ? 0 : size)
      },
    }
  },
  'a window of history overwritten by later closes': async (data) => {
    const closes = await closesOf(data)
    return holdWhile((s, _context, portal) => {
      if (portal.available('A') < 5) return false
      const window = portal.history('A', 'close', 5, '1d', { returnType: 'array' })
      const values = window as Float64Array
      values.copyWithin(0, 1)
      values[4] = closes[s + 1] ?? values[4]!
      return values[4] > values[3]!
    })
  },
  'a window of history used as an index': async (data) => {
    const closes = await closesOf(data)
    return holdWhile((s, _context, portal) => {
      const window = portal.history('A', 'close', 1, '1d', { returnType: 'array' })
      ;(window as Float64Array)[0] = s + 3
      return (closes[window[0]!] ?? 0) > closes[s]!
    })
  },
  'assets of a portal overwritten': async () =>
    holdWhile((_s, context) => {
      ;(context.assets as string[])[0] = 'B'
      return true
    }),
  'a date of a frame moved forward': async () =>
    holdWhile((_s, _context, data) => {
      const dates = data.history('A', 'close', 1, '1d').column('date') as unknown as Date[]
      dates[0]!.setFullYear(2030)
      return true
    }),
}

const average = (closes: Column, from: (i: number) => number, to: (i: number) => number) =>
  closes.map((_, i) => mean(closes.slice(Math.max(0, from(i)), to(i) + 1)))

const futureIndicator: Readonly<Record<string, StrategyMaker>> = {
  'a centred average of five': onIndicator((closes) =>
    average(
      closes,
      (i) => i - 2,
      (i) => i + 2,
    ),
  ),
  'a centred average of twenty-one': onIndicator((closes) =>
    average(
      closes,
      (i) => i - 10,
      (i) => i + 10,
    ),
  ),
  'an average labelled with its first bar': onIndicator((closes) =>
    average(
      closes,
      (i) => i,
      (i) => i + 9,
    ),
  ),
  'an average one bar early': onIndicator((closes) =>
    average(
      closes,
      (i) => i - 8,
      (i) => i + 1,
    ),
  ),
  'an exponential average from the end': onIndicator((closes) => {
    const out = [...closes]
    for (let i = out.length - 2; i >= 0; i--) out[i] = 0.2 * closes[i]! + 0.8 * out[i + 1]!
    return out
  }),
  'a filter forwards and backwards': onIndicator((closes) => {
    const out = [...closes]
    for (let i = 1; i < out.length; i++) out[i] = 0.3 * out[i]! + 0.7 * out[i - 1]!
    for (let i = out.length - 2; i >= 0; i--) out[i] = 0.3 * out[i]! + 0.7 * out[i + 1]!
    return out
  }),
  'a centred median': onIndicator((closes) =>
    closes.map((_, i) => {
      const sorted = closes.slice(Math.max(0, i - 3), i + 4).sort((a, b) => a - b)
      return sorted[sorted.length >> 1]!
    }),
  ),
  'local lows': onCloses(
    (closes) => (s) => closes[s]! < closes[s - 1]! && closes[s]! < closes[s + 1]!,
  ),
  'local highs of ten bars': onCloses(
    (closes) => (s) => closes[s]! < Math.max(...closes.slice(Math.max(0, s - 5), s + 6)),
  ),
  'a channel with the next bar': onCloses(
    (closes) => (s) => closes[s]! <= Math.min(...closes.slice(Math.max(0, s - 8), s + 2)),
  ),
  'a line shifted back by twenty-six': onCloses(
    (closes) => (s) => (closes[s + 26] ?? Number.NaN) > closes[s]!,
  ),
  'centred bands': onCloses((closes) => (s) => {
    const window = closes.slice(Math.max(0, s - 7), s + 8)
    return closes[s]! < mean(window) - deviation(window)
  }),
  'a label of what follows': onCloses((closes) => {
    const labels = closes.map((close, i) => (closes[i + 3] ?? close) > close)
    return (s) => labels[s]!
  }),
  'a declared indicator over a whole column': async (data) => {
    const closes = await closesOf(data)
    let s = 0
    const ahead = ownIndicator({
      name: 'ahead',
      fields: ['close'],
      bars: 2,
      compute: ({ close }) => (closes[s + 1] ?? 0) - close[1]!,
    })
    let handle: IndicatorHandle | undefined
    return {
      initialize(context) {
        handle = context.indicator('A', ahead)
      },
      handleData(context) {
        s = context.session
        context.orderTarget('A', handle!.value > 0 ? 10 : 0)
      },
    }
  },
  'halts between both neighbours': async (data) => {
    const closes = await closesOf(data, 'B')
    const filled = closes.map((close, i) =>
      Number.isNaN(close) ? (closes[i - 1]! + (closes[i + 1] ?? Number.NaN)) / 2 : close,
    )
    return {
      handleData(context) {
        const wanted = Math.round(10 * filled[context.session]!)
        context.orderTarget('B', Number.isNaN(wanted) ? 0 : wanted)
      },
    }
  },
  'the lowest frequencies of all': onIndicator((closes) => {
    const n = closes.length
    const [centre, waves] = [mean(closes), [1, 2, 3, 4]]
    const parts = waves.map((k) => {
      const angle = (i: number) => (2 * Math.PI * k * i) / n
      const cosine = closes.reduce((sum, close, i) => sum + close * Math.cos(angle(i)), 0)
      const sine = closes.reduce((sum, close, i) => sum + close * Math.sin(angle(i)), 0)
      return (i: number) => (2 / n) * (cosine * Math.cos(angle(i)) + sine * Math.sin(angle(i)))
    })
    return closes.map((_, i) => centre + parts.reduce((sum, part) => sum + part(i), 0))
  }),
}

/** The value of each session's period, from all of its bars. */
function perPeriod(
  values: Column,
  periodOf: (session: number) => string | number,
  of: (own: readonly number[]) => number,
): readonly number[] {
  const groups = new Map<string | number, number[]>()
  for (const [s, value] of values.entries()) {
    const period = periodOf(s)
    groups.set(period, [...(groups.get(period) ?? []), value])
  }
  return values.map((_, s) => of(groups.get(periodOf(s))!))
}

const DAYS = weekdays(200)
const week = (s: number) => Math.floor(s / 5)
const month = (s: number) => DAYS[s]!.slice(0, 7)
const lastOf = (own: readonly number[]) => own[own.length - 1]!
const changeOf = (own: readonly number[]) => lastOf(own) / own[0]!

/** Holds while a value of the current period is above the close. */
const onPeriod = (
  periodOf: (session: number) => string | number,
  of: (own: readonly number[]) => number,
  threshold: (close: number) => number = (close) => close,
): StrategyMaker =>
  onCloses((closes) => {
    const values = perPeriod(closes, periodOf, of)
    return (s) => values[s]! > threshold(closes[s]!)
  })

const resampleLabel: Readonly<Record<string, StrategyMaker>> = {
  "the week's close from Monday on": onPeriod(week, lastOf),
  "the month's close from its first day on": onPeriod(month, lastOf),
  'the close of ten bars from the first on': onPeriod((s) => Math.floor(s / 10), lastOf),
  "the week's mean from Monday on": onPeriod(week, mean),
  "the month's mean from its first day on": onPeriod(month, mean),
  "the week's high from Monday on": onPeriod(
    week,
    (own) => Math.max(...own),
    (close) => close * 1.005,
  ),
  "the week's change from Monday on": onPeriod(week, changeOf, () => 1),
  "the month's change from its first day on": onPeriod(month, changeOf, () => 1),
  "the quarter's change": onPeriod(
    (s) => Math.floor((Number(DAYS[s]!.slice(5, 7)) - 1) / 3),
    changeOf,
    () => 1,
  ),
  "a limit at the week's low": async (data) => {
    const lows = perPeriod(await column(data, 'A', 'low'), week, (own) => Math.min(...own))
    return {
      handleData(context) {
        context.order('A', 1, { limit: lows[context.session]! })
      },
    }
  },
  "the week's volume from Monday on": async (data) => {
    const volumes = await column(data, 'A', 'volume')
    const sums = perPeriod(volumes, week, (own) => own.reduce((sum, one) => sum + one, 0))
    return holdWhile((s) => sums[s]! > 15_000)
  },
  "the next week's close, shifted the wrong way": onCloses((closes) => {
    const weekly = perPeriod(closes, week, lastOf)
    return (s) => (weekly[s + 5] ?? Number.NaN) > closes[s]!
  }),
  "another asset's week": async (data) => {
    const [own, other] = [await closesOf(data), await closesOf(data, 'C')]
    const weekly = perPeriod(other, week, changeOf)
    return holdWhile((s) => weekly[s]! > 1 && own[s]! > 0)
  },
  'the last session of a week, by the next date': async (data) => {
    const days = data.manifest.sessions.map((text) => new Date(text).getUTCDay())
    return holdWhile((s) => days[s + 1] !== undefined && days[s + 1]! < days[s]!)
  },
  'bars of another frequency': async () =>
    holdWhile((_s, _context, data) => {
      const window = data.history('A', 'close', 1, '1w' as '1d', { returnType: 'array' })
      return window[0]! > data.current('A', 'close')
    }),
}

const BY_KIND = [futureIndex, wholeColumn, mutatedWindow, futureIndicator, resampleLabel]

export const PLANTED: readonly Planted[] = KINDS.flatMap((kind, i) =>
  Object.entries(BY_KIND[i]!).map(([name, make]) => {
    return { kind, name, make, refusal: REFUSALS[name] }
  }),
)
