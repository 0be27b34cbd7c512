import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memoryBundle, plainBundleSource, validateBundle } from '../../engine/index.js'
import { cacheRoot } from '../../harness/system/cache-root.js'
import { GENERATOR_HASH, generatorHash } from '../../scenarios/market/generator-hash.js'
import {
  ensureMarket,
  marketDirectory,
  prepareMarket,
} from '../../scenarios/market/market-cache.js'
import { marketContent, marketName } from '../../scenarios/market/market-content.js'
import { resampleMarket } from '../../scenarios/market/resample.js'
import { readSp500 } from '../../scenarios/market/sp500.js'

const SMALL = { assets: 3, sessions: 200 }

describe('the S&P 500 sessions shipped', () => {
  it('are 5 105 real sessions in order', () => {
    const { dates, shapes } = readSp500()
    expect([dates.length, shapes.length, dates[0], dates.at(-1)]).toEqual([
      5105,
      5104,
      '2000-01-03',
      '2020-04-17',
    ])
    expect([...dates].sort()).toEqual(dates)
  })
})

describe('a resampled market', () => {
  const series = readSp500()

  it('is the same for the same seed and differs for another', () => {
    expect(resampleMarket(series, SMALL, 7)).toEqual(resampleMarket(series, SMALL, 7))
    expect(resampleMarket(series, SMALL, 7)).not.toEqual(resampleMarket(series, SMALL, 8))
  })

  it('holds splits, dividends and halts, and is labelled as resampled', () => {
    const size = { assets: 10, sessions: 402 }
    const market = resampleMarket(series, size, 20251022)
    const kinds = market.assets.flatMap(({ events }) => events.map(({ kind }) => kind))
    expect(new Set(kinds)).toEqual(new Set(['split', 'dividend']))
    expect(market.assets.some(({ session }) => session.length < size.sessions)).toBe(true)
    const { provenance } = marketContent(size, 20251022)
    expect(provenance.synthetic).toBe(true)
    expect(provenance.notes).toContain('resampled')
    expect(provenance.license).toBe('BSD-3-Clause')
  })

  it('continues with weekdays where the real calendar ends', () => {
    const { dates } = resampleMarket(series, { assets: 1, sessions: 5107 }, 1)
    expect(dates.slice(-3)).toEqual(['2020-04-17', '2020-04-20', '2020-04-21'])
  })

  test.prop(
    [fc.nat({ max: 2 ** 31 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 400 })],
    { numRuns: 1000 },
  )('has consistent whole-cent bars, whatever the seed and size', (seed, assets, sessions) => {
    const faults = resampleMarket(series, { assets, sessions }, seed).assets.flatMap((asset) =>
      Array.from(asset.session, (session, i) => ({
        session,
        bar: [asset.open, asset.high, asset.low, asset.close].map((c) => c[i]!),
      }))
        .filter(({ bar: [open, high, low, close], session }) => {
          const ordered =
            low! > 0 && low! <= Math.min(open!, close!) && high! >= Math.max(open!, close!)
          return (
            !ordered ||
            ![open, high, low, close, asset.volume[session]].every(
              (v) => v === undefined || Number.isSafeInteger(v),
            )
          )
        })
        .map(({ session }) => `${asset.id} ${session}`),
    )
    expect(faults).toEqual([])
  })

  test.prop([fc.nat({ max: 2 ** 31 })], { numRuns: 50 })(
    'is content the engine accepts',
    (seed) => {
      const bundle = memoryBundle(marketContent(SMALL, seed))
      expect(bundle.manifest.assets.map(({ id }) => id)).toEqual(['A00', 'A01', 'A02'])
    },
  )
})

describe('the market cache', () => {
  let root: string
  const warnings: string[] = []
  const warn = (line: string) => void warnings.push(line)

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'assay-market-'))
    warnings.length = 0
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it('writes a market once and then uses it', async () => {
    const { directory } = await ensureMarket(SMALL, 1, warn, root)
    const written = statSync(join(directory, 'manifest.json')).mtimeMs
    expect(
      (await validateBundle(directory)).filter(({ severity }) => severity === 'error'),
    ).toEqual([])
    await ensureMarket(SMALL, 1, warn, root)
    expect(statSync(join(directory, 'manifest.json')).mtimeMs).toBe(written)
    expect(warnings).toEqual([])
  })

  it('makes a damaged market again, the same one, with a warning', async () => {
    const { directory } = await ensureMarket(SMALL, 1, warn, root)
    const bars = join(directory, 'bars.parquet')
    const whole = readFileSync(bars)
    truncateSync(bars, 100)
    await ensureMarket(SMALL, 1, warn, root)
    expect(readFileSync(bars).equals(whole)).toBe(true)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('damaged')
  })

  it('notices a flipped byte that changes no size', async () => {
    const { directory } = await ensureMarket(SMALL, 1, warn, root)
    const bars = join(directory, 'bars.parquet')
    const whole = readFileSync(bars)
    const flipped = Buffer.from(whole)
    flipped[300]! ^= 1
    writeFileSync(bars, flipped)
    await ensureMarket(SMALL, 1, warn, root)
    expect(readFileSync(bars).equals(whole)).toBe(true)
  })

  it('names the variable where the folder cannot be written', async () => {
    const file = join(root, 'file')
    writeFileSync(file, '')
    await expect(ensureMarket(SMALL, 1, warn, join(file, 'cache'))).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('ASSAY_CACHE_DIR'),
    })
  })

  it('follows ASSAY_CACHE_DIR, and stays in the package where it is unset', () => {
    expect(cacheRoot({ ASSAY_CACHE_DIR: '/somewhere' })).toBe('/somewhere')
    expect(cacheRoot({})).toMatch(/node_modules[\\/]\.cache[\\/]assay$/)
    expect(marketDirectory(SMALL, 5, '/root')).toMatch(/^\/root\/market-[\da-f]{12}-3x200-5$/)
  })

  it('does not take the market of another seed for its own', async () => {
    const own = await ensureMarket(SMALL, 2, warn, root)
    const other = await ensureMarket(SMALL, 1, warn, root)
    expect(other.version).not.toBe(own.version)
    cpSync(own.directory, other.directory, { recursive: true })
    expect(await ensureMarket(SMALL, 1, warn, root)).toEqual(other)
    expect(warnings.join()).toContain(`holds the market ${marketName(SMALL, 2)}; making it again`)
    expect((await plainBundleSource().open(other.directory)).version).toBe(other.version)
  })

  it('does so even if the copy was given the name of the other market', async () => {
    const own = await ensureMarket(SMALL, 2, warn, root)
    const other = await ensureMarket(SMALL, 1, warn, root)
    cpSync(own.directory, other.directory, { recursive: true })
    const manifest = join(other.directory, 'manifest.json')
    const named = readFileSync(manifest, 'utf8').replace(marketName(SMALL, 2), marketName(SMALL, 1))
    writeFileSync(manifest, named)
    await ensureMarket(SMALL, 1, warn, root)
    expect(warnings.join()).toContain('holds other prices than its size and seed give')
    expect((await plainBundleSource().open(other.directory)).version).toBe(other.version)
  })

  it('is keyed by the source of its generator', () => {
    const folder = join(root, 'copy')
    const modules = join(folder, 'scenarios', 'market')
    cpSync('scenarios/market', modules, { recursive: true })
    cpSync('harness/statistics', join(folder, 'harness', 'statistics'), { recursive: true })
    expect(generatorHash(modules, '.ts')).toBe(GENERATOR_HASH)
    for (const edited of ['market/resample.ts', 'market/intraday.ts', 'market/sp500.ts']) {
      const before = generatorHash(modules, '.ts')
      appendFileSync(join(folder, 'scenarios', edited), '// edited\n')
      expect(generatorHash(modules, '.ts')).not.toBe(before)
    }
    const before = generatorHash(modules, '.ts')
    appendFileSync(join(folder, 'harness/statistics/random.ts'), '// edited\n')
    expect(generatorHash(modules, '.ts')).not.toBe(before)
  })

  it('states its version to the harness, so that a record can hold it', async () => {
    const { version } = await ensureMarket(SMALL, 3, warn, root)
    expect(await prepareMarket(SMALL, 3, warn, root)).toEqual({ [marketName(SMALL, 3)]: version })
  })
})
