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

/**
 * `ties`: slippage by a third of the volume, at prices for which it ends on half a tick. `long`:
 * shares × price has 29 digits, and only the last one keeps it below half a tick.
 */
type Mode = 'usual' | 'ties' | 'long'

const MODES: readonly Mode[] = ['usual', 'usual', 'usual', 'ties', 'long']

/** The backtest of a seed: the same on every machine. */
export function scenario(seed: number): Scenario {
  const draw = drawFrom(seed)
  const pick = <T>(values: readonly T[]): T => values[draw(values.length)]!
  const mode = pick(MODES)
  const price = mode === 'long' ? 14 : pick([0, 1, 2, 2, 4, 6, 9])
  const volume = pick([0, 0, 2])
  const sessions = 5 + draw(14)
  const names = ['A', 'B', 'C'].slice(0, 1 + draw(3))
  const bars = names.map((name) => drawBars(name, sessions, volume, mode, draw))
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
    slippage: drawSlippage(mode, draw),
    commission: drawCommission(draw),
    dividendPolicy: pick(['prior-close', 'prior-close', 'ex-close'] as const),
    actions: drawActions(content, mode, draw),
  }
}

function drawBars(
  asset: string,
  sessions: number,
  volume: number,
  mode: Mode,
  draw: Draw,
): AssetBars {
  const first = draw(3)
  const last = sessions - 1 - draw(3)
  const session: number[] = []
  for (let i = first; i <= last; i++) if (i === first || i === last || draw(6) > 0) session.push(i)
  // Small numbers make ties; large ones make products beyond 28 digits.
  const size = [900, 90_000, 3_000_000_000_000][draw(3)]!
  // Neither even nor a multiple of 5, so that it has an inverse modulo 10^8.
  const flat = 900_000_000_000_001 + 10 * draw(1_000_000_000)
  const tick = { usual: () => 100 + draw(size), ties: () => 45 * (3 + draw(60)), long: () => flat }
  const usualVolume = () => (1 + draw(draw(2) === 0 ? 60 : 30_000)) * 10 ** volume + draw(2)
  const thirds = 3 * (1 + draw(40)) * 10 ** volume
  const units = { usual: usualVolume, ties: () => thirds, long: () => 10 ** (9 + volume) }
  const rows = session.map(() => {
    const four = Array.from({ length: 4 }, tick[mode]).sort((a, b) => a - b)
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
    volume: Float64Array.from(rows, () => (draw(12) === 0 ? 0 : units[mode]())),
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

function drawSlippage(mode: Mode, draw: Draw): SlippageModel {
  if (mode === 'ties') return { kind: 'volume-share', limit: 1, impact: 0.1 }
  if (mode === 'long') return { kind: 'none' }
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

function drawActions(
  { bars, sessions, scales }: BundleContent,
  mode: Mode,
  draw: Draw,
): readonly Action[] {
  const actions: Action[] = []
  for (const session of sessions.keys()) {
    for (const { asset, close, volume } of bars) {
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
          amount:
            call === 'order' && mode !== 'usual'
              ? pointedAmount(mode, close[0]!, Math.max(...volume) / 10 ** scales.volume, draw)
              : drawAmount(call, unit, draw),
          ...(style !== undefined && { style }),
        })
      }
    }
  }
  return actions
}

/** An order whose amounts come near half a tick or to it; see `Mode`. */
function pointedAmount(mode: Mode, ticks: number, volume: number, draw: Draw): number {
  const side = draw(2) === 0 ? 1 : -1
  if (mode === 'ties') return (side * volume) / 3
  // The units of 10^-8 shares whose product with the price ends with 49 999 999.
  const units = (49_999_999n * inverse(BigInt(ticks))) % 100_000_000n
  return side * Number(`${200_000 + draw(300_000)}.${units.toString().padStart(8, '0')}`)
}

/** value^-1 modulo 10^8, by Euler's theorem. */
function inverse(value: bigint): bigint {
  let [result, base] = [1n, value % 100_000_000n]
  for (let power = 39_999_999n; power > 0n; power /= 2n) {
    if (power % 2n === 1n) result = (result * base) % 100_000_000n
    base = (base * base) % 100_000_000n
  }
  return result
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
