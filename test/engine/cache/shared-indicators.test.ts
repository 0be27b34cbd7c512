import { expect, it } from 'vitest'
import { sharedIndicators } from '../../../engine/cache/shared-indicators.js'
import {
  digest,
  ema,
  type IndicatorHandle,
  memoryBundle,
  sma,
  type TradingAlgorithm,
} from '../../../engine/index.js'
import { plainIndicatorSource } from '../../../engine/indicators/plain-indicators.js'
import type { EngineLog } from '../../../engine/log.js'
import { plainAssetDirectory, plainBarSource } from '../../../engine/portal/long-table.js'
import { plainHistorySource } from '../../../engine/portal/plain-history.js'
import type { IndicatorSource } from '../../../engine/ports.js'
import { runBacktest } from '../../../engine/simulation/backtest.js'
import { decimalLedger } from '../../../engine/simulation/decimal-ledger.js'
import { sp500Content } from '../../support.js'

const bundle = memoryBundle(sp500Content(120))

/** Holds ten shares while the price is above its average. */
function strategy(): TradingAlgorithm {
  let average: IndicatorHandle
  let price: IndicatorHandle
  return {
    initialize(context) {
      average = context.indicator('SP500', ema(10, 'price', 30))
      price = context.indicator('SP500', sma(1))
    },
    handleData(context) {
      context.orderTarget('SP500', price.value > average.value ? 10 : 0)
    },
  }
}

async function digestWith(indicators: IndicatorSource): Promise<string> {
  const sources = {
    ledger: decimalLedger,
    assets: plainAssetDirectory(),
    bars: plainBarSource(),
    history: plainHistorySource(),
    indicators,
  }
  return digest((await runBacktest(sources, bundle, { bundle, algorithm: strategy() })).result())
}

it.each(['get', 'set'] as const)('continues without a store whose %s fails', async (method) => {
  const warnings: unknown[] = []
  const log: EngineLog = { warn: (details) => void warnings.push(details) }
  const store = {
    get: () => undefined,
    set: () => undefined,
    [method]: () => {
      throw new Error('full')
    },
  }
  const shared = sharedIndicators({ maxBytes: 1e6, log, store })
  expect(await digestWith(shared)).toBe(await digestWith(plainIndicatorSource()))
  expect(shared.counters()['indicators.fallbacks']).toBe(2)
  expect(warnings).toMatchObject([
    { cache: 'indicators', operation: 'fall back', reason: 'full' },
    { cache: 'indicators', operation: 'fall back', reason: 'full' },
  ])
})

it('logs what it does', async () => {
  const operations: unknown[] = []
  const log: EngineLog = {
    warn: () => undefined,
    debug: (details) => void operations.push(details.operation),
  }
  const shared = sharedIndicators({ maxBytes: 1e6, log })
  await digestWith(shared)
  await digestWith(shared)
  shared.clear()
  expect(operations).toEqual(['miss', 'store', 'miss', 'store', 'hit', 'hit', 'clear'])
})
