import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { z } from 'zod'
import { EngineError } from '../errors.js'
import { BUNDLE_FILE_NAMES, BUNDLE_FILES, type BundleFormat, MANIFEST_FILE } from './manifest.js'
import { sha256 } from './version.js'

/**
 * Checks that a directory may be replaced by a bundle. It is free if it does not exist or is empty.
 * Otherwise it holds nothing but a bundle's file names, and of those only files that a bundle's
 * manifest lists are replaced. A `bars.csv` or `adjustments.csv` that no manifest lists, or that
 * was edited since, is the user's: it is kept.
 *
 * @param target  real path
 * @param format  of the bundle to write
 * @returns names of the user's files, to be kept
 * @throws {EngineError} `input-invalid`: a file, a directory that holds anything else, or a file
 * of the user's in a place where the bundle's own would be written
 */
export async function userFilesIn(
  target: string,
  format: BundleFormat,
): Promise<readonly string[]> {
  const entries = await entriesOf(target)
  const stranger = entries.find((entry) => !BUNDLE_FILE_NAMES.includes(entry))
  if (stranger !== undefined) throw notABundle(target, `a directory that holds ${stranger}`)
  const users = await notWritten(target, entries)
  const written = [MANIFEST_FILE, ...Object.values(BUNDLE_FILES[format])]
  const inTheWay = users.find((name) => written.includes(name))
  if (inTheWay === undefined) return users
  throw new EngineError(
    'input-invalid',
    `${join(target, inTheWay)} is not a file that a bundle here lists, or was changed since, and would be overwritten; choose another directory or move it away`,
    { details: { file: join(target, inTheWay) } },
  )
}

async function entriesOf(target: string): Promise<readonly string[]> {
  return readdir(target).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return []
    if (cause.code === 'ENOTDIR') throw notABundle(target, 'a file')
    throw cause
  })
}

function notABundle(target: string, what: string): EngineError {
  return new EngineError(
    'input-invalid',
    `${target} is ${what}, not a bundle to replace; choose another directory`,
    { details: { file: target } },
  )
}

const LISTING = z.looseObject({
  schemaVersion: z.number(),
  files: z.array(z.looseObject({ name: z.string(), sha256: z.string() })),
})

/**
 * The files that no bundle's manifest accounts for. A damaged manifest still marks its directory as
 * a bundle's; then only its Parquet files, which people do not edit, count as written.
 */
async function notWritten(target: string, entries: readonly string[]): Promise<readonly string[]> {
  if (!entries.includes(MANIFEST_FILE)) return entries
  const text = await readFile(join(target, MANIFEST_FILE), 'utf8').catch(() => '')
  const listing = listingOf(text)
  if (listing === undefined && !text.includes('"schemaVersion"')) return entries
  const users: string[] = []
  for (const name of entries) {
    if (name === MANIFEST_FILE) continue
    const listed = listing?.find((file) => file.name === name)
    const written =
      extname(name) === '.parquet'
        ? listing === undefined || listed !== undefined
        : listed !== undefined && listed.sha256 === (await hashOf(join(target, name)))
    if (!written) users.push(name)
  }
  return users
}

function listingOf(text: string): z.infer<typeof LISTING>['files'] | undefined {
  try {
    return LISTING.parse(JSON.parse(text)).files
  } catch {
    return undefined
  }
}

async function hashOf(path: string): Promise<string | undefined> {
  return readFile(path).then(sha256, () => undefined)
}
