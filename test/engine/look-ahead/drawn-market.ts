import {
  type Adjustment,
  type AssetBars,
  type BundleContent,
  Money,
  memoryBundle,
  type OpenBundle,
} from '../../../engine/index.js'

export type Draw = (bound: number) => number

/** Whole numbers from 0 below a bound, from a seed (mulberry32). */
export function drawFrom(seed: number): Draw {
  let state = seed | 0
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * bound)
  }
}

const DAY_MS = 86_400_000

/** ISO dates of days of the week from Monday to Friday. */
export function weekdays(count: number): readonly string[] {
  const days: string[] = []
  for (let time = Date.UTC(2018, 0, 1); days.length < count; time += DAY_MS)
    if (![0, 6].includes(new Date(time).getUTCDay()))
      days.push(new Date(time).toISOString().slice(0, 10))
  return days
}

/** Prices in cents that change at random, with halts, and a life that may be shorter. */
function drawBars(
  asset: string,
  sessions: number,
  draw: Draw,
  life: { readonly first: number; readonly last: number; readonly halts: boolean },
): AssetBars {
  const session: number[] = []
  for (let i = life.first; i <= life.last; i++)
    if (i === life.first || i === life.last || !life.halts || draw(12) > 0) session.push(i)
  let close = 3000 + draw(9000)
  const rows = session.map(() => {
    const open = Math.max(500, Math.round(close * (1 + (draw(201) - 100) / 10_000)))
    close = Math.max(500, Math.round(open * (1 + (draw(501) - 250) / 10_000)))
    const high = Math.max(open, close) + draw(60)
    const low = Math.max(400, Math.min(open, close) - draw(60))
    return { open, close, high, low, volume: 500 + draw(5000) }
  })
  return {
    asset,
    session: Int32Array.from(session.filter((at) => at < sessions)),
    open: Float64Array.from(rows, (row) => row.open),
    high: Float64Array.from(rows, (row) => row.high),
    low: Float64Array.from(rows, (row) => row.low),
    close: Float64Array.from(rows, (row) => row.close),
    volume: Float64Array.from(rows, (row) => row.volume),
  }
}

/** Splits, some of ratios that no decimal equals, and dividends of at most 2 units. */
function drawEvents({ asset }: AssetBars, sessions: number, draw: Draw): readonly Adjustment[] {
  const events = new Map<string, Adjustment>()
  for (let count = draw(5); count > 0; count--) {
    const session = 5 + draw(sessions - 5)
    if (draw(2) === 0) {
      const [value, per] = [[2, 1] as const, [1, 3] as const, [3, 2] as const][draw(3)]!
      const split = { value: new Money(value), per: new Money(per) }
      events.set(`s${session}`, { asset, session, kind: 'split', ...split })
    } else {
      const value = new Money(1 + draw(200)).div(100)
      events.set(`d${session}`, { asset, session, kind: 'dividend', value })
    }
  }
  return [...events.values()]
}

/** A market of a seed: 1 to 4 assets; those after the first may be listed late or end early. */
export function drawnMarket(seed: number): OpenBundle {
  const draw = drawFrom(seed)
  const sessions = 70 + draw(40)
  const bars = ['A', 'B', 'C', 'D'].slice(0, 1 + draw(4)).map((asset, i) => {
    const first = i > 0 && draw(2) === 0 ? draw(sessions >> 1) : 0
    const last = i > 0 && draw(3) === 0 ? sessions - 1 - draw(sessions >> 2) : sessions - 1
    const own = drawBars(asset, sessions, draw, { first, last, halts: draw(2) === 0 })
    return draw(4) === 0 ? { ...own, ownCalendar: true as const } : own
  })
  return memoryBundle(
    contentOf(
      sessions,
      bars,
      bars.flatMap((own) => drawEvents(own, sessions, draw)),
    ),
  )
}

/** The market of the planted strategies: A and B, with halts of B, a split and dividends. */
export function plantedMarket(): OpenBundle {
  const draw = drawFrom(20)
  const sessions = 160
  const life = { first: 0, last: sessions - 1 }
  return memoryBundle(
    contentOf(
      sessions,
      [
        drawBars('A', sessions, draw, { ...life, halts: false }),
        drawBars('B', sessions, draw, { ...life, halts: true }),
        drawBars('C', sessions, draw, { first: 40, last: 130, halts: false }),
      ],
      [
        ...[50, 90, 120].map((session): Adjustment => {
          return { asset: 'A', session, kind: 'dividend', value: new Money('0.5') }
        }),
        { asset: 'B', session: 75, kind: 'split', value: new Money(2) },
        { asset: 'B', session: 110, kind: 'split', value: new Money(3), per: new Money(2) },
      ],
    ),
  )
}

function contentOf(
  sessions: number,
  bars: readonly AssetBars[],
  adjustments: readonly Adjustment[],
): BundleContent {
  return {
    name: 'drawn',
    frequency: '1d',
    scales: { price: 2, volume: 0, adjustment: 6 },
    sessions: weekdays(sessions),
    bars,
    adjustments,
    provenance: { source: 'drawn', synthetic: true },
  }
}
