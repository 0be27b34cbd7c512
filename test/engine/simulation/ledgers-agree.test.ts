import { describe, expect, it } from 'vitest'
import { Money } from '../../../engine/index.js'
import { rational } from '../../../engine/market/rational.js'
import { type Shares, sharesOfUnits } from '../../../engine/market/shares.js'
import { type CommissionModel, commissionOf } from '../../../engine/simulation/commission.js'
import { decimalLedger } from '../../../engine/simulation/decimal-ledger.js'
import { type SlippageModel, slippageOf } from '../../../engine/simulation/slippage.js'
import { tickLedger } from '../../../engine/simulation/tick-ledger.js'
import { seededRandom } from '../../../harness/statistics/random.js'

/** More: `LEDGER_FILLS=1000000 npx vitest run test/engine/simulation/ledgers-agree.test.ts` */
const FILLS = Number(process.env.LEDGER_FILLS ?? 20_000)
const STEPS = 500
const ASSETS = ['A', 'B', 'C', 'D']

const SLIPPAGE: readonly SlippageModel[] = [
  { kind: 'none' },
  { kind: 'fixed', basisPoints: 5 },
  { kind: 'fixed', basisPoints: 3.7 },
  { kind: 'volume-share', limit: 0.1, impact: 0.1 },
]
const COMMISSIONS: readonly CommissionModel[] = [
  { kind: 'none' },
  { kind: 'per-share', cost: '0.0035' },
  { kind: 'per-trade', cost: '1.00000005' },
  { kind: 'per-dollar', rate: '0.00125' },
]
/** Sizes of prices in ticks, and of shares; the last ones do not fit in doubles. */
const PRICES = [1e4, 1e8, 2 ** 51]
const SHARES = [100, 1e6, 1e12]

interface Agreement {
  fills: number
  wide: number
}

/** Books the same random fills, splits, dividends and prices in both ledgers. */
function compareLedgers(seed: number, agreement: Agreement): void {
  const random = seededRandom(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const pick = <T>(values: readonly T[]): T => values[below(values.length)]!
  const scale = below(9)
  const slip = slippageOf(pick(SLIPPAGE), below(4))
  const commission = commissionOf(pick(COMMISSIONS), scale)
  const [largestPrice, largestShares] = [pick(PRICES), pick(SHARES)]
  const fractions = random() < 0.4
  const price = (): number => 1 + below(largestPrice)
  const shares = (): Shares => {
    const sign = random() < 0.5 ? -1n : 1n
    const units = BigInt(1 + below(largestShares)) * 10n ** 8n
    return sharesOfUnits(sign * (fractions ? units + BigInt(below(1e8)) : units))
  }
  const cash = below(1e15)
  const ledgers = [decimalLedger, tickLedger].map((make) => make(cash, scale, ASSETS))
  for (let step = 0; step < STEPS; step++) {
    const asset = below(ASSETS.length)
    const kind = random()
    let act: (ledger: (typeof ledgers)[number]) => unknown
    if (kind < 0.6) {
      const wanted = { shares: shares(), price: price() }
      const filled = slip?.(wanted.shares, wanted.price, 1 + below(1e7), 0) ?? wanted
      if (filled.shares === 0) continue
      const fee = commission(filled.shares, filled.price, random() < 0.5)
      act = (ledger) => ledger.fill(asset, filled.shares, filled.price, fee)
      agreement.fills++
    } else if (kind < 0.65) {
      const ratio = rational(BigInt(1 + below(20)), BigInt(1 + below(20)))
      act = (ledger) => ledger.split(asset, ratio)
    } else if (kind < 0.7) {
      const perShare = new Money(1 + below(1e6)).div(1e6)
      act = (ledger) => ledger.dividend(asset, perShare)
    } else {
      const prices = ASSETS.map(() => (random() < 0.1 ? Number.NaN : price()))
      act = (ledger) => ledger.mark({ ticks: (number) => prices[number]! })
    }
    const seen = ledgers.map((ledger) => ({
      change: act(ledger),
      cash: ledger.cash,
      equity: ledger.equity,
      invested: ledger.invested,
      held: ASSETS.map((_, number) => ledger.shares(number)),
      positions: ASSETS.map((_, number) => ledger.position(number)),
      last: ASSETS.map((_, number) =>
        ledger.shares(number) === 0 ? undefined : ledger.lastPrice(number),
      ),
    }))
    expect({ seed, step, ...seen[1] }).toEqual({ seed, step, ...seen[0] })
  }
  agreement.wide += ledgers[1]!.wideAmounts
}

describe('the tick ledger and the decimal ledger', () => {
  it(
    `agree to the last digit over ${FILLS} random fills with fractions, costs, splits and dividends`,
    () => {
      const agreement = { fills: 0, wide: 0 }
      for (let seed = 1; agreement.fills < FILLS; seed++) compareLedgers(seed, agreement)
      if (FILLS > 20_000) process.stdout.write(`${JSON.stringify(agreement)}\n`)
      expect(agreement.wide).toBeGreaterThan(FILLS / 100)
    },
    60_000 + FILLS,
  )
})
