import { execFileSync } from 'node:child_process'
import {
  link,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readManifest } from '../../../engine/bundle/manifest-file.js'
import { plainBundleSource } from '../../../engine/bundle/plain-source.js'
import { validateBundle } from '../../../engine/bundle/validate.js'
import { writeBundle } from '../../../engine/bundle/write-bundle.js'
import { bars, scratch, smallContent } from './bundle-cases.js'

const restated = { ...smallContent(), bars: [bars('AAA', [1, 2, 3, 4, 5])], adjustments: [] }
/** The built writer: the working directory of a process is its own. */
const WRITER = resolve('dist/engine/bundle/write-bundle.js')
const MINE = 'date,open,high,low,close,volume\n'

describe('a file that is not the bundle’s own', () => {
  it.each(['bars.csv', 'adjustments.csv'])(
    'is kept, byte for byte, where a bundle is written beside it: %s',
    async (name) => {
      const directory = await scratch()
      await writeFile(join(directory, name), MINE)
      for (const content of [smallContent(), restated]) {
        await writeBundle(directory, content)
        expect(await readFile(join(directory, name), 'utf8')).toBe(MINE)
        expect((await readdir(directory)).sort()).toEqual(
          ['adjustments.parquet', 'bars.parquet', 'manifest.json', name].sort(),
        )
      }
      expect((await plainBundleSource().open(directory)).manifest.rows.bars).toBe(5)
    },
  )

  it.each([
    ['bars.csv', 'csv'],
    ['adjustments.csv', 'csv'],
    ['bars.parquet', 'parquet'],
    ['adjustments.parquet', 'parquet'],
    ['manifest.json', 'parquet'],
    ['manifest.json', 'csv'],
  ] as const)('is never overwritten: %s, by a bundle of form %s', async (name, format) => {
    const directory = await scratch()
    await writeFile(join(directory, name), '{"name":"a web app"}')
    await expect(writeBundle(directory, smallContent(), { format })).rejects.toThrow(
      `${join(directory, name)} is not a file that a bundle here lists, or was changed since, and would be overwritten; choose another directory or move it away`,
    )
    expect(await readdir(directory)).toEqual([name])
    expect(await readFile(join(directory, name), 'utf8')).toBe('{"name":"a web app"}')
  })

  it('is a table of a bundle that was edited by hand', async () => {
    const directory = join(await scratch(), 'small')
    await writeBundle(directory, smallContent(), { format: 'csv' })
    const edited = `${await readFile(join(directory, 'bars.csv'), 'utf8')}# mine\n`
    await rm(join(directory, 'bars.csv'))
    await writeFile(join(directory, 'bars.csv'), edited)
    await expect(writeBundle(directory, restated, { format: 'csv' })).rejects.toThrow(
      /bars\.csv is not a file that a bundle here lists, or was changed since/,
    )
    await writeBundle(directory, restated)
    expect(await readFile(join(directory, 'bars.csv'), 'utf8')).toBe(edited)
    expect(await readdir(directory)).not.toContain('adjustments.csv')
  })

  it('is not the damaged table of a bundle, which is replaced', async () => {
    const directory = join(await scratch(), 'small')
    await writeBundle(directory, smallContent())
    await writeFile(join(directory, 'bars.parquet'), 'damaged')
    const { version } = await writeBundle(directory, restated)
    expect((await readManifest(directory)).manifest.version).toBe(version)
    await writeFile(join(directory, 'manifest.json'), '{"schemaVersion": 1, "na')
    await writeBundle(directory, restated)
    expect((await readManifest(directory)).manifest.version).toBe(version)
  })
})

describe('the directory in which a shell stands', () => {
  it('is filled, not replaced: the shell stays in it, and the bundle is whole', async () => {
    const directory = await realpath(await scratch())
    await writeFile(join(directory, 'bars.csv'), MINE)
    const program = (content: string, format: string) => `
      import { writeBundle } from ${JSON.stringify(WRITER)}
      await writeBundle('.', JSON.parse(${JSON.stringify(content)}, (key, value) =>
        Array.isArray(value?.ints) ? Int32Array.from(value.ints) :
        Array.isArray(value?.floats) ? Float64Array.from(value.floats) : value), { format: '${format}' })
      process.stdout.write(process.cwd())`
    const json = (content: object) =>
      JSON.stringify(content, (_key, value) =>
        value instanceof Int32Array
          ? { ints: [...value] }
          : value instanceof Float64Array
            ? { floats: [...value] }
            : value,
      )
    const { ino } = await stat(directory)
    const run = (content: object) =>
      execFileSync(
        process.execPath,
        ['--input-type=module', '-e', program(json(content), 'parquet')],
        {
          cwd: directory,
          encoding: 'utf8',
        },
      )
    for (const content of [{ ...smallContent(), adjustments: [] }, restated]) {
      expect(run(content)).toBe(directory)
      expect((await stat(directory)).ino).toBe(ino)
      expect((await readdir(directory)).sort()).toEqual(
        ['adjustments.parquet', 'bars.csv', 'bars.parquet', 'manifest.json'].sort(),
      )
      const findings = await validateBundle(directory)
      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
      expect(await readFile(join(directory, 'bars.csv'), 'utf8')).toBe(MINE)
    }
  })
})

describe('a link to a bundle', () => {
  it.each(['a bundle', 'an empty directory', 'nothing yet'])(
    'stays, and its target is written: %s',
    async (what) => {
      const root = await scratch()
      const [place, shortcut] = [join(root, 'disk', 'small'), join(root, 'shortcut')]
      await mkdir(join(root, 'disk'))
      if (what === 'a bundle') await writeBundle(place, smallContent())
      if (what === 'an empty directory') await mkdir(place)
      await symlink(join('disk', 'small'), shortcut)
      const { version } = await writeBundle(shortcut, restated)
      expect((await readManifest(place)).manifest.version).toBe(version)
      expect((await readManifest(shortcut)).manifest.version).toBe(version)
      expect((await readdir(root)).sort()).toEqual(['disk', 'shortcut'])
      expect(await readdir(join(root, 'disk'))).toEqual(['small'])
    },
  )

  it('that leads to itself is refused', async () => {
    const root = await scratch()
    await symlink('round', join(root, 'round'))
    await expect(writeBundle(join(root, 'round'), restated)).rejects.toThrow(/cannot write bundle/)
    expect(await readdir(root)).toEqual(['round'])
  })
})

describe('a writer killed between its two renames', () => {
  const HEX = '01234567-1f-89abcdef'

  /** As such a writer leaves it: the old bundle aside, the new one complete beside it. */
  async function killed(root: string): Promise<{ old: string; written: string }> {
    const old = await writeBundle(join(root, 'small'), smallContent())
    const written = await writeBundle(join(root, 'next'), restated)
    await rename(join(root, 'small'), join(root, `.small.${HEX}.old`))
    await rename(join(root, 'next'), join(root, `.small.${HEX}`))
    return { old: old.version, written: written.version }
  }

  it('is finished by the next reader: open, validate, or through a link', async () => {
    for (const read of [
      async (path: string) => (await plainBundleSource().open(path)).version,
      async (path: string) => {
        expect(await validateBundle(path)).toEqual([])
        return (await readManifest(path)).manifest.version
      },
    ]) {
      const root = await scratch()
      const { written } = await killed(root)
      expect(await read(join(root, 'small'))).toBe(written)
    }
    const root = await scratch()
    const { written } = await killed(root)
    await symlink('small', join(root, 'shortcut'))
    expect((await plainBundleSource().open(join(root, 'shortcut'))).version).toBe(written)
  })

  it('gives the old bundle back where the new one is not complete or not there', async () => {
    for (const rest of [['bars.parquet'], undefined]) {
      const root = await scratch()
      const { old } = await killed(root)
      await rm(join(root, `.small.${HEX}`), { recursive: true })
      if (rest !== undefined) {
        await mkdir(join(root, `.small.${HEX}`))
        await writeFile(join(root, `.small.${HEX}`, 'bars.parquet'), 'half')
      }
      expect((await plainBundleSource().open(join(root, 'small'))).version).toBe(old)
    }
  })

  it('loses nothing to many readers at once', async () => {
    const root = await scratch()
    const { written } = await killed(root)
    const opened = await Promise.all(
      Array.from({ length: 8 }, () => plainBundleSource().open(join(root, 'small'))),
    )
    expect(new Set(opened.map(({ version }) => version))).toEqual(new Set([written]))
  })

  it('is followed by a writer that leaves one bundle, and what a user put aside stays', async () => {
    const root = await scratch()
    await killed(root)
    const aside = join(root, `.small.${HEX}.old`)
    await writeFile(join(root, 'mine.txt'), 'mine')
    await link(join(root, 'mine.txt'), join(aside, 'mine.txt'))
    await writeBundle(join(root, 'small'), smallContent())
    expect((await validateBundle(join(root, 'small')))[0]?.severity).toBe('information')
    expect(await readdir(aside)).toContain('mine.txt')
  })
})
