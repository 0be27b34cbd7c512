import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  entriesIfThere,
  explainFileError,
  filesBelow,
  namesIfThere,
  readIfThere,
  writeWhole,
} from '../../../harness/system/files.js'
import { temporaryDirectory } from '../../fixtures/bench.js'

describe('errors of the file system', () => {
  it.each([
    ['EACCES', 2],
    ['EROFS', 2],
    ['EPERM', 2],
    ['ENOSPC', 5],
    ['EDQUOT', 5],
    ['EIO', 5],
  ])('%s ends with exit code %i', (code, exitCode) => {
    expect(explainFileError(Object.assign(new Error(code), { code }), '/x')).toMatchObject({
      exitCode,
    })
  })

  it('any other error is returned unchanged', () => {
    const error = new TypeError('a bug')
    expect(explainFileError(error, '/x')).toBe(error)
  })
})

describe('listing a directory', () => {
  it('finds nothing where there is none, and only there', () => {
    const folder = temporaryDirectory()
    writeFileSync(join(folder, 'b'), '')
    writeFileSync(join(folder, 'a'), '')
    symlinkSync('loop', join(folder, 'loop'))
    expect(namesIfThere(folder)).toEqual(['a', 'b', 'loop'])
    expect(namesIfThere(join(folder, 'none'))).toEqual([])
    expect(namesIfThere(join(folder, 'a'))).toEqual([])
    for (const list of [namesIfThere, entriesIfThere, filesBelow, readIfThere])
      expect(() => list(join(folder, 'loop'))).toThrow(/cannot use .*loop \(ELOOP\)/)
  })

  it.skipIf(!existsSync('/proc/self/mem'))('does not take a failing disk for a full one', () => {
    expect(() => readIfThere('/proc/self/mem')).toThrow(
      /^\/proc\/self\/mem cannot be read \(EIO\); nothing was decided without it/,
    )
  })
})

describe('writing a file as a whole', () => {
  const small = temporaryDirectory()
  const isSmall = mountTiny(small)
  afterAll(() => {
    if (isSmall) execFileSync('umount', [small])
  })
  it.skipIf(!isSmall)('leaves the old file unchanged where the disk is full', () => {
    writeWhole(join(small, 'plan.json'), 'old')
    expect(() => writeWhole(join(small, 'plan.json'), 'x'.repeat(200_000))).toThrow(
      /disk full while writing/,
    )
    expect(readdirSync(small)).toEqual(['plan.json'])
    expect(readFileSync(join(small, 'plan.json'), 'utf8')).toBe('old')
  })
})

/** A file system of 64 kB, where this host lets us mount one. */
function mountTiny(directory: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory], {
      stdio: 'ignore',
    })
    return true
  } catch {
    return false
  }
}
