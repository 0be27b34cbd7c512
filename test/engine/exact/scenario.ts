import type {
  Adjustment,
  AssetBars,
  BundleContent,
  CommissionModel,
  DividendPolicy,
  FillPolicy,
  OrderStyle,
  SlippageModel,
} from '../../../engine/index.js'
import { Money } from '../../../engine/index.js'
import { isoDays } from '../../support.js'

/** One call of a strategy. */
export interface Action {
  readonly session: number
  /** In `beforeTradingStart`, or in `handleData`. */
  readonly early: boolean
  readonly asset: string
  readonly call: 'order' | 'orderTarget' | 'orderValue' | 'orderTargetPercent' | 'cancel'
  readonly amount: number
  readonly style?: OrderStyle
}

/** A backtest drawn from a seed. */
export interface Scenario {
  readonly content: BundleContent
  readonly cash: string
  readonly fill: FillPolicy
  readonly slippage: SlippageModel
  readonly commission: CommissionModel
  readonly dividendPolicy: DividendPolicy
  readonly actions: readonly Action[]
}

/** Splits as [new, old]; a third of them no decimal equals. */
const RATIOS = [
  [2, 1],
  [3, 1],
  [7, 1],
  [3, 2],
  [5, 4],
  [1, 2],
  [1, 10],
  [1, 4],
  [1, 3],
  [2, 3],
  [1, 7],
  [4, 3],
  [3, 7],
  [10, 3],
  [1, 30],
  [11, 9],
] as const

type Draw = (bound: number) => number

/** Whole numbers from 0 below a bound, from a seed (mulberry32). */
function drawFrom(seed: number): Draw {
  let state = seed | 0
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * bound)
  }
}

/** The backtest of a seed: the same on every machine. */
export function scenario(seed: number): Scenario {
  const draw = drawFrom(seed)
  const pick = <T>(values: readonly T[]): T => values[draw(values.length)]!
  const price = pick([0, 1, 2, 2, 4, 6, 9])
  const volume = pick([0, 0, 2])
  const sessions = 5 + draw(14)
  const names = ['A', 'B', 'C'].slice(0, 1 + draw(3))
  const bars = names.map((name) => drawBars(name, sessions, volume, draw))
  const content: BundleContent = {
    name: 'drawn',
    frequency: '1d',
    scales: { price, volume, adjustment: 9 },
    sessions: isoDays(sessions),
    bars,
    adjustments: bars.flatMap((own) => drawEvents(own, sessions, price, draw)),
    provenance: { source: `seed ${seed}`, synthetic: true },
  }
  return {
    content,
    cash: pick(['1000', '100000', '2000000', '9007199254740993']),
    fill: pick(['next-open', 'next-open', 'next-close'] as const),
    slippage: drawSlippage(draw),
    commission: drawCommission(draw),
    dividendPolicy: pick(['prior-close', 'prior-close', 'ex-close'] as const),
    actions: drawActions(content, draw),
  }
}

function drawBars(asset: string, sessions: number, volume: number, draw: Draw): AssetBars {
  const first = draw(3)
  const last = sessions - 1 - draw(3)
  const session: number[] = []
  for (let i = first; i <= last; i++) if (i === first || i === last || draw(6) > 0) session.push(i)
  // Small numbers make ties; large ones make products beyond 28 digits.
  const size = [900, 90_000, 3_000_000_000_000][draw(3)]!
  const rows = session.map(() => {
    const four = Array.from({ length: 4 }, () => 100 + draw(size)).sort((a, b) => a - b)
    return draw(2) === 0
      ? [four[1]!, four[2]!, four[0]!, four[3]!]
      : [four[2]!, four[1]!, four[0]!, four[3]!]
  })
  const column = (k: number) => Float64Array.from(rows, (row) => row[k]!)
  return {
    asset,
    session: Int32Array.from(session),
    open: column(0),
    close: column(1),
    low: column(2),
    high: column(3),
    volume: Float64Array.from(rows, () =>
      draw(12) === 0 ? 0 : (1 + draw(draw(2) === 0 ? 60 : 30_000)) * 10 ** volume + draw(2),
    ),
  }
}

function drawEvents(
  own: AssetBars,
  sessions: number,
  price: number,
  draw: Draw,
): readonly Adjustment[] {
  const events = new Map<string, Adjustment>()
  const lowest = Math.min(...own.low) / 10 ** price
  for (let count = draw(5); count > 0; count--) {
    const session = draw(sessions)
    if (draw(3) > 0) {
      const [value, per] = RATIOS[draw(RATIOS.length)]!
      const split = { value: new Money(value), per: new Money(per) }
      events.set(`split ${session}`, { asset: own.asset, session, kind: 'split', ...split })
    } else {
      const nano = 1 + draw(Math.min(1e9, Math.max(1, Math.floor((lowest / 400) * 1e9))))
      const value = new Money(nano).div(1e9).toDecimalPlaces([9, 2, 4][draw(3)]!)
      if (value.gt(0))
        events.set(`dividend ${session}`, { asset: own.asset, session, kind: 'dividend', value })
    }
  }
  return [...events.values()]
}

function drawSlippage(draw: Draw): SlippageModel {
  switch (draw(4)) {
    case 0:
      return { kind: 'none' }
    case 1:
      return { kind: 'fixed', basisPoints: [5, 50, 12.5, 33.333333333333336, 250][draw(5)]! }
    default: {
      const limit = [0.025, 0.5, 1, 0.1][draw(4)]!
      return { kind: 'volume-share', limit, impact: [0.1, 0.5, 0.05, 0][draw(4)]! }
    }
  }
}

function drawCommission(draw: Draw): CommissionModel {
  switch (draw(4)) {
    case 0:
      return { kind: 'per-share', cost: ['0.005', '0.0333333333', 0.125][draw(3)]! }
    case 1:
      return { kind: 'per-trade', cost: ['1', '4.95', '0.005'][draw(3)]! }
    case 2:
      return { kind: 'per-dollar', rate: ['0.001', 0.0005, '0.000333333333333333'][draw(3)]! }
    default:
      return { kind: 'none' }
  }
}

const CALLS = ['order', 'order', 'order', 'orderTarget', 'orderTarget', 'orderTarget'] as const
const RARE = ['orderValue', 'orderTargetPercent', 'cancel'] as const

function drawActions({ bars, sessions, scales }: BundleContent, draw: Draw): readonly Action[] {
  const actions: Action[] = []
  for (const session of sessions.keys()) {
    for (const { asset, close } of bars) {
      for (let count = draw(3); count > 0; count--) {
        const call = draw(4) === 0 ? RARE[draw(3)]! : CALLS[draw(6)]!
        const near = close[draw(close.length)]!
        const style = drawStyle(near, scales.price, draw)
        const unit = near / 10 ** scales.price
        actions.push({
          session,
          early: draw(5) === 0,
          asset,
          call,
          amount: drawAmount(call, unit, draw),
          ...(style !== undefined && { style }),
        })
      }
    }
  }
  return actions
}

function drawAmount(call: Action['call'], unit: number, draw: Draw): number {
  switch (call) {
    case 'orderValue':
      return (draw(200) - 100) * unit * (draw(2) === 0 ? 1 : 0.37)
    case 'orderTargetPercent':
      return [0, 0.5, -0.5, 1 / 3, 0.1, 0.9999999999999999][draw(6)]!
    case 'cancel':
      return 1 + draw(20)
    default: {
      const shares = [0, draw(21) - 10, draw(201) - 100, draw(20_001) - 10_000][draw(4)]!
      return draw(5) === 0 ? shares + draw(100_000_000) / 1e8 : shares
    }
  }
}

function drawStyle(near: number, price: number, draw: Draw): OrderStyle | undefined {
  const at = () => new Money(Math.max(1, near + draw(41) - 20)).div(10 ** price).toFixed()
  switch (draw(8)) {
    case 0:
      return { limit: at() }
    case 1:
      return { stop: at() }
    case 2:
      return { limit: at(), stop: at() }
    default:
      return undefined
  }
}
