import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import type { BundleManifest } from '../../../engine/bundle/manifest.js'
import { memoryBundle } from '../../../engine/bundle/memory-bundle.js'
import { plainBundleSource } from '../../../engine/bundle/plain-source.js'
import { validateBundle } from '../../../engine/bundle/validate.js'
import { sha256, versionOf } from '../../../engine/bundle/version.js'
import { writeBundle } from '../../../engine/bundle/write-bundle.js'
import { drawn } from '../../fixtures/drawn.js'
import { bars, editManifest, scratch, smallContent } from './bundle-cases.js'

const FORMATS = ['parquet', 'csv'] as const

async function written(format: 'parquet' | 'csv' = 'parquet'): Promise<string> {
  const directory = join(await scratch(), 'small')
  await writeBundle(directory, smallContent(), { format })
  return directory
}

describe('a bundle on disk', () => {
  it('reads the same from Parquet, from CSV and from memory', async () => {
    const memory = memoryBundle(smallContent())
    for (const format of FORMATS) {
      const opened = await plainBundleSource().open(await written(format))
      expect(opened.version).toBe(memory.version)
      expect(await opened.table()).toEqual(await memory.table())
      expect(await opened.adjustments()).toEqual(await memory.adjustments())
      expect(opened.calendar).toEqual(memory.calendar)
      const { files, format: _, ...manifest } = opened.manifest
      expect(memory.manifest).toMatchObject(manifest)
      expect(files).toHaveLength(2)
    }
  })

  it('gives prices and volumes as whole ticks of the scales', async () => {
    const table = await (await plainBundleSource().open(await written())).table()
    const { open, volume } = table.ticks
    expect([...open.slice(0, 3), volume[4], table.session[7]]).toEqual([
      370e6, 58_485_714, 100_000_001, 4e4, 4,
    ])
    expect(table.asset[5]).toBe('BBB')
  })

  it('decodes once per open, on first use', async () => {
    const counters: Record<string, number> = {}
    const opened = await plainBundleSource(counters).open(await written())
    expect(counters).toEqual({ 'bundle.opens': 1 })
    const [first, second] = await Promise.all([opened.table(), opened.table()])
    expect(second).toBe(first)
    expect(counters['bundle.decodes']).toBe(1)
    expect(counters['bundle.bytesRead']).toBe(opened.manifest.files[0]?.bytes)
    expect(await opened.adjustments()).toBe(await opened.adjustments())
    expect(counters['bundle.bytesRead']).toBe(
      opened.manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
    )
  })

  it('refuses to read after close', async () => {
    const opened = await plainBundleSource().open(await written())
    opened.close()
    await expect(opened.table()).rejects.toThrow('bundle small was closed; open it again')
    await expect(opened.adjustments()).rejects.toThrow('bundle small was closed; open it again')
  })

  it('notices that it was replaced between open and decode', async () => {
    const directory = await written()
    const opened = await plainBundleSource().open(directory)
    await writeBundle(directory, {
      ...smallContent(),
      bars: [bars('AAA', [1, 2, 3, 4, 5])],
      adjustments: [],
    })
    await expect(opened.table()).rejects.toMatchObject({ code: 'bundle-changed' })
  })
})

describe('damage', () => {
  for (const format of FORMATS) {
    const file = `bars.${format}`
    it(`names ${file} when it is missing, truncated, grown, empty or foreign`, async () => {
      const directory = await written(format)
      const path = join(directory, file)
      const good = await readFile(path)
      await rm(path)
      await expect(plainBundleSource().open(directory)).rejects.toThrow(
        `${path} is missing, though the manifest lists it; ingest the bundle again`,
      )
      await mkdir(path)
      await expect(plainBundleSource().open(directory)).rejects.toThrow(`${path} is missing`)
      await rm(path, { recursive: true })
      for (const bytes of [good.subarray(0, 20), Buffer.concat([good, good]), Buffer.alloc(0)]) {
        await writeFile(path, bytes)
        await expect(plainBundleSource().open(directory)).rejects.toThrow(
          `${path} has ${bytes.length} bytes where the manifest lists ${good.length}`,
        )
      }
      await writeFile(path, Buffer.alloc(good.length, 'x'))
      const opened = await plainBundleSource().open(directory)
      await expect(opened.table()).rejects.toThrow(
        `${path} does not match its SHA-256 in the manifest; ingest the bundle again`,
      )
      await rm(path)
      await expect((await reopened(directory, path, good)).table()).rejects.toThrow(
        `${path} cannot be read; ingest the bundle again`,
      )
    })
  }

  async function reopened(directory: string, path: string, good: Buffer) {
    await writeFile(path, good)
    const opened = await plainBundleSource().open(directory)
    await rm(path)
    return opened
  }

  test.prop(
    [
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      fc.constantFrom('bars.parquet', 'adjustments.parquet'),
    ],
    {
      numRuns: drawn(300),
    },
  )('finds any changed byte of a data file before decoding it', async (position, flip, name) => {
    const path = join(await shared(), name)
    const good = await readFile(path)
    const bytes = Buffer.from(good)
    const at = position % bytes.length
    bytes[at] = bytes[at]! ^ flip
    await writeFile(path, bytes)
    const opened = await plainBundleSource().open(await shared())
    const read = name === 'bars.parquet' ? opened.table() : opened.adjustments()
    await expect(read).rejects.toMatchObject({ code: 'bundle-corrupt' })
    expect(await validateBundle(await shared())).toHaveLength(1)
    await writeFile(path, good)
  })

  let directory: Promise<string> | undefined
  const shared = () => (directory ??= written())

  it('refuses a missing directory, a directory without a manifest, and a file', async () => {
    const root = await scratch()
    await expect(plainBundleSource().open(join(root, 'none'))).rejects.toThrow(
      /none is not a bundle directory; make a bundle with: assay bundle ingest/,
    )
    await expect(plainBundleSource().open(root)).rejects.toThrow(
      /manifest\.json cannot be read; make a bundle with/,
    )
    await writeFile(join(root, 'file'), '')
    await expect(plainBundleSource().open(join(root, 'file'))).rejects.toMatchObject({
      code: 'bundle-missing',
    })
  })

  const edits: readonly [string, (manifest: BundleManifest) => unknown, RegExp][] = [
    ['an array', () => [], /is not a bundle manifest \(top level/],
    [
      'another schema version',
      (m) => ({ ...m, schemaVersion: 2 }),
      /has schema version 2, and this program reads 1/,
    ],
    ['a missing field', ({ scales: _, ...m }) => m, /is not a bundle manifest \(scales: /],
    ['an unknown field', (m) => ({ ...m, extra: 1 }), /is not a bundle manifest/],
    [
      'a name that leaves its directory',
      (m) => ({ ...m, name: '../up' }),
      /\(name: not a bundle name\)/,
    ],
    [
      'an asset that leaves its directory',
      (m) => ({ ...m, assets: [{ ...m.assets[0], id: '..' }] }),
      /\(assets\.0\.id: not an asset id\)/,
    ],
    [
      'a file elsewhere',
      (m) => ({ ...m, files: [{ ...m.files[0], name: '../../etc/passwd' }, m.files[1]] }),
      /names the files .* where bars\.parquet/,
    ],
    ['too few files', (m) => ({ ...m, files: m.files.slice(1) }), /names the files/],
    ['another format', (m) => ({ ...m, format: 'csv' }), /names the files/],
    [
      'assets out of order',
      (m) => ({ ...m, assets: [...m.assets].reverse() }),
      /lists asset AAA out of order or twice/,
    ],
    [
      'sessions outside the calendar',
      (m) => ({ ...m, assets: [{ ...m.assets[0], lastSession: 9 }, m.assets[1]] }),
      /outside its calendar/,
    ],
    [
      'a faulty calendar',
      (m) => ({ ...m, sessions: [...m.sessions].reverse() }),
      /has a faulty calendar/,
    ],
    [
      'another calendar',
      (m) => ({ ...m, sessions: [...m.sessions, '2015-01-01'] }),
      /has a calendar that does not match its hash/,
    ],
    [
      'another last session of an asset',
      (m) => ({ ...m, assets: [{ ...m.assets[0], lastSession: 3 }, m.assets[1]] }),
      /has an asset list that does not match/,
    ],
    [
      'another scale',
      (m) => ({ ...m, scales: { ...m.scales, price: 5 } }),
      /has scales that do not match their hash/,
    ],
    [
      'another version',
      (m) => ({ ...m, version: `sha256:${'0'.repeat(64)}` }),
      /has a version that does not match its hashes/,
    ],
    [
      'another content hash',
      (m) => ({ ...m, hashes: { ...m.hashes, content: '0'.repeat(64) } }),
      /has a version that does not match its hashes/,
    ],
  ]

  it.each(edits)('refuses a manifest with %s', async (_, change, message) => {
    const edited = await written()
    await editManifest(edited, change)
    await expect(plainBundleSource().open(edited)).rejects.toThrow(message)
    expect(await validateBundle(edited)).toEqual([
      { severity: 'error', message: expect.stringMatching(message) },
    ])
  })

  it('refuses a manifest that is not JSON', async () => {
    const edited = await written()
    await truncate(join(edited, 'manifest.json'), 100)
    await expect(plainBundleSource().open(edited)).rejects.toThrow(
      /manifest\.json is not JSON; ingest the bundle again/,
    )
  })
})

describe('validateBundle', () => {
  it.each(FORMATS)(
    'finds a sound %s bundle sound, and reports its gaps as information',
    async (format) => {
      expect(await validateBundle(await written(format))).toEqual([
        {
          severity: 'information',
          message:
            'BBB has no bar in 1 slot between its first and last bar, the first on 2014-06-05',
        },
      ])
    },
  )

  it('derives the content hash from the rows', async () => {
    const directory = await written()
    await editManifest(directory, (manifest) => {
      const hashes = { ...manifest.hashes, content: '0'.repeat(64) }
      return { ...manifest, hashes, version: versionOf(hashes) }
    })
    expect(await validateBundle(directory)).toContainEqual({
      severity: 'error',
      message: "the manifest's content hash does not match the rows; ingest the bundle again",
    })
  })

  const rows: readonly [string, (lines: string[]) => string[], RegExp][] = [
    [
      'a swapped row',
      ([h, a, b, ...rest]) => [h!, b!, a!, ...rest],
      /row 1 \(AAA, 2014-06-03\) is out of order, repeated/,
    ],
    [
      'a repeated row',
      ([h, a, _, ...rest]) => [h!, a!, a!, ...rest],
      /row 2 \(AAA, 2014-06-02\) is out of order, repeated/,
    ],
    [
      'a row of an unlisted asset',
      (lines) => [...lines.slice(0, -1), lines.at(-1)!.replace('BBB', 'CCC')],
      /other bars of BBB/,
    ],
    ['a missing row', (lines) => lines.slice(0, -1), /holds 7 bars where the manifest lists 8/],
    [
      'high below low',
      (lines) => lines.map((line) => line.replace('370,370.000005,370', '370,369,370')),
      /row 1 has a bad bar \(high 369 is below low 370\)/,
    ],
    [
      'a value that is not a number',
      (lines) => lines.map((line) => line.replace('370,', '3x2,')),
      /bars\.csv:2 holds a bad value \('3x2' is not a plain decimal/,
    ],
    [
      'a row with too few cells',
      (lines) => lines.map((line, i) => (i === 3 ? `${line},1` : line)),
      /bars\.csv:4: 8 cells where the header has 7/,
    ],
    [
      'another header',
      ([h, ...rest]) => [h!.replace('close', 'last'), ...rest],
      /has the header asset,session,open,high,low,last,volume where/,
    ],
    [
      'a volume of 2^51 + 1 units',
      ([h, first, ...rest]) => [h!, first!.replace(/,[^,]*$/, ',225179981368.5249'), ...rest],
      /bad bar \(volume 225179981368\.5249 is more than 2\^51 ticks at 4 decimal places/,
    ],
    [
      'a session off the calendar',
      (lines) => lines.map((line) => line.replace('2014-06-02', '2014-06-01')),
      /is out of order, repeated, or not/,
    ],
  ]

  it.each(rows)(
    'reports %s, even where the manifest was made to match the file',
    async (_, change, message) => {
      const directory = await written('csv')
      await rewriteRows(directory, 'bars.csv', change)
      expect(await validateBundle(directory)).toEqual([
        { severity: 'error', message: expect.stringMatching(message) },
      ])
      await expect((await plainBundleSource().open(directory)).table()).rejects.toThrow(message)
    },
  )

  const adjustments: readonly [string, (lines: string[]) => string[], RegExp][] = [
    [
      'a swapped adjustment',
      ([h, a, b, c]) => [h!, b!, a!, c!],
      /adjustments\.csv has adjustments out of order or repeated/,
    ],
    [
      'an unknown kind',
      (lines) => lines.map((line) => line.replace('split', 'spin')),
      /row 1 is not an adjustment of a listed asset/,
    ],
    [
      'a missing adjustment',
      (lines) => lines.slice(0, -1),
      /holds 2 adjustments where the manifest lists 3/,
    ],
    [
      'a dividend above the close',
      (lines) => lines.map((line) => line.replace('0.47', '900')),
      /dividend 900 of BBB on 2014-06-06 is not smaller/,
    ],
  ]

  it.each(adjustments)('reports %s', async (_, change, message) => {
    const directory = await written('csv')
    await rewriteRows(directory, 'adjustments.csv', change)
    expect(await validateBundle(directory)).toEqual([
      { severity: 'error', message: expect.stringMatching(message) },
    ])
  })

  async function rewriteRows(
    directory: string,
    name: string,
    change: (lines: string[]) => string[],
  ): Promise<void> {
    const path = join(directory, name)
    const bytes = Buffer.from(
      `${change((await readFile(path, 'utf8')).trim().split('\n')).join('\n')}\n`,
    )
    await writeFile(path, bytes)
    const listed = { name, bytes: bytes.length, sha256: sha256(bytes) }
    await editManifest(directory, (manifest) => ({
      ...manifest,
      files: manifest.files.map((file) => (file.name === name ? listed : file)),
    }))
  }
})

describe('writeBundle', () => {
  it('replaces a bundle as a whole and leaves nothing else behind', async () => {
    const root = await scratch()
    const directory = join(root, 'deep', 'small')
    await writeBundle(directory, smallContent(), { format: 'csv' })
    await writeBundle(directory, smallContent())
    expect((await readdir(directory)).sort()).toEqual([
      'adjustments.parquet',
      'bars.parquet',
      'manifest.json',
    ])
    expect(await readdir(join(root, 'deep'))).toEqual(['small'])
  })

  it('survives two writers of the same bundle', async () => {
    const directory = join(await scratch(), 'small')
    await Promise.all([1, 2, 3].map(() => writeBundle(directory, smallContent())))
    expect(
      (await validateBundle(directory)).filter(({ severity }) => severity === 'error'),
    ).toEqual([])
    expect(await readdir(join(directory, '..'))).toEqual(['small'])
  })

  it('checks content before it writes anything', async () => {
    const root = await scratch()
    const content = { ...smallContent(), bars: [bars('AAA', [0])], adjustments: [] }
    await expect(writeBundle(join(root, 'x'), content)).rejects.toThrow(
      'bundle small: bar of AAA on 2014-06-02: price 0 is not positive',
    )
    expect(await readdir(root)).toEqual([])
  })

  it('never replaces what is not a bundle', async () => {
    const root = await scratch()
    await writeFile(join(root, 'thesis.txt'), 'precious')
    await expect(writeBundle(root, smallContent())).rejects.toThrow(
      /holds thesis\.txt, not a bundle to replace; choose another directory/,
    )
    await expect(writeBundle(join(root, 'thesis.txt'), smallContent())).rejects.toThrow(
      /is a file, not a bundle to replace/,
    )
    expect(await readFile(join(root, 'thesis.txt'), 'utf8')).toBe('precious')
    expect(await readdir(root)).toEqual(['thesis.txt'])
  })

  it('leaves nothing when it cannot write', async () => {
    const root = await scratch()
    await writeFile(join(root, 'file'), '')
    await expect(writeBundle(join(root, 'file', 'small'), smallContent())).rejects.toThrow(
      /not a bundle to replace|cannot write bundle/,
    )
    expect(await readdir(root)).toEqual(['file'])
  })

  it.skipIf(process.getuid?.() === 0)('says so when the directory is read-only', async () => {
    const root = await scratch()
    await chmod(root, 0o500)
    await expect(writeBundle(join(root, 'small'), smallContent())).rejects.toThrow(
      /cannot write bundle .*; check space and permissions/,
    )
    await chmod(root, 0o700)
  })

  it.skipIf(!existsSync('/proc/self'))(
    'reports a file system that refuses to make a directory',
    async () => {
      await expect(writeBundle('/proc/assay/small', smallContent())).rejects.toThrow(
        /cannot write bundle .*; check space and permissions/,
      )
    },
  )

  it('reports a name that is too long for the file system, and leaves nothing behind', async () => {
    const root = await scratch()
    await expect(writeBundle(join(root, 'x'.repeat(300)), smallContent())).rejects.toThrow(
      /cannot write bundle .*; check space and permissions/,
    )
    expect(await readdir(root)).toEqual([])
  })
})
