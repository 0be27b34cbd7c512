import assert from 'node:assert/strict'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BundlePool, bundlePool } from '../../../engine/cache/bundle-pool.js'
import {
  type BundleContent,
  type BundleSource,
  EngineError,
  type EngineLog,
  enable,
  engineLog,
  Money,
  memoryBundle,
  type OpenBundle,
  openEngine,
  plainBundleSource,
  pureBaseline,
  writeBundle,
} from '../../../engine/index.js'
import { drawn } from '../../fixtures/drawn.js'
import { eachBar, simpleContent } from '../../support.js'
import { bars, scratch, smallContent } from '../bundle/bundle-cases.js'

/** Every kind of change that a version covers, to the same bundle. */
const CHANGES: Readonly<Record<string, BundleContent>> = {
  'an asset more': { ...smallContent(), bars: [...smallContent().bars, bars('CCC', [1, 2, 3])] },
  'an asset that lives longer': {
    ...smallContent(),
    bars: [smallContent().bars[0]!, bars('BBB', [7e6, 8e6, 9e6], [1, 2, 3])],
  },
  'another range': { ...smallContent(), sessions: [...smallContent().sessions, '2014-06-07'] },
  'another schema': { ...smallContent(), scales: { price: 6, volume: 5, adjustment: 9 } },
  'a restated price': {
    ...smallContent(),
    // As long as the original in every file of a CSV bundle.
    bars: [
      bars('AAA', [370_000_000, 58_485_714, 100_000_001, 99_999_998, 1]),
      smallContent().bars[1]!,
    ],
  },
  'a restated dividend': {
    ...smallContent(),
    adjustments: smallContent().adjustments.with(2, {
      asset: 'BBB',
      session: 4,
      kind: 'dividend',
      value: new Money('0.48'),
    }),
  },
}

function poolOf(plain: BundleSource, maxBundles = 100, log: EngineLog = engineLog()): BundlePool {
  return bundlePool(plain, { maxBundles, log })
}

/** The data of a bundle as read. */
async function contentsOf(bundle: OpenBundle): Promise<unknown> {
  return [
    bundle.directory,
    bundle.version,
    bundle.manifest,
    await bundle.table(),
    await bundle.adjustments(),
  ]
}

async function codeOf(work: () => Promise<unknown>): Promise<unknown> {
  return work().then(
    () => 'done',
    (error: unknown) => (error instanceof EngineError ? error.code : error),
  )
}

describe('the bundle pool', () => {
  for (const format of ['parquet', 'csv'] as const) {
    it.each(Object.entries(CHANGES))(`opens anew, from ${format}, after %s`, async (_, changed) => {
      const directory = join(await scratch(), 'small')
      const pool = poolOf(plainBundleSource())
      for (const content of [smallContent(), changed, smallContent()]) {
        await writeBundle(directory, content, { format })
        for (let i = 0; i < 2; i++) {
          const [pooled, plain] = [
            await pool.open(directory),
            await plainBundleSource().open(directory),
          ]
          expect(await contentsOf(pooled)).toEqual(await contentsOf(plain))
          pooled.close()
        }
      }
      expect(pool.counters()).toMatchObject({
        'pool.hits': 3,
        'pool.misses': 3,
        'pool.invalidations': 2,
        'pool.open': 1,
      })
    })
  }

  it('opens nothing in advance, then once, without loading on a hit', async () => {
    const directory = join(await scratch(), 'small')
    await writeBundle(directory, smallContent())
    const counters = {}
    const pool = poolOf(plainBundleSource(counters))
    expect(counters).toEqual({})
    for (let i = 0; i < 5; i++) {
      const bundle = await pool.open(directory)
      await bundle.table()
      await bundle.adjustments()
      bundle.close()
    }
    const sizes = (await plainBundleSource().open(directory)).manifest.files.map(
      ({ bytes }) => bytes,
    )
    expect(counters).toEqual({
      'bundle.opens': 1,
      'bundle.decodes': 1,
      'bundle.bytesRead': sizes[0]! + sizes[1]!,
    })
    expect(pool.counters()).toEqual({
      'pool.hits': 4,
      'pool.misses': 1,
      'pool.evictions': 0,
      'pool.invalidations': 0,
      'pool.open': 1,
      'pool.fallbacks': 0,
    })
  })

  it('opens once for concurrent requests, whatever path names the directory', async () => {
    const root = await scratch()
    await writeBundle(join(root, 'small'), smallContent())
    const counters = {}
    const pool = poolOf(plainBundleSource(counters))
    const names = [join(root, 'small'), `${root}/./small`, `${root}/small/`, `${root}/x/../small`]
    const opened = await Promise.all([...names, ...names].map((name) => pool.open(name)))
    expect(counters).toEqual({ 'bundle.opens': 1 })
    expect(opened.map(({ directory }) => directory)).toEqual([...names, ...names])
    const tables = await Promise.all(opened.map((bundle) => bundle.table()))
    expect(new Set(tables).size).toBe(1)
    expect(counters).toMatchObject({ 'bundle.decodes': 1 })
  })

  it('gives each user a bundle of their own to close, once', async () => {
    const directory = join(await scratch(), 'small')
    await writeBundle(directory, smallContent())
    const pool = poolOf(plainBundleSource())
    const [mine, yours] = [await pool.open(directory), await pool.open(directory)]
    mine.close()
    mine.close()
    await expect(mine.table()).rejects.toMatchObject({ code: 'strategy-misuse' })
    await expect(mine.adjustments()).rejects.toThrow('bundle small was closed; open it again')
    pool.clear()
    expect((await yours.table()).rows).toBe(8)
    expect(pool.counters()['pool.open']).toBe(1)
    yours.close()
    expect(pool.counters()['pool.open']).toBe(0)
  })

  it('closes an evicted bundle when its last user closes it, not before', async () => {
    const root = await scratch()
    const [one, two] = [join(root, 'one'), join(root, 'two')]
    for (const directory of [one, two]) await writeBundle(directory, smallContent())
    const pool = poolOf(plainBundleSource(), 1)
    const [first, again] = [await pool.open(one), await pool.open(one)]
    const second = await pool.open(two)
    expect(pool.counters()).toMatchObject({ 'pool.evictions': 1, 'pool.open': 2 })
    first.close()
    expect((await again.table()).rows).toBe(8)
    again.close()
    expect(pool.counters()).toMatchObject({ 'pool.evictions': 1, 'pool.open': 1 })
    second.close()
    expect(pool.counters()).toMatchObject({ 'pool.open': 1 })
    pool.clear()
    expect(pool.counters()).toMatchObject({ 'pool.open': 0 })
  })

  it('never mixes two versions of a bundle that is replaced before it was read, and recovers', async () => {
    const directory = join(await scratch(), 'small')
    const before = await writeBundle(directory, smallContent())
    const pool = poolOf(plainBundleSource())
    const early = await pool.open(directory)
    const after = await writeBundle(directory, CHANGES['a restated price']!)
    expect(await codeOf(() => early.table())).toBe('bundle-changed')
    expect(early.version).toBe(before.version)
    // Back to the first version, byte for byte: by the directory alone, the bundle whose read
    // failed would seem current.
    await writeBundle(directory, smallContent())
    const back = await pool.open(directory)
    expect(await contentsOf(back)).toEqual(
      await contentsOf(await plainBundleSource().open(directory)),
    )
    await writeBundle(directory, CHANGES['a restated price']!)
    expect((await pool.open(directory)).version).toBe(after.version)
    expect((await back.table()).rows).toBe(8)
  })

  it('keeps no bundle that could not be opened', async () => {
    const directory = join(await scratch(), 'small')
    const pool = poolOf(plainBundleSource())
    const failures = await Promise.all(
      Array.from({ length: 5 }, () => codeOf(() => pool.open(directory))),
    )
    expect(new Set(failures)).toEqual(new Set(['bundle-missing']))
    await writeBundle(directory, smallContent())
    expect((await pool.open(directory)).manifest.name).toBe('small')
    await rm(directory, { recursive: true })
    expect(await codeOf(() => pool.open(directory))).toBe('bundle-missing')
    expect(pool.counters()).toMatchObject({
      'pool.open': 1,
      'pool.invalidations': 1,
      'pool.fallbacks': 0,
    })
  })

  it('falls back to the plain source where the check fails, warns and counts it', async () => {
    const directory = join(await scratch(), 'small')
    await writeBundle(directory, smallContent())
    const lines: unknown[] = []
    const pool = poolOf(plainBundleSource(), 100, { warn: (...line) => void lines.push(line) })
    ;(await pool.open(directory)).close()
    const manifest = join(directory, 'manifest.json')
    await rename(manifest, join(directory, 'aside'))
    await mkdir(manifest)
    await expect(pool.open(directory)).rejects.toMatchObject({
      code: 'bundle-missing',
      message: /manifest\.json cannot be read/,
    })
    expect(lines).toMatchObject([
      [
        { cache: 'pool', step: 'check', directory, reason: expect.stringContaining('EISDIR') },
        'cache failed; continuing without it',
      ],
    ])
    expect(pool.counters()).toMatchObject({
      'pool.fallbacks': 1,
      'pool.invalidations': 0,
      'pool.open': 0,
    })
    await rm(manifest, { recursive: true })
    await rename(join(directory, 'aside'), manifest)
    expect((await pool.open(directory)).manifest.name).toBe('small')
  })

  it('detects a truncated file before serving it', async () => {
    const directory = join(await scratch(), 'small')
    await writeBundle(directory, smallContent(), { format: 'csv' })
    const pool = poolOf(plainBundleSource())
    await (await pool.open(directory)).table()
    await writeFile(join(directory, 'bars.csv'), 'asset')
    expect(await codeOf(() => pool.open(directory))).toBe('bundle-corrupt')
  })

  it('logs every operation at level debug', async () => {
    const root = await scratch()
    for (const name of ['one', 'two']) await writeBundle(join(root, name), smallContent())
    const lines: unknown[] = []
    const pool = poolOf(plainBundleSource(), 1, {
      warn: () => undefined,
      debug: ({ cache, operation }, message) => void lines.push([cache, operation, message]),
    })
    for (const name of ['one', 'one', 'two']) (await pool.open(join(root, name))).close()
    await writeBundle(join(root, 'two'), CHANGES['a restated price']!)
    ;(await pool.open(join(root, 'two'))).close()
    expect(lines.map((line) => (line as string[])[1])).toEqual([
      'miss',
      'hit',
      'miss',
      'evict',
      'close',
      'invalidate',
      'close',
      'miss',
    ])
    expect(lines[1]).toEqual(['pool', 'hit', 'cache hit'])
  })
})

describe('an engine with a pool', () => {
  const IDLE = eachBar(() => undefined)
  const pooled = enable(pureBaseline(), { bundlePool: true, bundlePoolSize: 2 })

  it('opens and decodes a bundle once for all its backtests, and closes it with itself', async () => {
    const directory = join(await scratch(), 'small')
    await writeBundle(directory, smallContent())
    const engine = openEngine(pooled)
    for (let i = 0; i < 3; i++) await engine.backtest({ bundle: directory, algorithm: IDLE })
    const mine = await engine.open(directory)
    expect(engine.counters()).toMatchObject({
      'bundle.opens': 1,
      'bundle.decodes': 1,
      'pool.hits': 3,
      'pool.misses': 1,
    })
    engine.close()
    expect((await mine.table()).rows).toBe(8)
    mine.close()
    expect(engine.counters()['pool.open']).toBe(0)
    await expect(engine.open(directory)).rejects.toThrow(/engine is closed/)
  })

  it('opens like the plain source where it has no pool', async () => {
    const directory = join(await scratch(), 'small')
    await writeBundle(directory, smallContent())
    const engine = openEngine(pureBaseline())
    const [one, two] = [await engine.open(directory), await engine.open(directory)]
    expect(await one.table()).not.toBe(await two.table())
    expect(engine.counters()).toMatchObject({ 'bundle.opens': 2, 'bundle.decodes': 2 })
    expect(engine.counters()['pool.hits']).toBeUndefined()
  })

  it('can use a pool made for several engines, and leaves it open', async () => {
    const directory = join(await scratch(), 'small')
    await writeBundle(directory, smallContent())
    const counters = {}
    const bundles = poolOf(plainBundleSource(counters))
    for (const config of [
      pureBaseline(),
      enable(pureBaseline(), { assetListCache: true, preGroupedBars: true }),
      pooled,
    ]) {
      const engine = openEngine(config, { bundles })
      await engine.backtest({ bundle: directory, algorithm: IDLE })
      engine.close()
    }
    expect(counters).toMatchObject({ 'bundle.opens': 1, 'bundle.decodes': 1 })
    expect(bundles.counters()).toMatchObject({ 'pool.hits': 2, 'pool.misses': 1, 'pool.open': 1 })
  })
})

/** Four contents, in turn, of a bundle that is restated; they differ in their last close. */
const CONTENTS = Array.from({ length: 4 }, (_, i) => memoryBundle(simpleContent([1, 2, 3 + i])))
const VERSIONS = CONTENTS.map(({ version }) => version)

/**
 * Bundles in memory that can be restated, in place of a disk. Opening and checking take turns of
 * the event loop.
 */
class RestatableSource implements BundleSource {
  readonly #versions = new Map<string, number>()
  /** Concurrent opens by directory, and the most there ever were of one. */
  readonly #opening = new Map<string, number>()
  mostTogether = 0
  /** Opened and not closed. */
  opened = 0
  failing = false

  /** @param turns  how many turns of the loop the next steps take */
  constructor(readonly turns: () => number) {}

  restate(directory: string): void {
    this.#versions.set(directory, this.current(directory) + 1)
  }

  /** Number of restatements: it changes even where the content is one of an earlier time. */
  current(directory: string): number {
    return this.#versions.get(directory) ?? 0
  }

  async open(directory: string): Promise<OpenBundle> {
    const together = (this.#opening.get(directory) ?? 0) + 1
    this.#opening.set(directory, together)
    this.mostTogether = Math.max(this.mostTogether, together)
    try {
      await this.#pass()
      this.#mayFail()
      const number = this.current(directory)
      const bundle = CONTENTS[number % CONTENTS.length]!
      await this.#pass()
      this.opened++
      let closed = false
      const checkOpen = () => {
        if (closed) throw new Error('used after it was closed')
      }
      return {
        ...bundle,
        directory,
        table: async () => {
          checkOpen()
          await this.#pass()
          this.#mayFail()
          return bundle.table()
        },
        isCurrent: async () => {
          checkOpen()
          await this.#pass()
          this.#mayFail()
          return this.current(directory) === number
        },
        close: () => {
          checkOpen()
          closed = true
          this.opened--
        },
      }
    } finally {
      this.#opening.set(directory, this.#opening.get(directory)! - 1)
    }
  }

  #mayFail(): void {
    if (this.failing) throw new Error('the disk is busy')
  }

  async #pass(): Promise<void> {
    for (let turn = this.turns(); turn > 0; turn--) await Promise.resolve()
  }
}

/**
 * A simple model of the kept bundles: directories with the restatement at which they were opened,
 * least recently used first.
 */
class NaivePool {
  kept: { directory: string; at: number }[] = []
  hits = 0
  misses = 0
  evictions = 0
  invalidations = 0

  constructor(readonly maxBundles: number) {}

  open(directory: string, at: number): void {
    const found = this.kept.find((entry) => entry.directory === directory)
    this.kept = this.kept.filter((entry) => entry !== found)
    if (found?.at === at) this.hits++
    else this.misses++
    if (found !== undefined && found.at !== at) this.invalidations++
    this.kept = [...this.kept, { directory, at }]
    if (this.kept.length > this.maxBundles) {
      this.kept = this.kept.slice(1)
      this.evictions++
    }
  }
}

describe('a pool used step by step', () => {
  it('returns what the plain source returns and has the counters of a simple model, after every step', async () => {
    const steps = fc.array(
      fc.record({
        directory: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
        restate: fc.nat({ max: 3 }),
      }),
      {
        maxLength: 40,
      },
    )
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), steps, async (maxBundles, given) => {
        const source = new RestatableSource(() => 0)
        const pool = poolOf(source, maxBundles)
        const twin = new NaivePool(maxBundles)
        for (const { directory, restate } of given) {
          if (restate === 0) source.restate(directory)
          const [pooled, plain] = [await pool.open(directory), await source.open(directory)]
          twin.open(directory, source.current(directory))
          expect(await contentsOf(pooled)).toEqual(await contentsOf(plain))
          for (const bundle of [pooled, plain]) bundle.close()
          expect(await codeOf(() => pooled.table())).toBe('strategy-misuse')
          const { hits, misses, evictions, invalidations, kept } = twin
          expect(pool.counters()).toEqual({
            'pool.hits': hits,
            'pool.misses': misses,
            'pool.evictions': evictions,
            'pool.invalidations': invalidations,
            'pool.open': kept.length,
            'pool.fallbacks': 0,
          })
          expect(source.opened).toBe(kept.length)
        }
      }),
      { numRuns: drawn(1000) },
    )
  })
})

/**
 * A step of a user: opens a bundle, reads or closes an open one, restates one, or makes the disk
 * fail or recover.
 */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('open' as const), at: fc.nat({ max: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('read' as const), at: fc.nat({ max: 9 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('close' as const), at: fc.nat({ max: 9 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('restate' as const), at: fc.nat({ max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('fail' as const, 'recover' as const, 'clear' as const),
      at: fc.constant(0),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), at: fc.integer({ min: 1, max: 12 }) }),
  },
)

describe('any interleaving of opens, reads, closes, restatements, evictions and failures', () => {
  it('serves nothing stale, opens once at a time, closes exactly the unused bundles, and stays within its bound', async () => {
    let served = 0
    let failed = 0
    const onBusy = (error: unknown) =>
      assert.ok(error instanceof Error && error.message === 'the disk is busy', String(error))
    // Plain assertions: there are a million of them.
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 40 }),
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.nat({ max: 4 }), { minLength: 7, maxLength: 7 }),
        async (steps, maxBundles, paces) => {
          let pace = 0
          const source = new RestatableSource(() => paces[pace++ % paces.length]!)
          const pool = poolOf(source, maxBundles, {
            warn: ({ reason }) => assert.equal(reason, 'the disk is busy'),
          })
          const held: OpenBundle[] = []
          const underWay: Promise<void>[] = []
          let pending = 0
          const assertBounded = () =>
            assert.ok(source.opened <= maxBundles + held.length + pending, 'too many are open')
          for (const { do: what, at } of steps) {
            const directory = `bundle ${at}`
            if (what === 'restate') source.restate(directory)
            if (what === 'fail' || what === 'recover') source.failing = what === 'fail'
            if (what === 'clear') pool.clear()
            if (what === 'wait') for (let turn = 0; turn < at; turn++) await Promise.resolve()
            if (what === 'close') held.splice(at, 1)[0]?.close()
            if (what === 'read' && held[at] !== undefined) {
              const bundle = held[at]
              underWay.push(
                bundle
                  .table()
                  .then(
                    ({ ticks: { close } }) =>
                      assert.equal(close[2], (3 + VERSIONS.indexOf(bundle.version)) * 100),
                    onBusy,
                  ),
              )
            }
            if (what === 'open') {
              const from = source.current(directory)
              pending++
              underWay.push(
                pool
                  .open(directory)
                  .then(
                    (bundle) => {
                      served++
                      assert.equal(bundle.directory, directory)
                      // Of a version that existed between request and result.
                      const allowed = Array.from(
                        { length: source.current(directory) - from + 1 },
                        (_, i) => VERSIONS[(from + i) % 4],
                      )
                      assert.ok(allowed.includes(bundle.version), 'stale')
                      held.push(bundle)
                    },
                    (error: unknown) => {
                      failed++
                      onBusy(error)
                    },
                  )
                  .finally(() => pending--),
              )
            }
            assertBounded()
          }
          source.failing = false
          await Promise.all(underWay)
          assert.ok(source.mostTogether <= 1, 'opened twice at a time')
          for (const bundle of held.splice(0)) bundle.close()
          assertBounded()
          assert.equal(pool.counters()['pool.open'], source.opened)
          // In every case, a bundle opened now equals that of the plain source.
          for (let at = 0; at < 4; at++) {
            const [pooled, plain] = [
              await pool.open(`bundle ${at}`),
              await source.open(`bundle ${at}`),
            ]
            assert.equal(pooled.version, plain.version)
            assert.equal(await pooled.table(), await plain.table())
            for (const bundle of [pooled, plain]) bundle.close()
            assertBounded()
          }
          pool.clear()
          assert.equal(source.opened, 0)
        },
      ),
      { numRuns: drawn(10_000) },
    )
    expect(served).toBeGreaterThan(drawn(20_000))
    expect(failed).toBeGreaterThan(drawn(500))
  })
})
