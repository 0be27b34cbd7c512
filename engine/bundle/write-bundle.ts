import { constants, copyFile, link, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { EngineError, reasonOf } from '../errors.js'
import { canonicalContent } from './canonical-content.js'
import type { BundleContent, CanonicalContent } from './content.js'
import { adjustmentsToCsv, barsToCsv } from './csv.js'
import {
  asideOf,
  exists,
  realTarget,
  removeBundleFiles,
  temporaryBeside,
  tidyBeside,
} from './leftovers.js'
import {
  BUNDLE_FILE_NAMES,
  BUNDLE_FILES,
  type BundleFormat,
  type BundleManifest,
  MANIFEST_FILE,
} from './manifest.js'
import { manifestOf } from './manifest-file.js'
import { adjustmentsToParquet, barsToParquet } from './parquet.js'
import { userFilesIn } from './replaceable.js'
import { sha256 } from './version.js'

/**
 * Writes a bundle, all or nothing: the files go into a temporary directory beside the target, are
 * flushed to disk, and the directory is renamed. An existing bundle is replaced; it is moved aside
 * first and put back if the last rename fails; if this writer is killed, the next reader or writer
 * puts the new one in place. A directory that holds anything else is never replaced, and a file of
 * the user's in it is kept: see `userFilesIn`.
 *
 * @param directory  of this bundle alone, usually `<root>/<name>`; its parents are made, links are
 * followed
 * @param content    in any order; checked before anything is written
 * @returns the manifest written
 * @throws {EngineError} `input-invalid`, `precision`: content unfit for a bundle, or a target that
 * is not a bundle or cannot be written
 */
export async function writeBundle(
  directory: string,
  content: BundleContent,
  options: { readonly format?: BundleFormat } = {},
): Promise<BundleManifest> {
  const { format = 'parquet' } = options
  const canonical = canonicalContent(content)
  const { manifest, files } = encode(canonical, format)
  const target = await realTarget(directory)
  const temporary = temporaryBeside(target)
  try {
    await tidyBeside(target, Date.now())
    const kept = await userFilesIn(target, format)
    await makeDirectory(dirname(target))
    await mkdir(temporary)
    for (const { name, bytes } of files) await writeFlushed(join(temporary, name), bytes)
    await keep(kept, target, temporary)
    await flushDirectory(temporary)
    if (holdsWorkingDirectory(target)) await fill(temporary, target, kept)
    else await moveInto(temporary, target)
    await flushDirectory(dirname(target))
  } catch (cause) {
    // Removing fails where the parent is not a directory; the first error is the one to report.
    await rm(temporary, { recursive: true, force: true }).catch(() => {})
    if (cause instanceof EngineError) throw cause
    throw new EngineError(
      'input-invalid',
      `cannot write bundle ${directory} (${reasonOf(cause)}); check space and permissions or choose another directory`,
      { cause, details: { file: target } },
    )
  }
  return manifest
}

interface EncodedFile {
  readonly name: string
  readonly bytes: Uint8Array
}

function encode(
  content: CanonicalContent,
  format: BundleFormat,
): { manifest: BundleManifest; files: readonly EncodedFile[] } {
  const names = BUNDLE_FILES[format]
  const [bars, adjustments] =
    format === 'parquet'
      ? [barsToParquet(content), adjustmentsToParquet(content)]
      : [barsToCsv(content), adjustmentsToCsv(content)]
  const data = [
    { name: names.bars, bytes: bars },
    { name: names.adjustments, bytes: adjustments },
  ]
  const listed = data.map(({ name, bytes }) => ({
    name,
    bytes: bytes.length,
    sha256: sha256(bytes),
  }))
  const manifest = manifestOf(content, format, listed)
  return {
    manifest,
    files: [
      ...data,
      {
        name: MANIFEST_FILE,
        bytes: new TextEncoder().encode(`${JSON.stringify(manifest, null, 1)}\n`),
      },
    ],
  }
}

/**
 * Gives the user's files a second name in the new bundle, so that they outlive the directory that
 * is moved aside; a copy where the file system has no links.
 */
async function keep(names: readonly string[], target: string, temporary: string): Promise<void> {
  for (const name of names) {
    const [from, to] = [join(target, name), join(temporary, name)]
    await link(from, to).catch(() => copyFile(from, to, constants.COPYFILE_EXCL))
  }
}

/**
 * Makes a directory and its parents one by one: `mkdir` with `recursive` never returns where a file
 * system reports ENOENT below a directory that exists, as /proc does.
 */
async function makeDirectory(path: string): Promise<void> {
  if (await exists(path)) return
  if (!(await exists(dirname(path)))) await makeDirectory(dirname(path))
  await mkdir(path).catch((cause: NodeJS.ErrnoException) => {
    // Another process may have made it meanwhile.
    if (cause.code !== 'EEXIST') throw cause
  })
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function flushDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** Whether a shell stands in the target: replacing the directory would leave it in none. */
function holdsWorkingDirectory(target: string): boolean {
  const path = relative(target, process.cwd())
  return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path)
}

/**
 * Replaces the files of a directory one by one, the manifest last. Killed meanwhile, it leaves a
 * bundle that is refused as damaged, never one that is wrong.
 */
async function fill(temporary: string, target: string, kept: readonly string[]): Promise<void> {
  const names = (await namesIn(temporary)).filter((name) => !kept.includes(name))
  for (const name of [...names.filter((one) => one !== MANIFEST_FILE), MANIFEST_FILE])
    await rename(join(temporary, name), join(target, name))
  const old = BUNDLE_FILE_NAMES.filter((name) => !names.includes(name) && !kept.includes(name))
  for (const name of old) await rm(join(target, name), { force: true })
  await removeBundleFiles(temporary)
  await flushDirectory(target)
}

/**
 * Moves the new bundle into place. Another writer may put the same bundle in place between our two
 * renames; then that bundle is replaced in turn. A reader may do our second rename.
 */
async function moveInto(temporary: string, target: string, attempts = 5): Promise<void> {
  const aside = asideOf(temporary)
  const replaced = await rename(target, aside).then(
    () => true,
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return false
      throw cause
    },
  )
  try {
    await rename(temporary, target)
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException
    const overtaken = ['ENOTEMPTY', 'EEXIST'].includes(code) && attempts > 1
    const helped = replaced && code === 'ENOENT' && (await exists(target))
    if (replaced && !overtaken && !helped) await rename(aside, target)
    if (!overtaken && !helped) throw cause
  }
  if (replaced) await discard(aside, target)
  if (await exists(temporary)) await moveInto(temporary, target, attempts - 1)
}

/** Removes a replaced bundle. What was put into it meanwhile moves to the new one. */
async function discard(aside: string, target: string): Promise<void> {
  const held = await namesIn(target)
  const rest = await namesIn(aside)
  const added = rest.filter((name) => !BUNDLE_FILE_NAMES.includes(name) && !held.includes(name))
  for (const name of added) await rename(join(aside, name), join(target, name)).catch(() => {})
  await removeBundleFiles(aside)
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch(() => [])
}
