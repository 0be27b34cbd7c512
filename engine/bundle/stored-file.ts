import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../errors.js'
import { readAdjustmentsCsv, readBarsCsv } from './csv.js'
import { BUNDLE_FILES, type BundleManifest } from './manifest.js'
import { readManifest } from './manifest-file.js'
import { readAdjustmentsParquet, readBarsParquet } from './parquet.js'
import type { TickAdjustment, TickTable } from './tick-table.js'
import { sha256, shortVersion } from './version.js'

/** A file of a bundle in memory, with the rows its manifest lists. */
export interface StoredFile {
  readonly path: string
  readonly bytes: Uint8Array
  readonly rows: number
}

/**
 * Reads one of the two files of a bundle whole and checks it against its hash. The hash costs a few
 * percent of the decode and is not a luxury: a damaged page can pass for other prices, and a
 * damaged footer can keep the decoder busy for ever. What does not match is compared with the
 * manifest as it is now, so that a bundle replaced meanwhile is not taken for a damaged one.
 *
 * @param manifest  as read when the bundle was opened
 * @throws {EngineError} `bundle-changed`: the bundle was replaced since
 * @throws {EngineError} `bundle-corrupt`: missing, unreadable, or other bytes than were written
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
    // The same content written again: it was only absent between two renames.
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
    throw new EngineError('bundle-corrupt', `${path} cannot be read; ingest the bundle again`, {
      cause,
      details: { file: path },
    })
  })
  const listed = manifest.files.find((file) => file.name === name)
  if (bytes.length !== listed?.bytes) {
    throw new EngineError(
      'bundle-changed',
      `${path} changed since bundle ${manifest.name} was opened; open it again`,
      {
        details: { file: path },
      },
    )
  }
  if (sha256(bytes) !== listed.sha256) {
    throw new EngineError(
      'bundle-corrupt',
      `${path} does not match its SHA-256 in the manifest; ingest the bundle again`,
      {
        details: { file: path },
      },
    )
  }
  return { path, bytes, rows: manifest.rows[which] }
}

/** Decodes the bars of a bundle, in whichever format; not yet checked against the manifest. */
export async function decodeBars(file: StoredFile, manifest: BundleManifest): Promise<TickTable> {
  return manifest.format === 'parquet'
    ? readBarsParquet(file, manifest.scales)
    : readBarsCsv(file, manifest.scales, manifest.frequency)
}

/**
 * Decodes the adjustments of a bundle, in whichever format; not yet checked against the manifest.
 */
export async function decodeAdjustments(
  file: StoredFile,
  manifest: BundleManifest,
): Promise<readonly TickAdjustment[]> {
  return manifest.format === 'parquet'
    ? readAdjustmentsParquet(file, manifest.scales)
    : readAdjustmentsCsv(file, manifest.scales, manifest.frequency)
}
