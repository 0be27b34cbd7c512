import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  openShared,
  type SharedBundleData,
  shareBundle,
} from '../../../engine/cache/shared-columns.js'
import {
  BAR_FIELDS,
  canonical,
  defaults,
  enable,
  memoryBundle,
  type OpenBundle,
  openEngine,
  pureBaseline,
  type TradingAlgorithm,
} from '../../../engine/index.js'
import { plainAssetDirectory, plainBarSource } from '../../../engine/portal/long-table.js'
import { drawn } from '../../fixtures/drawn.js'
import { contentOf, marketShape, smaCrossover, sp500Content } from '../../support.js'

const SHARED = enable(defaults({}), { sharedBundles: true })

/** The message as another thread receives it: a copy, except for shared memory. */
function received(data: SharedBundleData): SharedBundleData {
  const { port1, port2 } = new MessageChannel()
  port1.postMessage(data)
  const { message } = receiveMessageOnPort(port2) as { readonly message: SharedBundleData }
  port1.close()
  return message
}

const sharedOf = async (bundle: OpenBundle) => openShared(received(await shareBundle(bundle)))

describe('a shared bundle', () => {
  test.prop(
    [
      marketShape({ sessions: 14, assets: 4 }).chain((shape) =>
        fc.record({
          shape: fc.constant(shape),
          range: fc
            .tuple(fc.nat({ max: shape.sessions }), fc.nat({ max: shape.sessions }))
            .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) })),
        }),
      ),
    ],
    { numRuns: drawn(1000) },
  )('has the bars, assets, adjustments and table of the plain one', async ({ shape, range }) => {
    const plain = memoryBundle(contentOf(shape))
    const shared = await sharedOf(plain)
    const { adjustments, assets, manifest, calendar, version, identity } = {
      ...plain,
      adjustments: await plain.adjustments(),
      assets: await plainAssetDirectory().assets(plain),
    }
    expect(await shared.adjustments()).toEqual(adjustments)
    expect({ ...shared.manifest }).toEqual(manifest)
    expect([shared.version, shared.identity]).toEqual([version, identity])
    expect(ownMemory(shared.calendar)).toEqual(calendar)
    expect(await shared.table()).toEqual(await plain.table())
    for (const { id } of assets)
      expect(ownMemory(shared.views!(id, range))).toEqual(
        await plainBarSource().bars(plain, id, range),
      )
  })

  test.prop([marketShape({ sessions: 14, assets: 3 })], { numRuns: drawn(300) })(
    'gives the same results in every configuration',
    async (shape) => {
      const plain = memoryBundle(contentOf(shape))
      const shared = await sharedOf(plain)
      const algorithm = () => eachPrice()
      const expected = await openEngine(pureBaseline()).backtest({
        bundle: plain,
        algorithm: algorithm(),
      })
      for (const config of [
        SHARED,
        enable(pureBaseline(), { sharedBundles: true }),
        defaults({}),
      ]) {
        const result = await openEngine(config).backtest({ bundle: shared, algorithm: algorithm() })
        expect(canonical(result)).toBe(canonical(expected))
      }
    },
  )

  it('makes no bars and no floats in the memory of a thread', async () => {
    const data = await shareBundle(memoryBundle(sp500Content(400)))
    const [one, other] = [openShared(received(data)), openShared(received(data))]
    const range = { from: 20, to: 300 }
    for (const bundle of [one, other]) {
      const engine = openEngine(SHARED)
      await engine.backtest({ bundle, algorithm: smaCrossover({ fast: 5, slow: 20 }) })
    }
    const [bars, same] = [one.views!('SP500', range), other.views!('SP500', range)]
    for (const field of BAR_FIELDS) {
      expect(bars.ticks[field].buffer).toBeInstanceOf(SharedArrayBuffer)
      expect(bars.ticks[field].buffer.byteLength).toBe(400 * 8)
      expect(ownMemory(same.ticks)[field]).toEqual(ownMemory(bars.ticks)[field])
    }
    // The floats of the one field that the strategy reads were made, for both threads.
    const closes = BAR_FIELDS.indexOf('close')
    expect([...data.made]).toEqual(BAR_FIELDS.map((_, f) => (f === closes ? 1 : 0)))
    expect(data.floats.close[399]).toBe(data.ticks.close[399]! / 10 ** data.manifest.scales.price)
    expect(data.floats.open.every((value) => value === 0)).toBe(true)
  })

  it('is out of reach for a strategy that writes to whatever it gets', async () => {
    const plain = memoryBundle(sp500Content(120))
    const data = await shareBundle(plain)
    const before = structuredClone(ownMemory(data.ticks))
    const engine = openEngine(SHARED)
    const bundle = openShared(received(data))
    await engine.backtest({ bundle, algorithm: vandal() })
    expect(ownMemory(data.ticks)).toEqual(before)
    const after = await openEngine(SHARED).backtest({
      bundle: openShared(received(data)),
      algorithm: smaCrossover({ fast: 3, slow: 9 }),
    })
    const expected = await openEngine(pureBaseline()).backtest({
      bundle: plain,
      algorithm: smaCrossover({ fast: 3, slow: 9 }),
    })
    expect(canonical(after)).toBe(canonical(expected))
  })

  it('names an asset that it does not have', async () => {
    const shared = await sharedOf(memoryBundle(sp500Content(30)))
    expect(() => shared.views!('AAPL', { from: 0, to: 5 })).toThrow(/has no asset 'AAPL'/)
  })

  it('cannot be read after it was closed, and is current as long as it is open', async () => {
    const shared = await sharedOf(memoryBundle(sp500Content(30)))
    expect(await shared.isCurrent()).toBe(true)
    shared.close()
    await expect(shared.adjustments()).rejects.toMatchObject({ code: 'strategy-misuse' })
  })
})

/** Trades on every field of every asset, in both forms. */
function eachPrice(): TradingAlgorithm {
  return {
    handleData(context, data) {
      for (const asset of data.assets) {
        const count = Math.min(4, data.available(asset))
        if (count === 0) continue
        const block = data.history(asset, ['price', ...BAR_FIELDS], count, '1d')
        const prices = data.history(asset, 'price', count, '1d', { returnType: 'array' })
        const volumes = block.array('volume') as Float64Array
        const sum = prices.reduce((total, price) => total + (Number.isNaN(price) ? 0 : price), 0)
        context.orderTarget(asset, Math.floor((sum + volumes[0]!) % 7) - 2)
      }
    },
  }
}

function vandal(): TradingAlgorithm {
  const overwrite = (values: unknown) => {
    const array = values as Float64Array
    array.fill(-1)
    new Float64Array(array.buffer).fill(-2)
  }
  return {
    handleData(_context, data) {
      const [asset] = data.assets
      const count = data.available(asset!)
      for (const field of ['price', ...BAR_FIELDS] as const)
        overwrite(data.history(asset!, field, count, '1d', { returnType: 'array' }))
      const frame = data.history(asset!, BAR_FIELDS, count, '1d')
      for (const field of BAR_FIELDS) overwrite(frame.array(field))
    },
  }
}

/** A copy whose arrays lie in memory of their own, so that they compare equal to others. */
function ownMemory<T>(value: T): T {
  if (value instanceof Float64Array) return Float64Array.from(value) as T
  if (value instanceof Int32Array) return Int32Array.from(value) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, ownMemory(part)]),
  ) as T
}
