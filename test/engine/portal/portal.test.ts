import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BundleContent,
  type Context,
  type EngineError,
  FIELDS,
  type Field,
  Money,
  memoryBundle,
  openEngine,
  type Portal,
  pureBaseline,
  type TradingAlgorithm,
} from '../../../engine/index.js'
import { drawn } from '../../fixtures/drawn.js'
import {
  assetBars,
  contentOf,
  eachBar,
  isoDays,
  marketShape,
  mixesSpacings,
  simpleContent,
} from '../../support.js'

async function run(
  content: BundleContent,
  algorithm: TradingAlgorithm,
  range?: { start?: number; end?: number },
  warmUp?: number,
) {
  const engine = openEngine(pureBaseline())
  return engine.backtest({
    bundle: memoryBundle(content),
    algorithm,
    ...(range !== undefined && { range }),
    ...(warmUp !== undefined && { warmUp }),
  })
}

/** The portal at the end of the last bar. */
async function atEnd(
  content: BundleContent,
  look: (data: Portal, context: Context) => void,
): Promise<void> {
  let looked = false
  const last = content.sessions.length - 1
  const algorithm = eachBar((context, data) => {
    if (context.session !== last) return
    look(data, context)
    looked = true
  })
  await run(content, algorithm)
  expect(looked).toBe(true)
}

function refusal(ask: () => unknown): EngineError {
  try {
    ask()
  } catch (error) {
    return error as EngineError
  }
  throw new Error('was not refused')
}

describe('history', () => {
  it('ends with the current bar, inclusive', async () => {
    const seen: number[][] = []
    await run(
      simpleContent([10, 11, 12, 13]),
      eachBar((_, data) => {
        if (data.available('A') >= 2)
          seen.push([...data.history('A', 'close', 2, '1d', { returnType: 'array' })])
      }),
    )
    expect(seen).toEqual([
      [10, 11],
      [11, 12],
      [12, 13],
    ])
  })

  it('serves any window from 1 to 1000 bars and beyond', async () => {
    const closes = Array.from({ length: 1200 }, (_, i) => (1000 + i) / 100)
    await atEnd(simpleContent(closes), (data) => {
      for (const count of [1, 2, 50, 200, 999, 1000, 1200]) {
        const window = data.history('A', 'close', count, '1d', { returnType: 'array' })
        expect(window).toHaveLength(count)
        expect([window[0], window.at(-1)]).toEqual([closes[1200 - count], closes[1199]])
      }
    })
  })

  it('gives every array a buffer of its own, with its values and nothing else', async () => {
    await atEnd(simpleContent([1, 2, 3, 4]), (data) => {
      const buffers = [1, 2, 3].map((count) => {
        const window = data.history('A', 'close', count, '1d', { returnType: 'array' })
        return (window as Float64Array).buffer
      })
      expect(new Set(buffers).size).toBe(3)
      expect(buffers.map((buffer) => [...new Float64Array(buffer)])).toEqual([
        [4],
        [3, 4],
        [2, 3, 4],
      ])
    })
  })

  it('has columns date and fields for one asset; date, asset and fields for a list, even of one asset', async () => {
    await atEnd(simpleContent([1, 2, 3]), (data) => {
      const one = data.history('A', ['close', 'volume'], 2, '1d')
      expect(one.columnNames()).toEqual(['date', 'close', 'volume'])
      expect(one.objects()).toEqual([
        { date: new Date('2014-01-02T00:00:00Z'), close: 2, volume: 1000 },
        { date: new Date('2014-01-03T00:00:00Z'), close: 3, volume: 1000 },
      ])
      expect(data.history('A', 'close', 2, '1d', {}).columnNames()).toEqual(['date', 'close'])
      expect(data.history(['A'], 'close', 1, '1d', { returnType: 'dataframe' }).objects()).toEqual([
        { date: new Date('2014-01-03T00:00:00Z'), asset: 'A', close: 3 },
      ])
    })
  })

  it('orders a frame of several assets by date, then asset, whatever the order of the request', async () => {
    const content = {
      ...simpleContent([1, 2]),
      bars: ['B', 'A'].map((id, k) => assetBars(id, [0, 1], [100 + k, 200 + k])),
    }
    await atEnd(content, (data) => {
      const rows = data.history(['B', 'A'], 'close', 2, '1d').objects() as {
        asset: string
        close: number
      }[]
      expect(rows.map(({ asset, close }) => [asset, close])).toEqual([
        ['A', 1.01],
        ['B', 1],
        ['A', 2.01],
        ['B', 2],
      ])
    })
  })

  it('gives bit-identical numbers as frame, array and block, for any market with gaps and adjustments', async () => {
    await fc.assert(
      fc.asyncProperty(
        marketShape({ sessions: 12, assets: 3 }),
        fc.integer({ min: 1, max: 6 }),
        async (shape, count) => {
          await run(
            contentOf(shape),
            eachBar((context, data) => {
              const ready = context.assets.filter((asset) => data.available(asset) >= count)
              if (ready.length === 0) return
              const block = data.history(ready, FIELDS, count, '1d', { returnType: 'array' })
              const frame = data.history(ready, FIELDS, count, '1d')
              const owners = frame.array('asset') as string[]
              for (const asset of ready) {
                const single = data.history(asset, FIELDS, count, '1d')
                for (const field of FIELDS) {
                  const expected = [
                    ...data.history(asset, field, count, '1d', { returnType: 'array' }),
                  ]
                  const listed = (frame.array(field) as number[]).filter(
                    (_, row) => owners[row] === asset,
                  )
                  expect([[...block.column(asset, field)], listed, single.array(field)]).toEqual([
                    expected,
                    expected,
                    expected,
                  ])
                }
              }
              expect(Array.from(block.sessions).at(-1)).toBe(context.session)
              expect(data.current(ready[0]!, 'close')).toBe(
                data.history(ready[0]!, 'close', 1, '1d', { returnType: 'array' })[0],
              )
            }),
          )
        },
      ),
      { numRuns: drawn(1000) },
    )
  })

  it('gives the same windows when everything after the current bar is cut off: no look-ahead', async () => {
    await fc.assert(
      fc.asyncProperty(
        marketShape({ sessions: 14, assets: 2 }),
        fc.nat({ max: 13 }),
        fc.boolean(),
        async (shape, cut, exClose) => {
          const content = contentOf(shape)
          const end = Math.min(content.sessions.length, cut + 1)
          const whole: string[] = []
          const truncated: string[] = []
          const watch = (log: string[]): TradingAlgorithm => ({
            beforeTradingStart: (context, data) => log.push(look(context, data)),
            handleData: (context, data) => log.push(look(context, data)),
          })
          const dividendPolicy = exClose ? 'ex-close' : 'prior-close'
          const kept = truncatedTo(content, end)
          // What was cut off may have shown that the assets have one spacing.
          if (kept.bars.length === 0 || mixesSpacings(kept.bars)) return
          const assets = kept.bars.map(({ asset }) => asset)
          const engine = openEngine(pureBaseline())
          await engine.backtest({
            bundle: memoryBundle(content),
            algorithm: watch(whole),
            assets,
            dividendPolicy,
          })
          await engine.backtest({
            bundle: memoryBundle(kept),
            algorithm: watch(truncated),
            assets,
            dividendPolicy,
          })
          expect(whole.slice(0, truncated.length)).toEqual(truncated)
          expect(truncated.length).toBe(2 * end)
        },
      ),
      { numRuns: drawn(1000) },
    )
  })

  it('fills price forward, and only price', async () => {
    const bars = assetBars('A', [0, 1, 4], [100, 200, 300])
    await atEnd({ ...simpleContent([1]), sessions: isoDays(5), bars: [bars] }, (data) => {
      const window = (field: Field) => [
        ...data.history('A', field, 5, '1d', { returnType: 'array' }),
      ]
      expect(window('close')).toEqual([1, 2, Number.NaN, Number.NaN, 3])
      expect(window('volume')).toEqual([1000, 1000, 0, 0, 1000])
      expect(window('price')).toEqual([1, 2, 2, 2, 3])
    })
  })

  it('applies a split from its session on, before the open too, and never earlier', async () => {
    const log: number[][] = []
    const closesOf = (data: Portal) => {
      const count = data.available('A')
      if (count > 0) log.push([...data.history('A', 'close', count, '1d', { returnType: 'array' })])
    }
    const split = { asset: 'A', session: 2, kind: 'split', value: new Money(2) } as const
    await run(simpleContent([10, 12, 6, 7], [split]), {
      beforeTradingStart: (_, data) => closesOf(data),
      handleData: (_, data) => closesOf(data),
    })
    expect(log).toEqual([[10], [10], [10, 12], [5, 6], [5, 6, 6], [5, 6, 6], [5, 6, 6, 7]])
  })

  it('refuses a window before the data and names the first session with enough bars', async () => {
    await atEnd(simpleContent([1, 2, 3]), (data) => {
      const error = refusal(() => data.history('A', 'close', 4, '1d'))
      expect(error).toMatchObject({
        code: 'window',
        message: expect.stringContaining('no session of this backtest has enough'),
      })
    })
    await run(
      simpleContent([1, 2, 3]),
      eachBar((context, data) => {
        if (context.session !== 0) return
        const error = refusal(() => data.history('A', 'close', 3, '1d'))
        expect(error).toMatchObject({
          code: 'window',
          message: expect.stringContaining('2014-01-03'),
          details: { firstSession: 2 },
        })
      }),
    )
  })

  it.each<[string, (data: Portal) => unknown, string, RegExp]>([
    [
      'an unknown asset',
      (data) => data.history('B', 'close', 1, '1d'),
      'unknown-asset',
      /'B'; it has A/,
    ],
    [
      'an unknown field',
      (data) => data.history('A', 'vwap' as Field, 1, '1d'),
      'strategy-misuse',
      /'vwap'; use one of open/,
    ],
    [
      'another frequency',
      (data) => data.history('A', 'close', 1, '1m'),
      'strategy-misuse',
      /1m bars from a bundle of 1d/,
    ],
    ['no bar', (data) => data.history('A', 'close', 0, '1d'), 'strategy-misuse', /at least 1/],
    [
      'half a bar',
      (data) => data.history('A', 'close', 1.5, '1d'),
      'strategy-misuse',
      /whole number/,
    ],
    ['no asset', (data) => data.history([], 'close', 1, '1d'), 'strategy-misuse', /no asset/],
    [
      'an inherited field',
      (data) => data.history('A', 'constructor' as 'close', 1, '1d'),
      'strategy-misuse',
      /unknown field 'constructor'/,
    ],
    [
      'an inherited value',
      (data) => data.current('A', 'toString' as 'close'),
      'strategy-misuse',
      /unknown field 'toString'/,
    ],
    [
      'a prototype',
      (data) => data.current('A', '__proto__' as 'close'),
      'strategy-misuse',
      /unknown field '__proto__'/,
    ],
    ['no field', (data) => data.history('A', [], 1, '1d'), 'strategy-misuse', /no field/],
    [
      'another type',
      (data) => data.history('A', 'close', 1, '1d', { returnType: 'list' as 'array' }),
      'strategy-misuse',
      /'list'/,
    ],
    [
      'a column not requested',
      (data) => data.history(['A'], 'close', 1, '1d', { returnType: 'array' }).column('A', 'open'),
      'strategy-misuse',
      /open of A/,
    ],
    ['current of an unknown asset', (data) => data.current('B', 'close'), 'unknown-asset', /'B'/],
    [
      'current of an unknown field',
      (data) => data.current('A', 'vwap' as Field),
      'strategy-misuse',
      /'vwap'/,
    ],
  ])('refuses %s with a remedy', async (_, ask, code, message) => {
    await atEnd(simpleContent([1, 2]), (data) => {
      expect(refusal(() => ask(data))).toMatchObject({
        code,
        message: expect.stringMatching(message),
      })
    })
  })
})

describe('current, canTrade and isStale', () => {
  it('follow an asset through listing, gap and delisting, which look alike until it trades again', async () => {
    const content = {
      ...simpleContent([1]),
      sessions: isoDays(6),
      bars: [
        assetBars('A', [0, 1, 2, 3, 4, 5], [100, 200, 300, 400, 500, 600]),
        assetBars('B', [1, 3], [100, 300]),
      ],
    }
    const seen: unknown[] = []
    await run(
      content,
      eachBar((_, data) => {
        seen.push([
          data.available('B'),
          data.canTrade('B'),
          data.isStale('B'),
          data.current('B', 'close'),
          data.current('B', 'price'),
          data.current('B', 'volume'),
        ])
      }),
    )
    expect(seen).toEqual([
      [0, false, false, Number.NaN, Number.NaN, 0],
      [1, true, false, 1, 1, 1000],
      [2, true, true, Number.NaN, 1, 0],
      [3, true, false, 3, 3, 1000],
      [4, true, true, Number.NaN, 3, 0],
      [5, true, true, Number.NaN, 3, 0],
    ])
  })
})

describe('the range', () => {
  it('shows warm-up bars before the start, and nothing before those', async () => {
    const available: number[] = []
    const algorithm = eachBar((_, data) => available.push(data.available('A')))
    const result = await run(simpleContent([1, 2, 3, 4, 5, 6]), algorithm, { start: 3, end: 5 }, 2)
    expect(available).toEqual([3, 4])
    expect(result.equityCurve.dates).toEqual(['2014-01-04', '2014-01-05'])
    available.length = 0
    await run(simpleContent([1, 2, 3, 4, 5, 6]), algorithm, { start: 3 })
    expect(available).toEqual([4, 5, 6])
  })
})

/** Everything a strategy can see at this moment, as text. */
function look({ assets }: Context, data: Portal): string {
  const seen = assets.map((asset) => {
    const count = data.available(asset)
    const windows =
      count === 0
        ? []
        : FIELDS.map((field) =>
            data.history(asset, field, count, '1d', { returnType: 'array' }).join(),
          )
    return [
      asset,
      count,
      data.canTrade(asset),
      data.isStale(asset),
      data.current(asset, 'price'),
      ...windows,
    ].join(' ')
  })
  return seen.join('\n')
}

/** The content up to the end of session `end − 1`. */
function truncatedTo(content: BundleContent, end: number): BundleContent {
  const bars = content.bars
    .map((own) => {
      const count = own.session.filter((session) => session < end).length
      const cut = (column: Float64Array) => column.slice(0, count)
      const { asset, session, open, high, low, close, volume } = own
      return {
        asset,
        session: session.slice(0, count),
        open: cut(open),
        high: cut(high),
        low: cut(low),
        close: cut(close),
        volume: cut(volume),
      }
    })
    .filter(({ session }) => session.length > 0)
  const assets = new Set(bars.map(({ asset }) => asset))
  const adjustments = content.adjustments.filter(
    ({ asset, session }) => session < end && assets.has(asset),
  )
  return { ...content, sessions: content.sessions.slice(0, end), bars, adjustments }
}
