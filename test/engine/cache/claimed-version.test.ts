import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type BundleFormat,
  bundlePool,
  defaults,
  digest,
  type Engine,
  enable,
  engineLog,
  openEngine,
  plainBundleSource,
  pureBaseline,
  sma,
  writeBundle,
} from '../../../engine/index.js'
import { eachBar, simpleContent } from '../../support.js'

const everything = enable(defaults({}), {
  historyCache: true,
  historyCacheArrays: true,
  sharedIndicators: true,
})

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'assay-claimed-'))
})
afterEach(() => rmSync(root, { recursive: true }))

async function written(name: string, format: BundleFormat = 'csv'): Promise<string> {
  const directory = join(root, name)
  await writeBundle(directory, simpleContent([10, 11, 12, 13, 14, 15]), { format })
  return directory
}

/** What a strategy sees and gains, or the code of the error. */
async function outcome(engine: Engine, bundle: string): Promise<string> {
  const seen: unknown[] = []
  const algorithm = eachBar((context, data) => {
    if (data.available('A') < 2) return
    seen.push([...data.history('A', 'close', 2, '1d', { returnType: 'array' })])
    seen.push(data.history('A', 'price', 2, '1d').objects())
    seen.push(context.indicator('A', sma(2)).value)
    context.orderTarget('A', 10)
  })
  try {
    const result = await engine.backtest({ bundle, algorithm })
    return `${digest(result)} ${JSON.stringify(seen)}`
  } catch (error) {
    return String((error as { code?: string }).code)
  }
}

/** Raises the last close by one, in place: the file keeps its inode and size. */
function restate(directory: string): void {
  const path = join(directory, 'bars.csv')
  const text = readFileSync(path, 'utf8')
  const changed = text.replaceAll('15.000000', '16.000000').replaceAll(',15,', ',16,')
  expect(changed).not.toBe(text)
  expect(changed.length).toBe(text.length)
  writeFileSync(path, changed)
}

/** Makes the manifest list the file as it is, and nothing else. */
function claim(directory: string): void {
  const path = join(directory, 'manifest.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  const bytes = readFileSync(join(directory, 'bars.csv'))
  manifest.files[0].sha256 = createHash('sha256').update(bytes).digest('hex')
  writeFileSync(path, JSON.stringify(manifest, null, 2))
}

describe('caches give what a plain open gives', () => {
  it('for a copy whose closes were restated under the version of the original', async () => {
    const original = await written('original')
    const copy = join(root, 'copy')
    cpSync(original, copy, { recursive: true })
    restate(copy)
    claim(copy)
    const cached = openEngine(everything)
    const plain = [original, copy].map((one) => outcome(openEngine(pureBaseline()), one))
    const [first, second] = await Promise.all(plain)
    expect(first).not.toBe(second)
    for (const [directory, expected] of [
      [original, first],
      [copy, second],
      [original, first],
      [copy, second],
    ] as const)
      expect(await outcome(cached, directory)).toBe(expected)
    const versions = await Promise.all([original, copy].map((one) => cached.open(one)))
    expect(new Set(versions.map(({ version }) => version)).size).toBe(1)
    expect(new Set(versions.map(({ identity }) => identity)).size).toBe(2)
  })

  it.each([
    ['at once', 0],
    ['later', 120],
  ])('for a file edited in place with the same size, %s', async (_, wait) => {
    const directory = await written('edited')
    const engines = [
      openEngine(everything),
      openEngine(enable(everything, { bundlePool: false })),
      openEngine(enable(pureBaseline(), { bundlePool: true })),
    ]
    const before = await outcome(openEngine(pureBaseline()), directory)
    for (const engine of engines) expect(await outcome(engine, directory)).toBe(before)
    await new Promise((resolve) => setTimeout(resolve, wait))
    restate(directory)
    const after = await outcome(openEngine(pureBaseline()), directory)
    expect(after).toBe('bundle-corrupt')
    for (const engine of engines) expect(await outcome(engine, directory)).toBe(after)
    claim(directory)
    const claimed = await outcome(openEngine(pureBaseline()), directory)
    expect(claimed).not.toBe(before)
    for (const engine of engines) expect(await outcome(engine, directory)).toBe(claimed)
  })

  it('for an edit that restores the time of modification', async () => {
    const directory = await written('touched')
    const engine = openEngine(everything)
    await outcome(engine, directory)
    await new Promise((resolve) => setTimeout(resolve, 120))
    await outcome(engine, directory)
    restate(directory)
    utimesSync(join(directory, 'bars.csv'), 0, 0)
    expect(await outcome(engine, directory)).toBe('bundle-corrupt')
  })

  it('for hundreds of edits as fast as they come', async () => {
    const directory = await written('fast')
    const path = join(directory, 'bars.csv')
    const texts = [15, 16, 17].map((close) =>
      readFileSync(path, 'utf8')
        .replaceAll('15.000000', `${close}.000000`)
        .replaceAll(',15,', `,${close},`),
    )
    const cached = openEngine(everything)
    for (let edit = 0; edit < 200; edit++) {
      writeFileSync(path, texts[edit % 3]!)
      if (edit % 2 === 0) claim(directory)
      const expected = await outcome(openEngine(pureBaseline()), directory)
      expect(await outcome(cached, directory)).toBe(expected)
    }
  })

  it('and still hit while nothing changes, also just after a bundle was written', async () => {
    for (const format of ['csv', 'parquet'] as const) {
      const directory = await written(format, format)
      const pool = bundlePool(plainBundleSource(), { maxBundles: 2, log: engineLog() })
      const engine = openEngine(everything, { bundles: pool })
      for (let runs = 0; runs < 4; runs++) await outcome(engine, directory)
      expect(pool.counters()).toMatchObject({ 'pool.misses': 1, 'pool.invalidations': 0 })
      expect(engine.counters()).toMatchObject({ 'preGrouped.misses': 1, 'preGrouped.hits': 3 })
    }
  })
})
