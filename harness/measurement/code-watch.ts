import { existsSync, realpathSync, statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InvalidEvidenceError, messageOf } from '../errors.js'
import type { ModuleDigests } from '../evidence/modules-schema.js'
import { digestFile } from '../system/files.js'
import { packageRoot } from '../system/package-root.js'
import { type LoadedSuite, projectOf } from './load-suite.js'
import { withNamedModules } from './named-modules.js'

/** The modules of an evaluation: the code that its runs are about. */
export interface CodeWatch {
  /**
   * Takes the modules that a process has loaded, with those they name.
   *
   * @throws {InvalidEvidenceError} one of them was changed since it was first seen; names it
   */
  saw(paths: readonly string[]): void
  /** Checks every module seen so far. @throws as `saw` */
  check(): void
  /** All modules seen so far, by name. */
  digests(): ModuleDigests
}

/** A file as it was when it was hashed. */
interface Seen {
  readonly digest: string
  /** Inode, size and times: as long as they are the same, the bytes are. */
  readonly state: string
}

/** A folder of the harness's own modules, and how their names begin. */
type OwnFolder = readonly [beginning: string, path: string]

/** The folders that names of modules are relative to. */
interface Places {
  readonly project: string
  readonly own: readonly OwnFolder[]
}

/**
 * Watches the code of a suite.
 *
 * @param known modules of an interrupted evaluation that is continued
 * @param onNew called with all digests when a module was added
 */
export function watchCode(
  loaded: Pick<LoadedSuite, 'address' | 'foreignFile'>,
  known: ModuleDigests = {},
  onNew: (digests: ModuleDigests) => void = () => {},
): CodeWatch {
  const { address } = loaded
  const places: Places = { project: projectOf(loaded), own: ownFolders() }
  const seen = new Map<string, Seen>(
    Object.entries(known).map(([name, digest]) => [pathOf(name, places), { digest, state: '' }]),
  )
  const digests = () =>
    Object.fromEntries(
      [...seen]
        .map(([path, { digest }]) => [nameOf(path, places), digest] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    )
  const look = (path: string) => seen.set(path, lookAgain(path, seen.get(path)))
  const isToRead = (path: string) => !seen.has(path) && isOfProject(path, places)
  const saw = (paths: readonly string[]) => {
    const before = seen.size
    for (const path of withNamedModules(paths, isToRead)) look(path)
    if (seen.size > before) onNew(digests())
  }
  saw(address.startsWith('file:') ? [fileURLToPath(address)] : [])
  return {
    saw,
    check: () => {
      for (const path of seen.keys()) look(path)
    },
    digests,
  }
}

/** A file as it is now. @throws {InvalidEvidenceError} it is not what it was */
function lookAgain(path: string, before: Seen | undefined): Seen {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  if (stat === undefined) throw changed(path, 'is gone, but was measured')
  const state = [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join()
  if (before?.state === state) return before
  const digest = readDigest(path)
  if (before !== undefined && before.digest !== digest)
    throw changed(path, `was changed (${short(before.digest)} → ${short(digest)})`)
  return { digest, state }
}

function readDigest(path: string): string {
  try {
    return digestFile(path)
  } catch (error) {
    throw changed(path, `cannot be read (${messageOf(error)})`)
  }
}

function changed(path: string, what: string): InvalidEvidenceError {
  return new InvalidEvidenceError(
    `${path} ${what}, so the runs would be of different code; restore it and continue with --resume, or evaluate again`,
  )
}

/** Real paths, because packages may be linked to from elsewhere. */
function ownFolders(): readonly OwnFolder[] {
  return ['dist', 'node_modules'].flatMap((folder) => {
    const path = join(packageRoot(), folder)
    return existsSync(path) ? [[`assay/${folder}/`, realpathSync(path) + sep] as const] : []
  })
}

/** Whether to read what a module names: packages, and our own, are known by what was loaded. */
function isOfProject(path: string, { own }: Places): boolean {
  return (
    !path.includes(`${sep}node_modules${sep}`) && !own.some(([, folder]) => path.startsWith(folder))
  )
}

function nameOf(path: string, { project, own }: Places): string {
  const found = own.find(([, folder]) => path.startsWith(folder))
  return found === undefined ? relative(project, path) : found[0] + path.slice(found[1].length)
}

function pathOf(name: string, { project, own }: Places): string {
  const found = own.find(([beginning]) => name.startsWith(beginning))
  return found === undefined ? resolve(project, name) : found[1] + name.slice(found[0].length)
}

function short(digest: string): string {
  return `${digest.slice('sha256:'.length, 'sha256:'.length + 8)}…`
}
