import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../errors.js'
import { corruptFile } from './corrupt-file.js'
import { BUNDLE_FILES, type BundleManifest } from './manifest.js'
import { readManifest } from './manifest-file.js'
import { sha256, shortVersion } from './version.js'

/** A file of a bundle, read into memory. */
export interface StoredFile {
  readonly path: string
  readonly bytes: Uint8Array
  /** Number of rows that the manifest lists for it. */
  readonly rows: number
}

/**
 * Reads one of the two files of a bundle and checks it against its hash. Hashing takes a few
 * percent of the decoding time and is needed: a damaged page can decode to other prices, and a
 * damaged footer can keep the decoder running without end. If the file does not match, the
 * manifest is read again, to distinguish a bundle replaced meanwhile from a damaged one.
 *
 * @param manifest  as read when the bundle was opened
 * @throws {EngineError} `bundle-changed`: the bundle was replaced since
 * @throws {EngineError} `bundle-corrupt`: missing, unreadable, or not the bytes that were written
 */
export async function readStored(
  directory: string,
  manifest: BundleManifest,
  which: 'bars' | 'adjustments',
): Promise<StoredFile> {
  return readChecked(directory, manifest, which).catch(async (fault: unknown) => {
    const current = await readManifest(directory).catch(() => undefined)
    if (current === undefined) throw fault
    const { version, format } = current.manifest
    // The same content was written again: the file was absent only between two renames.
    if (version === manifest.version && format === manifest.format)
      return readChecked(directory, current.manifest, which)
    const now =
      version === manifest.version
        ? `now in ${format} form`
        : `version ${shortVersion(manifest.version)} → ${shortVersion(version)}`
    throw new EngineError(
      'bundle-changed',
      `bundle ${manifest.name} changed on disk (${now}) while being read; rerun`,
      {
        cause: fault,
        details: { file: directory, opened: manifest.version, found: version },
      },
    )
  })
}

async function readChecked(
  directory: string,
  manifest: BundleManifest,
  which: 'bars' | 'adjustments',
): Promise<StoredFile> {
  const name = BUNDLE_FILES[manifest.format][which]
  const path = join(directory, name)
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw corruptFile(path, 'cannot be read', cause)
  })
  const listed = manifest.files.find((file) => file.name === name)
  if (bytes.length !== listed?.bytes) {
    throw new EngineError(
      'bundle-changed',
      `${path} changed since bundle ${manifest.name} was opened; open it again`,
      { details: { file: path } },
    )
  }
  if (sha256(bytes) !== listed.sha256)
    throw corruptFile(path, 'does not match its SHA-256 in the manifest')
  return { path, bytes, rows: manifest.rows[which] }
}
