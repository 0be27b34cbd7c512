import { readFileSync, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { EngineError, messageOf } from '../errors.js'
import { isAssetId } from '../market/asset.js'
import { type Calendar, calendarFrom } from '../market/calendar.js'
import { MAX_SCALE } from '../market/money.js'
import { barCount, type CanonicalContent } from './content.js'
import { isBundleName } from './content-problems.js'
import { corruptFile } from './corrupt-file.js'
import { FileState } from './file-state.js'
import { realTarget, recoverBeside } from './leftovers.js'
import {
  BUNDLE_FILES,
  type BundleFile,
  type BundleFormat,
  type BundleManifest,
  MANIFEST_FILE,
} from './manifest.js'
import {
  assetsHash,
  assetsOf,
  contentHashes,
  schemaHash,
  sessionsHash,
  sha256,
  versionOf,
} from './version.js'

/** A checked manifest, its calendar, the bytes it was read from, and the state of its files. */
export interface CheckedManifest {
  readonly manifest: BundleManifest
  readonly calendar: Calendar
  readonly bytes: Buffer
  /** In the order of `manifest.files`. */
  readonly states: readonly FileState[]
}

/**
 * Reads and checks the manifest of a bundle and nothing else: schema, calendar, hashes against
 * their own fields, version against the hashes, and the sizes of the files it names. If that fails
 * it is tried once more: a bundle being replaced is absent for the moment between two renames, and
 * a manifest read before them does not match the files found after. If the writer was killed at
 * that moment, its replacement is ended first: see `recoverBeside`.
 *
 * @throws {EngineError} `bundle-missing`: no directory or no manifest · `bundle-corrupt`: not JSON,
 * another schema, disagreeing hashes or sizes · `bundle-invalid`: another schema version
 */
export async function readManifest(directory: string): Promise<CheckedManifest> {
  return readOnce(directory).catch(async () => {
    const stranded = await recoverBeside(await realTarget(directory))
    if (stranded === undefined) return readOnce(directory)
    throw new EngineError(
      'bundle-missing',
      `${directory} is missing since a writer was killed, and its bundle lies in ${stranded}; rename that to ${directory}`,
      { details: { file: directory } },
    )
  })
}

async function readOnce(directory: string): Promise<CheckedManifest> {
  const path = join(directory, MANIFEST_FILE)
  const bytes = await readBytes(directory, path)
  const manifest = parseManifest(path, bytes.toString('utf8'))
  const calendar = checkedCalendar(path, manifest)
  checkHashes(path, manifest)
  const states: FileState[] = []
  for (const file of manifest.files) states.push(await checkedState(directory, file))
  return { manifest, calendar, bytes, states }
}

/**
 * Whether a directory still holds the manifest that was read from it, byte for byte, and its files
 * in the state in which they were found (see `FileState`): a file edited in place counts as
 * changed. This parses and decodes nothing, and hashes only files that were changed just before
 * the bundle was opened. It reads synchronously, because every backtest of a kept bundle begins
 * with it, and passing three reads to other threads takes several times as long as the reads.
 *
 * @throws {Error} of the file system: something exists and cannot be read
 */
export async function isUnchanged(
  directory: string,
  { manifest, bytes, states }: CheckedManifest,
): Promise<boolean> {
  try {
    if (!bytes.equals(readFileSync(join(directory, MANIFEST_FILE)))) return false
    const same = await Promise.all(
      manifest.files.map(async ({ name }, i) => {
        const path = join(directory, name)
        return states[i]!.holds(path, statSync(path, { bigint: true }))
      }),
    )
    return same.every(Boolean)
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return false
    throw cause
  }
}

/**
 * The identity of an opened bundle, which caches use as a key: `sha256:` and 64 hexadecimal digits
 * over the version, the hashes of the files and the state in which they were found. The version
 * alone is not enough, because it comes from the manifest: if the files of a copied bundle are
 * restated, it does not change.
 */
export function identityOf({ manifest, states }: CheckedManifest): string {
  const parts = [
    manifest.version,
    ...manifest.files.map((file) => file.sha256),
    ...states.map((state) => state.text),
  ]
  return `sha256:${sha256(parts.join('\n'))}`
}

/**
 * The manifest of canonical content.
 *
 * @param files  as written; empty for a bundle in memory
 */
export function manifestOf(
  content: CanonicalContent,
  format: BundleFormat,
  files: readonly BundleFile[],
): BundleManifest {
  const hashes = contentHashes(content)
  return {
    schemaVersion: 1,
    name: content.name,
    frequency: content.frequency,
    format,
    scales: content.scales,
    assets: assetsOf(content),
    sessions: content.sessions,
    rows: { bars: barCount(content), adjustments: content.adjustments.length },
    files,
    provenance: content.provenance,
    hashes,
    version: versionOf(hashes),
  }
}

const count = z.number().int().nonnegative()
const scale = z.number().int().min(0).max(MAX_SCALE)
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits')

const MANIFEST = z.strictObject({
  schemaVersion: z.literal(1),
  name: z.string().refine(isBundleName, 'not a bundle name'),
  frequency: z.enum(['1d', '1h', '1m']),
  format: z.enum(['parquet', 'csv']),
  scales: z.strictObject({ price: scale, volume: scale, adjustment: scale }),
  assets: z
    .array(
      z.strictObject({
        id: z.string().refine(isAssetId, 'not an asset id'),
        firstSession: count,
        lastSession: count,
        ownCalendar: z.literal(true).exactOptional(),
      }),
    )
    .min(1),
  sessions: z.array(z.string()).min(1),
  rows: z.strictObject({ bars: count, adjustments: count }),
  files: z.array(z.strictObject({ name: z.string(), bytes: count, sha256: hash })),
  provenance: z.strictObject({
    source: z.string(),
    license: z.string().exactOptional(),
    synthetic: z.boolean(),
    notes: z.string().exactOptional(),
  }),
  hashes: z.strictObject({ assets: hash, sessions: hash, schema: hash, content: hash }),
  version: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hexadecimal digits'),
})

async function readBytes(directory: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    const what = (await isDirectory(directory))
      ? `${path} cannot be read`
      : `${directory} is not a bundle directory`
    throw new EngineError('bundle-missing', `${what}; make a bundle with: assay bundle ingest`, {
      cause,
      details: { file: path },
    })
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

function parseManifest(path: string, text: string): BundleManifest {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw corruptFile(path, 'is not JSON', cause)
  }
  const found = z.looseObject({ schemaVersion: z.number() }).safeParse(json)
  if (found.success && found.data.schemaVersion !== 1) {
    throw new EngineError(
      'bundle-invalid',
      `${path} has schema version ${found.data.schemaVersion}, and this program reads 1; ingest the bundle again`,
      { details: { file: path } },
    )
  }
  const parsed = MANIFEST.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw corruptFile(
      path,
      `is not a bundle manifest (${issue?.path.join('.') || 'top level'}: ${issue?.message.toLowerCase()})`,
      parsed.error,
    )
  }
  checkForm(path, parsed.data)
  return parsed.data
}

/** Checks what the schema cannot express: file names, the order and range of the assets. */
function checkForm(path: string, manifest: BundleManifest): void {
  const expected = Object.values(BUNDLE_FILES[manifest.format])
  const named = manifest.files.map((file) => file.name)
  if (named.length !== expected.length || expected.some((name, i) => named[i] !== name)) {
    throw corruptFile(
      path,
      `names the files ${named.join(', ').slice(0, 100)} where ${expected.join(', ')} belong`,
    )
  }
  for (const [i, { id, firstSession, lastSession }] of manifest.assets.entries()) {
    if (i > 0 && manifest.assets[i - 1]!.id >= id)
      throw corruptFile(path, `lists asset ${id} out of order or twice`)
    if (firstSession > lastSession || lastSession >= manifest.sessions.length) {
      throw corruptFile(
        path,
        `gives asset ${id} sessions ${firstSession} … ${lastSession}, outside its calendar`,
      )
    }
  }
}

function checkedCalendar(path: string, manifest: BundleManifest): Calendar {
  try {
    return calendarFrom(manifest.frequency, manifest.sessions)
  } catch (cause) {
    throw corruptFile(path, `has a faulty calendar (${messageOf(cause)})`, cause)
  }
}

function checkHashes(path: string, manifest: BundleManifest): void {
  const { hashes } = manifest
  if (assetsHash(manifest.assets) !== hashes.assets)
    throw corruptFile(path, 'has an asset list that does not match its hash')
  if (sessionsHash(manifest.frequency, manifest.sessions) !== hashes.sessions)
    throw corruptFile(path, 'has a calendar that does not match its hash')
  if (schemaHash(manifest.scales) !== hashes.schema)
    throw corruptFile(path, 'has scales that do not match their hash')
  if (versionOf(hashes) !== manifest.version)
    throw corruptFile(path, 'has a version that does not match its hashes')
}

/** The state of a file that has the size which the manifest lists. */
async function checkedState(directory: string, file: BundleFile): Promise<FileState> {
  const path = join(directory, file.name)
  const found = await stat(path, { bigint: true }).catch(() => undefined)
  if (!found?.isFile()) throw corruptFile(path, 'is missing, though the manifest lists it')
  if (Number(found.size) !== file.bytes)
    throw corruptFile(path, `has ${found.size} bytes where the manifest lists ${file.bytes}`)
  return FileState.of(path, found)
}
