import { randomBytes } from 'node:crypto'
import { access, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Writing takes seconds, so a temporary directory older than this was left by a killed writer. */
const ABANDONED_MS = 3_600_000

const ASIDE = '.old'

/** A new path beside a target to write to: `.name.<12 hexadecimal digits>`. */
export function temporaryBeside(target: string): string {
  return join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`)
}

/** Where the bundle to replace is moved until the new one, written to `temporary`, is in place. */
export function asideOf(temporary: string): string {
  return `${temporary}${ASIDE}`
}

/**
 * Tidies up after writers that were killed. A bundle moved aside and never replaced is put back;
 * temporary directories beside the target, and bundles moved aside, are removed once older than an
 * hour: younger ones may belong to a running writer. Never fails: what cannot be tidied stays.
 *
 * @param target  absolute path of a bundle, which need not exist
 * @param now     epoch milliseconds
 */
export async function tidyBeside(target: string, now: number): Promise<void> {
  const left = await leftovers(target)
  const newest = left
    .filter(({ path }) => path.endsWith(ASIDE))
    .sort((a, b) => b.changedMs - a.changedMs)[0]
  if (newest !== undefined && !(await exists(target)))
    await rename(newest.path, target).catch(() => {})
  // While the target is missing, a bundle moved aside may be the only copy.
  const removable = (await exists(target)) ? left : left.filter(({ path }) => !path.endsWith(ASIDE))
  for (const { path, changedMs } of removable) {
    if (now - changedMs > ABANDONED_MS)
      await rm(path, { recursive: true, force: true }).catch(() => {})
  }
}

async function leftovers(
  target: string,
): Promise<readonly { readonly path: string; readonly changedMs: number }[]> {
  const prefix = `.${basename(target)}.`
  const names = await readdir(dirname(target)).catch(() => [])
  const own = names.filter(
    (name) => name.startsWith(prefix) && /^[0-9a-f]{12}(\.old)?$/.test(name.slice(prefix.length)),
  )
  const found = await Promise.all(
    own.map(async (name) => {
      const path = join(dirname(target), name)
      // A rename changes only the change time of what it moves.
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
