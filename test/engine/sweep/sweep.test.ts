import { describe, expect, it } from 'vitest'
import {
  type BacktestSpec,
  type BundleContent,
  discrete,
  enable,
  indicatorSum,
  indicatorValue,
  inlineExecutor,
  memoryBundle,
  openEngine,
  ownIndicator,
  type Parameters,
  parameterSpace,
  pureBaseline,
  rollingSum,
  rsi,
  type Signal,
  type SignalInput,
  search,
  signalStrategy,
  sma,
} from '../../../engine/index.js'
import { drawn as drawnCases } from '../../fixtures/drawn.js'
import { simpleContent } from '../../support.js'
import { indicatorCase } from '../indicators/indicator-cases.js'

const ticks = openEngine(enable(pureBaseline(), { tickLedger: true }))
const shared = openEngine(enable(pureBaseline(), { tickLedger: true, sharedIndicators: true }))
const decimals = openEngine(pureBaseline())

const SETTINGS: readonly Partial<BacktestSpec>[] = [
  {},
  { fill: 'next-close', cash: '1000.01' },
  { slippage: { kind: 'volume-share', limit: 0.025, impact: 0.1 } },
  { commission: { kind: 'per-share', cost: '0.0049' } },
  {
    slippage: { kind: 'fixed', basisPoints: 3 },
    commission: { kind: 'per-dollar', rate: 0.0015 },
  },
]
const CASES = drawnCases(1000)
const TARGETS = [Number.NaN, 0, 10, -7, 2.5, 1e4, 10, 0.12345678]

/** Decides by the digits of its inputs: often the same target as before, sometimes none. */
function drawnSignal(inputs: readonly SignalInput[], seed: number): Signal {
  return {
    inputs: () => inputs,
    decide: ({ turn }) => {
      return (...values) => {
        const sum = values.reduce((total, value) => total + (Number.isNaN(value) ? 1 : value), seed)
        return TARGETS[Math.floor(Math.abs(sum) * 7 + Number(turn)) % TARGETS.length]!
      }
    },
  }
}

/** The same bars as hours, five to a day, with the events that fall on the first of a day. */
function hourly(content: BundleContent): BundleContent {
  return {
    ...content,
    frequency: '1h',
    sessions: content.sessions.map((_, i) =>
      new Date(Date.UTC(2020, 0, 1 + Math.floor(i / 5), i % 5)).toISOString().slice(0, 19),
    ),
    adjustments: content.adjustments.filter(({ session }) => session % 5 === 0),
  }
}

function drawnInputs(seed: number): readonly SignalInput[] {
  const { declared } = indicatorCase(seed)
  return declared.slice(0, 1 + (seed % 4)).map(({ indicator }, i) => {
    const isSum = indicator.kind === 'sma' || indicator.kind === 'rolling-sum'
    return isSum && i % 2 === 0
      ? indicatorSum(indicator)
      : indicatorValue(indicator, (seed + i) % 3)
  })
}

describe('a sweep', () => {
  it(`gives the figures of ${CASES} drawn backtests run event by event, to the last digit`, async () => {
    let fills = 0
    for (let seed = 1; seed <= CASES; seed++) {
      const { content, spec: drawn } = indicatorCase(seed)
      const isHourly = seed % 3 === 0
      const bundle = isHourly ? memoryBundle(hourly(content)) : drawn.bundle
      const spec = isHourly ? { ...drawn, bundle, dividendPolicy: 'prior-close' as const } : drawn
      const signal = drawnSignal(drawnInputs(seed), seed)
      const settings = { ...spec, ...SETTINGS[seed % SETTINGS.length] }
      const engine = [ticks, shared][seed % 2]!
      // The ledger of decimals values every bar when it is there.
      const alone = isHourly ? decimals : engine
      const parameters: Parameters = { turn: seed % 3 }
      const objective = seed % 5 === 0 ? 'profit-factor' : 'sharpe'
      const [swept] = await engine.sweep({ ...settings, signal }, objective).map([{ parameters }])
      const algorithm = signalStrategy(signal, parameters)
      expect(swept, `seed ${seed}`).toEqual(
        await alone.trial({ ...settings, algorithm }, objective),
      )
      fills += swept!.fills
    }
    expect(fills).toBeGreaterThan(5 * CASES)
  })

  it('is a search whose winner, run event by event, agrees with it', async () => {
    const space = parameterSpace({ fast: discrete(2, 6, 2), slow: discrete(8, 12, 2) })
    const bundle = memoryBundle(simpleContent(WAVE))
    const executors = {
      trials: shared.sweep({ bundle, signal: CROSSOVER }, 'calmar'),
      backtests: inlineExecutor(({ parameters }: { parameters: Parameters }) =>
        shared.backtest({ bundle, algorithm: signalStrategy(CROSSOVER, parameters) }),
      ),
    }
    const { best, trials } = await search(space, executors, { objective: 'calmar' })
    expect(trials).toHaveLength(9)
    expect(best.fills).toBe(best.result.fills.length)
    expect(best.result.fills.length).toBeGreaterThan(4)
  })

  it('runs event by event, with equal figures, on a ledger of decimals', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { spec } = indicatorCase(seed)
      const signal = drawnSignal(drawnInputs(seed), seed)
      const task = { parameters: { turn: 1 } }
      const [ofDecimals] = await decimals.sweep({ ...spec, signal }).map([task])
      const [ofTicks] = await ticks.sweep({ ...spec, signal }).map([task])
      expect(ofDecimals, `seed ${seed}`).toEqual(ofTicks)
    }
  })

  it('loads another range, another version of the bundle, and computes no column twice', async () => {
    let computed = 0
    const counting = ownIndicator({
      name: 'counted',
      bars: 3,
      fields: ['price'],
      compute({ price }) {
        computed++
        return price[2]! - price[0]!
      },
    })
    const signal: Signal = {
      inputs: () => [indicatorValue(counting)],
      decide:
        ({ shares }) =>
        (rise) =>
          rise > 0 ? Number(shares) : 0,
    }
    const bundle = memoryBundle(simpleContent(WAVE))
    const executor = shared.sweep({ bundle, signal })
    const tasks = [1, 2, 3].map((shares) => ({ parameters: { shares } }))
    const whole = await executor.map(tasks)
    const once = computed
    await executor.map(tasks)
    expect(computed).toBe(once)
    const range = { start: 10, end: 30 }
    const [part] = await executor.map([{ parameters: { shares: 1 }, range }])
    const algorithm = signalStrategy(signal, { shares: 1 })
    expect(part).toEqual(await shared.trial({ bundle, range, algorithm }))
    const [recent] = await executor.map([{ parameters: { shares: 1 }, range, fidelity: 0.2 }])
    expect(recent).toEqual(await shared.trial({ bundle, range: { start: 26, end: 30 }, algorithm }))
    expect(whole[0]).toEqual(await shared.trial({ bundle, algorithm }))
  })

  it.each<[string, Partial<Signal>, RegExp]>([
    ['has no inputs', { inputs: () => [] }, /a signal without inputs/],
    [
      'decides a text',
      { decide: () => () => '10' as unknown as number },
      /decided 10; return a num/,
    ],
    [
      'decides nothing',
      { decide: () => () => undefined as unknown as number },
      /decided undefined/,
    ],
    ['decides infinity', { decide: () => () => Number.POSITIVE_INFINITY }, /Infinity/],
    [
      'reads a sum that there is not',
      { inputs: () => [indicatorSum(rsi(3))], decide: () => () => 1 },
      /has no sum/,
    ],
  ])('refuses, as event by event, a signal that %s', async (_, wrong, message) => {
    const bundle = memoryBundle(simpleContent(WAVE))
    const signal: Signal = { inputs: () => [indicatorSum(sma(2))], decide: () => () => 1, ...wrong }
    const parameters = { fast: 1, slow: 2 }
    await expect(shared.sweep({ bundle, signal }).map([{ parameters }])).rejects.toThrow(message)
    const alone = async () =>
      shared.trial({ bundle, algorithm: signalStrategy(signal, parameters) })
    await expect(alone()).rejects.toThrow(message)
  })
})

const WAVE = Array.from({ length: 60 }, (_, i) => 100 + Math.round(10 * Math.sin(i / 3)) + (i % 4))

const CROSSOVER: Signal = {
  inputs: ({ fast, slow }) => [
    indicatorSum(sma(Number(fast))),
    indicatorSum(rollingSum(Number(slow))),
  ],
  decide: ({ fast, slow }) => {
    return (fastSum, slowSum) => {
      if (Number.isNaN(slowSum)) return Number.NaN
      return fastSum * Number(slow) > slowSum * Number(fast) ? 10 : 0
    }
  },
}
