import { describe, expect, it } from 'vitest'
import {
  type Context,
  defaults,
  digest,
  enable,
  type Field,
  Money,
  memoryBundle,
  type OptimizationConfig,
  openEngine,
  type Portal,
  pureBaseline,
  type TradingAlgorithm,
} from '../../../engine/index.js'
import { assetBars, eachBar, isoDays, simpleContent } from '../../support.js'

const BARS = 60

/** Closes that never repeat and rise, so that a later one is larger than all before it. */
const closesOf = (first: number) =>
  Array.from({ length: BARS }, (_, i) => first + 100 * i + ((i * 37) % 90))

const HALTED = [...Array(BARS).keys()].filter((i) => i % 7 !== 3)

const bundle = memoryBundle({
  ...simpleContent([1]),
  sessions: isoDays(BARS),
  bars: [
    assetBars('A', [...Array(BARS).keys()], closesOf(10_000)),
    assetBars('B', HALTED, closesOf(20_000).slice(0, HALTED.length)),
  ],
  adjustments: [{ asset: 'B', session: 30, kind: 'dividend', value: new Money(1) }],
})

const everything = enable(defaults({}), { historyCache: true, historyCacheArrays: true })
const CONFIGS: readonly (readonly [string, OptimizationConfig])[] = [
  ['baseline', pureBaseline()],
  ['defaults', defaults({})],
  ['layer 1', enable(pureBaseline(), { assetListCache: true, preGroupedBars: true })],
  ['history cache', enable(pureBaseline(), { historyCache: true, historyKeptWindows: [5] })],
  [
    'history cache of arrays',
    enable(pureBaseline(), { historyCache: true, historyCacheArrays: true }),
  ],
  ['everything', everything],
  ['no room', enable(everything, { historyCacheBytes: 1, preGroupedBytes: 1 })],
]

type Form = 'array' | 'block' | 'frame' | 'frame of a list'

/** The window in one of the forms, and every array that a strategy reaches through it. */
function read(data: Portal, form: Form, asset: string, field: Field, bars: number) {
  if (form === 'array') {
    const window = data.history(asset, field, bars, '1d', { returnType: 'array' }) as Float64Array
    return { window, reached: [window] }
  }
  if (form === 'block') {
    const block = data.history([asset], [field, 'close'], bars, '1d', { returnType: 'array' })
    const window = block.column(asset, field) as Float64Array
    return { window, reached: [window, block.sessions, block.assets, block.fields] }
  }
  const frame = data.history(form === 'frame' ? asset : [asset], field, bars, '1d')
  const window = frame.column(field) as Float64Array
  return { window, reached: [window, frame.column('date'), frame.column(field)] }
}

/** Trades on the windows as they are. */
const clean = (form: Form): TradingAlgorithm =>
  eachBar((context, data) => {
    for (const asset of data.assets) decide(context, data, form, asset)
  })

function decide(context: Context, data: Portal, form: Form, asset: string): unknown[] {
  const reached: unknown[] = []
  for (const bars of [5, 9]) {
    if (data.available(asset) < bars) continue
    const { window, reached: found } = read(data, form, asset, 'price', bars)
    context.orderTarget(asset, Math.round((window[0]! * 7 + window.at(-1)! * 3) % 13))
    reached.push(...found)
  }
  return reached
}

/** Trades in the same way, and then writes to whatever it was given. */
const vandal = (form: Form): TradingAlgorithm =>
  eachBar((context, data) => {
    for (const asset of data.assets) {
      const before = data.current(asset, 'close')
      for (const reached of decide(context, data, form, asset)) vandalize(reached)
      expect(data.current(asset, 'close')).toBe(before)
    }
    vandalize(data.assets)
    vandalize(context.assets)
  })

function vandalize(reached: unknown): void {
  if (reached instanceof Float64Array || reached instanceof Int32Array) {
    reached.sort().reverse()
    new Uint8Array(reached.buffer).fill(1)
    new Uint8Array(reached.subarray(0).buffer).fill(2)
    reached.fill(-1)
    return
  }
  const list = reached as unknown[]
  for (const one of list) if (one instanceof Date) refusesToChange(one)
  attempt(() => list.sort().reverse())
  attempt(() => list.fill(list[0]))
  attempt(() => list.pop())
}

function refusesToChange(date: Date): void {
  try {
    date.setFullYear(1999)
  } catch (error) {
    if (/change a copy: new Date/.test(String(error))) return
  }
  throw new Error('the date was changed')
}

/** A frozen list throws, a list of the strategy's own does not. */
function attempt(write: () => unknown): void {
  try {
    write()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
}

async function digestOf(config: OptimizationConfig, algorithms: readonly TradingAlgorithm[]) {
  const engine = openEngine(config)
  const digests: string[] = []
  for (const algorithm of algorithms)
    digests.push(digest(await engine.backtest({ bundle, algorithm })))
  return digests
}

describe.each<Form>(['array', 'block', 'frame', 'frame of a list'])('as %s', (form) => {
  it.each(CONFIGS)(
    'what a strategy writes to its windows changes no result: %s',
    async (_, config) => {
      const [fresh] = await digestOf(pureBaseline(), [clean(form)])
      const algorithms = [vandal(form), vandal(form), clean(form), vandal(form)]
      expect(await digestOf(config, algorithms)).toEqual([fresh, fresh, fresh, fresh])
    },
  )

  it.each(CONFIGS)('nothing reached through a window lies in the future: %s', async (_, config) => {
    const look = eachBar((_, data) => {
      for (const asset of data.assets) {
        const bars = Math.min(7, data.available(asset))
        if (bars === 0) continue
        const { window } = read(data, form, asset, 'price', bars)
        expect([...new Float64Array(window.buffer)]).toEqual([...window])
        const newest = data.current(asset, 'price')
        // The memory below: earlier windows of the same backtest, and unused room.
        const memory = new Float64Array(window.subarray(0).buffer)
        expect(memory.filter((value) => value > newest)).toHaveLength(0)
      }
    })
    await digestOf(config, [look, look])
  })
})
