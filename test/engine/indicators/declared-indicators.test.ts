import { describe, expect, it } from 'vitest'
import {
  type BacktestSpec,
  type BundleContent,
  digest,
  type Engine,
  EngineError,
  ema,
  enable,
  type Indicator,
  type IndicatorHandle,
  Money,
  memoryBundle,
  openEngine,
  ownIndicator,
  pureBaseline,
  rollingSum,
  rsi,
  sma,
  stdev,
  type TradingAlgorithm,
} from '../../../engine/index.js'
import { drawn as drawnCases } from '../../fixtures/drawn.js'
import { assetBars, isoDays, simpleContent } from '../../support.js'
import { type IndicatorCase, indicatorCase, withHandles, withHistory } from './indicator-cases.js'

const CASES = drawnCases(1000)

const GROUPED = enable(pureBaseline(), { preGroupedBars: true })
const SHARED = enable(GROUPED, { sharedIndicators: true })

type Strategy = (drawn: IndicatorCase, seen: number[]) => TradingAlgorithm

/** Runs a case, and returns its digest, the number of fills and every reading. */
async function run(drawn: IndicatorCase, strategy: Strategy, engine: Engine) {
  const seen: number[] = []
  const result = await engine.backtest({ ...drawn.spec, algorithm: strategy(drawn, seen) })
  return { digest: digest(result), fills: result.fills.length, seen }
}

/** The place of the first number that differs in a bit; −1 if there is none. */
function firstDifference(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => !Object.is(value, b[i]))
  return at < 0 && a.length !== b.length ? a.length : at
}

describe('declared indicators', () => {
  it(`are what history and arithmetic give, in ${CASES} drawn backtests`, async () => {
    const plain = openEngine(GROUPED)
    const sharing = openEngine(SHARED)
    const cramped = openEngine(enable(SHARED, { indicatorBytes: 3000 }))
    let fills = 0
    let values = 0
    for (let seed = 0; seed < CASES; seed++) {
      const drawn = indicatorCase(seed)
      const expected = await run(drawn, withHistory, plain)
      const engines = [plain, sharing, sharing, ...(seed % 4 === 0 ? [cramped] : [])]
      for (const engine of engines) {
        const got = await run(drawn, withHandles, engine)
        expect([seed, firstDifference(got.seen, expected.seen)]).toEqual([seed, -1])
        expect(got.digest).toBe(expected.digest)
      }
      fills += expected.fills
      values += expected.seen.filter((value) => !Number.isNaN(value)).length
    }
    expect(fills).toBeGreaterThan(10 * CASES)
    expect(values).toBeGreaterThan(100 * CASES)
    expect(sharing.counters()['indicators.hits']).toBeGreaterThan(2 * CASES)
    expect(cramped.counters()['indicators.evictions']).toBeGreaterThan(CASES / 4)
    expect(cramped.counters()['indicators.bytes']).toBeLessThanOrEqual(3000)
  }, 300_000)

  it('are the same at every bar if all later bars are missing', async () => {
    let compared = 0
    for (let seed = 0; seed < 100; seed++) {
      const drawn = indicatorCase(seed)
      const { start, end } = drawn.spec.range as { start: number; end: number }
      const from = start - (drawn.spec.warmUp ?? start)
      const cuts = [start, (start + end) >> 1, end - 2].filter((last) =>
        drawn.content.bars.every(({ session }) =>
          session.some((traded) => traded >= from && traded <= last),
        ),
      )
      for (const config of [GROUPED, SHARED]) {
        const { seen } = await run(drawn, withHandles, openEngine(config))
        for (const last of cuts) {
          const cut = await run(cutAfter(drawn, last), withHandles, openEngine(config))
          const difference = firstDifference(cut.seen, seen.slice(0, cut.seen.length))
          expect([seed, last, difference]).toEqual([seed, last, -1])
          compared += cut.seen.filter((value) => !Number.isNaN(value)).length
        }
      }
    }
    expect(compared).toBeGreaterThan(10_000)
  }, 60_000)
})

/** The same case, with data and range up to a session only. */
function cutAfter(drawn: IndicatorCase, last: number): IndicatorCase {
  const { content, spec } = drawn
  const bars = content.bars.map((own) => {
    const rows = own.session.filter((session) => session <= last).length
    const { open, high, low, close, volume } = own
    const [o, h, l, c, v] = [open, high, low, close, volume].map((column) => column.slice(0, rows))
    const session = own.session.slice(0, rows)
    return { ...own, session, open: o!, high: h!, low: l!, close: c!, volume: v! }
  })
  const cut: BundleContent = {
    ...content,
    sessions: content.sessions.slice(0, last + 1),
    bars,
    adjustments: content.adjustments.filter(({ session }) => session <= last),
  }
  const { range } = spec
  return {
    ...drawn,
    content: cut,
    spec: { ...spec, bundle: memoryBundle(cut), range: { ...range, end: last + 1 } },
  }
}

/** 40 closes of 10 to 49, and a second asset. */
const CONTENT: BundleContent = {
  ...simpleContent([1]),
  sessions: isoDays(40),
  bars: ['A', 'B'].map((asset, k) =>
    assetBars(
      asset,
      [...Array(40).keys()],
      Array.from({ length: 40 }, (_, i) => 1000 + 100 * i + k),
    ),
  ),
}
const bundle = memoryBundle(CONTENT)

/** Reads an indicator of A at every bar. */
async function readings(
  engine: Engine,
  indicator: Indicator,
  read: (handle: IndicatorHandle) => number = ({ value }) => value,
  spec: Partial<BacktestSpec> = {},
): Promise<readonly number[]> {
  const seen: number[] = []
  let handle: IndicatorHandle
  const algorithm: TradingAlgorithm = {
    initialize(context) {
      handle = context.indicator('A', indicator)
    },
    handleData: () => void seen.push(read(handle)),
  }
  await engine.backtest({ bundle, ...spec, algorithm })
  return seen
}

describe('shared indicators', () => {
  const figures = (engine: Engine) => {
    const { hits, misses, bytes } = engine.cacheStats().caches.indicators!
    return { hits, misses, bytes }
  }

  it('are computed once for all backtests of an engine', async () => {
    const engine = openEngine(SHARED)
    let calls = 0
    const compute = ({ price }: { readonly price: Float64Array }) => {
      calls++
      return price[0]! + price[2]!
    }
    const indicator = () => ownIndicator({ name: 'ends', bars: 3, fields: ['price'], compute })
    const first = await readings(engine, indicator())
    // 38 values, of which the 1st, 2nd, 4th, 8th, 16th and 32nd call is repeated.
    expect(calls).toBe(38 + 6)
    expect(figures(engine)).toEqual({ hits: 0, misses: 1, bytes: 40 * 8 + 1024 })
    expect(await readings(engine, indicator())).toEqual(first)
    expect(calls).toBe(38 + 6)
    expect(figures(engine)).toEqual({ hits: 1, misses: 1, bytes: 40 * 8 + 1024 })
    expect(first.slice(0, 4)).toEqual([Number.NaN, Number.NaN, 22, 24])
  })

  it('are not shared among data, ranges, policies, fields, parameters and functions', async () => {
    const engine = openEngine(SHARED)
    const restated = memoryBundle({
      ...CONTENT,
      bars: CONTENT.bars.map((own) => ({ ...own, close: own.close.map((close) => close + 1) })),
    })
    const own = (k: number) =>
      ownIndicator({ name: 'x', bars: 2, fields: ['price'], compute: ({ price }) => price[k]! })
    const different: readonly [Indicator, Partial<BacktestSpec>][] = [
      [sma(3), {}],
      [sma(3), { bundle: restated }],
      [sma(3), { range: { start: 10 }, warmUp: 5 }],
      [sma(3), { range: { end: 30 } }],
      [sma(3), { dividendPolicy: 'ex-close' }],
      [sma(3, 'close'), {}],
      [sma(4), {}],
      [rollingSum(3), {}],
      [own(0), {}],
      [own(1), {}],
    ]
    for (const [i, [indicator, spec]] of different.entries()) {
      const got = await readings(engine, indicator, undefined, spec)
      expect(got).toEqual(await readings(openEngine(GROUPED), indicator, undefined, spec))
      expect(figures(engine)).toMatchObject({ hits: 0, misses: i + 1 })
    }
  })

  it('are evicted within the bytes given, and computed again', async () => {
    const entry = 40 * 8 + 1024
    const engine = openEngine(enable(SHARED, { indicatorBytes: 2 * entry }))
    for (const n of [2, 3, 4, 2]) {
      const expected = await readings(openEngine(GROUPED), ema(n))
      expect(await readings(engine, ema(n))).toEqual(expected)
    }
    expect(figures(engine)).toEqual({ hits: 0, misses: 4, bytes: 2 * entry })
    const none = openEngine(enable(SHARED, { indicatorBytes: 100 }))
    for (let i = 0; i < 2; i++)
      expect(await readings(none, ema(4))).toEqual(await readings(engine, ema(4)))
    expect(figures(none)).toEqual({ hits: 0, misses: 2, bytes: 0 })
  })

  it('are dropped by clearCaches, also while a backtest runs', async () => {
    const engine = openEngine(SHARED)
    const expected = await readings(openEngine(GROUPED), stdev(4))
    let bars = 0
    const clearing = (handle: IndicatorHandle) => {
      if (++bars === 20) engine.clearCaches()
      return handle.value
    }
    expect(await readings(engine, stdev(4), clearing)).toEqual(expected)
    expect(figures(engine)).toEqual({ hits: 0, misses: 1, bytes: 0 })
    expect(await readings(engine, stdev(4))).toEqual(expected)
    expect(figures(engine)).toMatchObject({ hits: 0, misses: 2 })
  })
})

describe.each([
  ['afresh', GROUPED],
  ['shared', SHARED],
])('a handle, %s', (_, config) => {
  const value = async (
    indicator: Indicator,
    read?: (handle: IndicatorHandle) => number,
    spec?: Partial<BacktestSpec>,
  ) => (await readings(openEngine(config), indicator, read, spec)).at(-1)

  it('gives literals', async () => {
    // The last closes are 45, 46, 47, 48 and 49.
    expect(await value(sma(3))).toBe(48)
    expect(await value(sma(3), ({ sum }) => sum)).toBe(14_400)
    expect(await value(rollingSum(3))).toBe(144)
    expect(await value(sma(3), (handle) => handle.previous(2))).toBe(46)
    expect(await value(ema(3, 'price', 3))).toBe(47 / 4 + 48 / 4 + 49 / 2)
    expect(await value(rsi(5))).toBe(100)
    expect(await value(stdev(5))).toBe(Math.SQRT2)
    expect(await value(sma(40), (handle) => Number(handle.ready))).toBe(1)
    expect(await value(sma(41), (handle) => Number(handle.ready))).toBe(0)
    expect(await value(sma(41))).toBeNaN()
    expect(await value(sma(1), (handle) => handle.previous(40))).toBeNaN()
  })

  it('sees a split before the open of its session', async () => {
    const split = { asset: 'A', session: 20, kind: 'split' as const, value: new Money(2) }
    const events = memoryBundle({ ...CONTENT, adjustments: [split] })
    const seen: number[][] = []
    let handle: IndicatorHandle
    const look = () => seen.push([handle.value, handle.previous(1), handle.sum])
    await openEngine(config).backtest({
      bundle: events,
      range: { start: 19, end: 21 },
      algorithm: {
        initialize(context) {
          handle = context.indicator('A', sma(2))
        },
        beforeTradingStart: look,
        handleData: look,
      },
    })
    expect(seen).toEqual([
      [27.5, 26.5, 5500],
      [28.5, 27.5, 5700],
      [14.25, 13.75, 2850],
      [(14.5 + 30) / 2, 14.25, 4450],
    ])
  })

  it('is one handle for equal indicators, and reads the same at any moment of a bar', async () => {
    let same = false
    const algorithm: TradingAlgorithm = {
      initialize(context) {
        const early = context.indicator('A', sma(3))
        same = context.indicator('A', sma(3)) === early
        expect([early.ready, early.value, early.sum, early.previous(1)]).toEqual([
          false,
          Number.NaN,
          Number.NaN,
          Number.NaN,
        ])
        expect(context.indicator('B', sma(3))).not.toBe(early)
      },
      handleData(context) {
        if (context.session === 30) expect(context.indicator('A', sma(5)).value).toBe(38)
      },
    }
    await openEngine(config).backtest({ bundle, algorithm })
    expect(same).toBe(true)
  })

  it.each([
    [
      'an unknown asset',
      'unknown-asset',
      /no asset 'C'; it has A, B/,
      (declare) => declare('C', sma(2)),
    ],
    [
      'no indicator',
      'strategy-misuse',
      /20 is not an indicator; make one, such as sma\(20\)/,
      (declare) => declare('A', 20),
    ],
    [
      'a forged indicator',
      'strategy-misuse',
      /is not an indicator/,
      (declare) => declare('A', { ...sma(2) }),
    ],
    ['no bars', 'strategy-misuse', /sma of 0 bars; give a whole number of bars/, () => sma(0)],
    ['a part of a bar', 'strategy-misuse', /ema of 2.5 bars/, () => ema(2.5)],
    [
      'an unknown field',
      'strategy-misuse',
      /unknown field 'last' of stdev; use one of open/,
      () => stdev(2, 'last' as 'close'),
    ],
    [
      'a sum of what has none',
      'strategy-misuse',
      /kind rsi has no sum; declare sma or rollingSum/,
      (declare) => declare('A', rsi(2)).sum,
    ],
    [
      'a later bar',
      'strategy-misuse',
      /the value -1 bars ago; give a whole number/,
      (declare) => declare('A', sma(2)).previous(-1),
    ],
    [
      'a part of a bar ago',
      'strategy-misuse',
      /the value 0.5 bars ago/,
      (declare) => declare('A', sma(2)).previous(0.5),
    ],
    ['a nameless own indicator', 'strategy-misuse', /has no name/, () => own({ name: '' })],
    [
      'no function',
      'strategy-misuse',
      /compute of own indicator x is string/,
      () => own({ compute: 'max' }),
    ],
    ['no fields', 'strategy-misuse', /own indicator x has no fields/, () => own({ fields: [] })],
    [
      'parameters that are not numbers',
      'strategy-misuse',
      /parameters of own indicator x/,
      () => own({ parameters: ['1'] }),
    ],
    [
      'a result that is not a number',
      'strategy-misuse',
      /own indicator x returned undefined; return a number/,
      (declare) => declare('A', own({ compute: () => undefined })).value,
    ],
    [
      'a promise',
      'strategy-misuse',
      /own indicator x returned a promise/,
      (declare) => declare('A', own({ compute: async () => 1 })).value,
    ],
    [
      'a function that is not pure',
      'strategy-misuse',
      /own indicator x gave 1 and then 2 for the same window/,
      (declare) => declare('A', own({ compute: counting() })).value,
    ],
  ] as readonly Misuse[])('refuses %s', async (_, code, message, misuse) => {
    const error = await misusing(misuse).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(EngineError)
    expect((error as EngineError).code).toBe(code)
    expect((error as EngineError).message).toMatch(message)
  })

  const misusing = (misuse: Misuse[3]) =>
    openEngine(config).backtest({
      bundle,
      range: { start: 10, end: 12 },
      algorithm: {
        handleData(context) {
          misuse(context.indicator.bind(context) as Parameters<typeof misuse>[0])
        },
      },
    })

  it('refuses a sum beyond 2^53 ticks at the bar that reads it, and not before', async () => {
    const most = 2 ** 51 - 2
    const large = [11, 12, 13, most, most, most, most, most, 15, 16, 17, 18, 19]
    const content = {
      ...CONTENT,
      sessions: isoDays(large.length),
      bars: [assetBars('A', [...large.keys()], large)],
    }
    const spec = { bundle: memoryBundle(content) }
    const read = (handle: IndicatorHandle) => {
      try {
        return handle.sum
      } catch (error) {
        expect((error as EngineError).code).toBe('precision')
        return -1
      }
    }
    expect(await readings(openEngine(config), rollingSum(5), read, spec)).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      36 + 2 * most,
      25 + 3 * most,
      -1,
      -1,
      -1,
      31 + 3 * most,
      48 + 2 * most,
      66 + most,
      85,
    ])
  })

  it('gives an own function a window that it may overwrite, and passes its errors on', async () => {
    const overwriting = own({
      compute: ({ price }: { price: Float64Array }) => {
        const mean = price.reduce((sum, one) => sum + one, 0) / price.length
        new Float64Array(price.buffer).fill(-1)
        return mean
      },
    })
    expect(await value(overwriting)).toBe(48.5)
    const failing = own({
      compute: ({ price }: { price: Float64Array }) => {
        if (price[1] === 30) throw new RangeError('thirty')
        return 1
      },
    })
    await expect(value(failing)).rejects.toThrow('thirty')
    expect(await value(failing, undefined, { range: { end: 20 } })).toBe(1)
    expect(await value(own({ compute: () => Number.POSITIVE_INFINITY }))).toBe(
      Number.POSITIVE_INFINITY,
    )
  })
})

type Misuse = readonly [
  what: string,
  code: string,
  message: RegExp,
  misuse: (declare: (asset: string, indicator: unknown) => IndicatorHandle) => unknown,
]

/** An own indicator of two prices, with something changed. */
function own(change: Readonly<Record<string, unknown>>): Indicator {
  const compute = () => 1
  return ownIndicator({ name: 'x', bars: 2, fields: ['price'], compute, ...change } as never)
}

function counting(): () => number {
  let calls = 0
  return () => ++calls
}

it('refuses a shared function that gives another value to the next backtest', async () => {
  const engine = openEngine(SHARED)
  let factor = 1
  const compute = ({ price }: { readonly price: Float64Array }) => factor * price[0]!
  const indicator = ownIndicator({ name: 'scaled', bars: 1, fields: ['price'], compute })
  await readings(engine, indicator)
  factor = 2
  await expect(readings(engine, indicator)).rejects.toThrow(
    /own indicator scaled gave 10 and then 20 for the same window/,
  )
})
