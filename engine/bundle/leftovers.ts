import { randomBytes } from 'node:crypto'
import { access, readdir, readlink, realpath, rename, rm, rmdir, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { BUNDLE_FILE_NAMES, MANIFEST_FILE } from './manifest.js'
import { sha256 } from './version.js'

/**
 * Writing takes seconds, so a temporary directory of another host that is older than this was left
 * by a killed writer.
 */
const ABANDONED_MS = 3_600_000

const ASIDE = '.old'

/** End of the name of a temporary directory: host and process of its writer, random digits. */
const TEMPORARY = /\.([0-9a-f]{8})-([0-9a-f]{1,8})-[0-9a-f]{8}(?:\.old)?$/

/** Eight hexadecimal digits that identify this host in the names of temporary directories. */
const HOST = sha256(hostname()).slice(0, 8)

/** A new path beside a target to write to: `.name.<host>-<process>-<random>`, hexadecimal. */
export function temporaryBeside(target: string): string {
  const writer = `${HOST}-${process.pid.toString(16)}-${randomBytes(4).toString('hex')}`
  return join(dirname(target), `.${basename(target)}.${writer}`)
}

/** Where the bundle to replace is moved until the new one, written to `temporary`, is in place. */
export function asideOf(temporary: string): string {
  return `${temporary}${ASIDE}`
}

/**
 * The directory that a path stands for: links are followed, also one whose target is missing, so
 * that a bundle is replaced in its place and the link stays.
 */
export async function realTarget(path: string): Promise<string> {
  const absolute = resolve(path)
  return realpath(absolute).catch(async (cause: NodeJS.ErrnoException) => {
    const link = cause.code === 'ENOENT' ? await linkAt(absolute) : undefined
    return link === undefined ? absolute : realTarget(resolve(dirname(absolute), link))
  })
}

async function linkAt(path: string): Promise<string | undefined> {
  return readlink(path).catch(() => undefined)
}

/**
 * Ends a replacement whose writer was killed between its two renames, so that the target is
 * missing. The new bundle was complete on disk before the old one was moved aside, so it is put in
 * place. If it does not exist, the old bundle is put back. Readers call this function, too. It
 * never fails.
 *
 * @param target  real path of a bundle; see `realTarget`
 * @returns the bundle that lies beside the target and could not be put in place, if any
 */
export async function recoverBeside(target: string): Promise<string | undefined> {
  if (await exists(target)) return undefined
  const [newest] = (await leftovers(target))
    .filter(({ path }) => path.endsWith(ASIDE))
    .sort((a, b) => b.changedMs - a.changedMs)
  if (newest === undefined) return undefined
  const written = newest.path.slice(0, -ASIDE.length)
  const from = (await exists(join(written, MANIFEST_FILE))) ? written : newest.path
  await rename(from, target).catch(() => {})
  return (await exists(target)) ? undefined : from
}

/** `recoverBeside` for any path of a bundle, also a link. */
export async function recoverBundle(path: string): Promise<void> {
  await recoverBeside(await realTarget(path))
}

/**
 * Tidies up after writers that were killed: see `recoverBeside`. Temporary directories beside the
 * target, and bundles moved aside, are removed if their process on this host has ended, or, if they
 * are of another host, once older than an hour. It never fails: anything that cannot be tidied
 * stays.
 *
 * @param target  real path of a bundle, which need not exist
 * @param now     epoch milliseconds
 */
export async function tidyBeside(target: string, now: number): Promise<void> {
  await recoverBeside(target)
  const left = await leftovers(target)
  // While the target is missing, a bundle moved aside may be the only copy.
  const removable = (await exists(target)) ? left : left.filter(({ path }) => !path.endsWith(ASIDE))
  for (const { path, changedMs } of removable)
    if (now - changedMs > ABANDONED_MS || hasEnded(path)) await removeBundleFiles(path)
}

/** Whether the process that made a temporary directory ran on this host and has ended. */
function hasEnded(path: string): boolean {
  const [, host = '', pid = ''] = TEMPORARY.exec(path) ?? []
  if (host !== HOST) return false
  try {
    process.kill(Number.parseInt(pid, 16), 0)
    return false
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

/**
 * Removes the files of a bundle from a directory, and the directory if nothing else is in it. It
 * never fails: anything that cannot be removed stays.
 */
export async function removeBundleFiles(directory: string): Promise<void> {
  for (const name of BUNDLE_FILE_NAMES)
    await rm(join(directory, name), { force: true }).catch(() => {})
  await rmdir(directory).catch(() => {})
}

async function leftovers(
  target: string,
): Promise<readonly { readonly path: string; readonly changedMs: number }[]> {
  const prefix = `.${basename(target)}.`
  const names = await readdir(dirname(target)).catch(() => [])
  const own = names.filter(
    (name) => name.startsWith(prefix) && TEMPORARY.exec(name.slice(prefix.length - 1))?.index === 0,
  )
  const found = await Promise.all(
    own.map(async (name) => {
      const path = join(dirname(target), name)
      // For the moved directory, a rename changes only the time of change.
      return stat(path).then(
        ({ ctimeMs }) => [{ path, changedMs: ctimeMs }],
        () => [],
      )
    }),
  )
  return found.flat()
}

/** Whether a path exists and is reachable. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
