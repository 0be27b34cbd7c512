import { execFileSync, spawnSync } from 'node:child_process'
import { renameSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryBeside, tidyBeside } from '../../../engine/bundle/leftovers.js'
import { plainBundleSource } from '../../../engine/bundle/plain-source.js'
import { validateBundle } from '../../../engine/bundle/validate.js'
import { writeBundle } from '../../../engine/bundle/write-bundle.js'
import { bars, scratch, smallContent } from './bundle-cases.js'

const restated = { ...smallContent(), bars: [bars('AAA', [1, 2, 3, 4, 5])], adjustments: [] }
/** As long as the original in every file: only the hashes differ. */
const swapped = {
  ...smallContent(),
  bars: [
    bars('AAA', [100_000_001, 58_485_714, 370_000_000, 99_999_999, 1]),
    smallContent().bars[1]!,
  ],
}

describe('a reader of a bundle that is replaced', () => {
  it.each([
    ['other sizes', restated, 'parquet'],
    ['the same sizes', swapped, 'csv'],
  ] as const)(
    'says which version became which, at the first read of a file with %s',
    async (_, content, format) => {
      const directory = join(await scratch(), 'small')
      const before = await writeBundle(directory, smallContent(), { format })
      const opened = await plainBundleSource().open(directory)
      const after = await writeBundle(directory, content, { format })
      const sizes = [before, after].map(({ files }) => files.map(({ bytes }) => bytes).join())
      expect(sizes[0] === sizes[1]).toBe(content === swapped)
      const [from, to] = [before, after].map(({ version }) => version.slice(7, 15))
      await expect(opened.table()).rejects.toMatchObject({
        code: 'bundle-changed',
        message: `bundle small changed on disk (version ${from}… → ${to}…) while being read; rerun`,
      })
      expect((await (await plainBundleSource().open(directory)).table()).rows).toBe(after.rows.bars)
    },
  )

  it('says so where the same content took another form', async () => {
    const directory = join(await scratch(), 'small')
    await writeBundle(directory, smallContent(), { format: 'csv' })
    const opened = await plainBundleSource().open(directory)
    await writeBundle(directory, smallContent())
    await expect(opened.table()).rejects.toThrow(
      'bundle small changed on disk (now in parquet form) while being read; rerun',
    )
  })

  it('reads on where the same content was written again', async () => {
    const directory = join(await scratch(), 'small')
    await writeBundle(directory, smallContent())
    const opened = await plainBundleSource().open(directory)
    await writeBundle(directory, {
      ...smallContent(),
      provenance: { source: 'again', synthetic: true },
    })
    expect((await opened.table()).rows).toBe(8)
    expect(await opened.adjustments()).toHaveLength(3)
  })

  it('opens the new bundle where the manifest was of the old one', async () => {
    const root = await scratch()
    const [directory, next] = [join(root, 'small'), join(root, 'next')]
    await writeBundle(directory, smallContent())
    const after = await writeBundle(next, restated)
    const manifest = join(directory, 'manifest.json')
    const text = await readFile(manifest)
    // The reader waits in a pipe for the old manifest and gets it only when the new bundle is in
    // place.
    await rm(manifest)
    execFileSync('sh', ['-c', 'mkfifo "$0"', manifest])
    const opening = plainBundleSource().open(directory)
    const pipe = await open(manifest, 'w')
    renameSync(directory, join(root, 'aside'))
    renameSync(next, directory)
    await pipe.writeFile(text)
    await pipe.close()
    expect((await opening).version).toBe(after.version)
  })

  it('leaves real damage its own words', async () => {
    const directory = join(await scratch(), 'small')
    await writeBundle(directory, smallContent())
    const opened = await plainBundleSource().open(directory)
    const path = join(directory, 'bars.parquet')
    await writeFile(path, Buffer.alloc((await readFile(path)).length))
    await expect(opened.table()).rejects.toMatchObject({
      code: 'bundle-corrupt',
      message: `${path} does not match its SHA-256 in the manifest; ingest the bundle again`,
    })
  })
})

describe('what a killed writer left', () => {
  const HOURS = 3_600_000
  const left = ['.small.01234567-1f-89abcdef', '.small.01234567-1f-89abcdef.old']
  const foreign = [
    '.small.notes',
    '.small.01234567-1f-89abcdef.bak',
    '.smaller.01234567-1f-89abcdef',
    'small.01234567-1f-89abcdef',
  ]

  it('is removed when older than an hour, and nothing else ever is', async () => {
    const root = await scratch()
    for (const name of [...left, ...foreign, 'small']) await mkdir(join(root, name))
    await tidyBeside(join(root, 'small'), Date.now() + 0.9 * HOURS)
    expect((await readdir(root)).sort()).toEqual([...left, ...foreign, 'small'].sort())
    await tidyBeside(join(root, 'small'), Date.now() + 1.1 * HOURS)
    expect((await readdir(root)).sort()).toEqual([...foreign, 'small'].sort())
  })

  it('is removed at once if its process on this host has ended, and kept while it runs', async () => {
    const root = await scratch()
    const directory = join(root, 'small')
    const ours = basename(temporaryBeside(directory))
    const ended = ours.replace(/-[0-9a-f]+-/, `-${endedProcess().toString(16)}-`)
    for (const name of [ours, ended, `${ended}.old`, 'small']) await mkdir(join(root, name))
    await tidyBeside(directory, Date.now())
    expect((await readdir(root)).sort()).toEqual([ours, 'small'].sort())
  })

  it('is put back where the target is missing, whatever its age, before the next write', async () => {
    const root = await scratch()
    const directory = join(root, 'small')
    await writeBundle(directory, smallContent())
    await rename(directory, join(root, left[1]!))
    await tidyBeside(directory, Date.now() + 2 * HOURS)
    expect(await validateBundle(directory)).toMatchObject([{ severity: 'information' }])
    await rename(directory, join(root, left[1]!))
    const { version } = await writeBundle(directory, restated)
    expect((await plainBundleSource().open(directory)).version).toBe(version)
    expect(await readdir(root)).toEqual(['small'])
  })

  it('survives where the write that finds it is refused', async () => {
    const root = await scratch()
    const directory = join(root, 'small')
    await writeBundle(directory, smallContent())
    await writeFile(join(directory, 'notes.txt'), 'mine')
    await rename(directory, join(root, left[1]!))
    await expect(writeBundle(directory, restated)).rejects.toThrow(
      /holds notes\.txt, not a bundle to replace/,
    )
    expect(await readFile(join(directory, 'notes.txt'), 'utf8')).toBe('mine')
  })
})

/** The id of a process that ran on this host and has ended. */
function endedProcess(): number {
  return spawnSync(process.execPath, ['--version']).pid
}
