import {
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { localPackages, withParents } from './package-manifests.js'

const PACKAGES = 'node_modules'

/** The packages installed in one checkout, to be used in another of the same repository. */
export interface Installation {
  /** Root of the checkout in which they are installed, absolute. */
  readonly here: string
  /** Root of the checkout that gets them, absolute. */
  readonly checkout: string
  /** Folders of that checkout that hold a manifest, relative to it. */
  readonly folders: readonly string[]
}

/** Whether packages are installed in a folder of a checkout that contains a manifest. */
export function hasInstalled(installation: Installation): boolean {
  return foldersWithPackages(installation).length > 0
}

/**
 * Gives a checkout the packages that are installed in another one of the same repository, without
 * their cache. A link to a folder of the repository (a workspace, `file:`) leads to the same
 * folder of the new checkout. Node resolves links before it looks for packages, so a linked
 * package would search the folder of the link's target. Therefore, if there are such links, every
 * package is copied.
 *
 * @returns links that lead out of the repository, `node_modules/one → /elsewhere/one`
 */
export function reuseInstalled(installation: Installation): string[] {
  const { here, checkout } = installation
  const folders = foldersWithPackages(installation)
  const local = localPackages(checkout, installation.folders)
  const outside = folders.flatMap((folder) => linksOf(installation, folder, 'outside'))
  const isCopied =
    local.length > 0 ||
    folders.some((folder) => linksOf(installation, folder, 'repository').length > 0)
  for (const folder of folders) {
    const [from, into] = [join(here, folder, PACKAGES), join(checkout, folder, PACKAGES)]
    if (isCopied) copyPackages(from, into, installation)
    else linkPackages(from, into)
  }
  for (const { name, from, folder } of local) linkLocal(checkout, name, from, folder)
  return outside.map((path) => `${relative(here, path)} → ${realPath(path) ?? readlinkSync(path)}`)
}

function foldersWithPackages({ here, checkout, folders }: Installation): string[] {
  return folders.filter(
    (folder) =>
      existsSync(join(here, folder, PACKAGES)) && !existsSync(join(checkout, folder, PACKAGES)),
  )
}

/** The links to packages in a folder that lead to one of the places. */
function linksOf({ here }: Installation, folder: string, place: LinkPlace): string[] {
  const packages = join(here, folder, PACKAGES)
  return readdirSync(packages, { withFileTypes: true })
    .flatMap((entry) =>
      entry.name.startsWith('@') && entry.isDirectory()
        ? readdirSync(join(packages, entry.name)).map((name) => join(entry.name, name))
        : [entry.name],
    )
    .map((name) => join(packages, name))
    .filter((path) => lstatSync(path).isSymbolicLink() && placeOf(path, here) === place)
}

/** Where a link leads: to installed packages, to the repository itself, or out of it. */
type LinkPlace = 'packages' | 'repository' | 'outside'

function placeOf(link: string, here: string): LinkPlace {
  const below = relative(here, targetOf(link))
  if (below.startsWith(`..${sep}`) || below === '..' || isAbsolute(below)) return 'outside'
  return below.split(sep).includes(PACKAGES) ? 'packages' : 'repository'
}

function targetOf(link: string): string {
  return realPath(link) ?? resolve(dirname(link), readlinkSync(link))
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

/** Makes links in a folder of the checkout itself, so that the versions do not share a cache. */
function linkPackages(from: string, into: string): void {
  mkdirSync(into)
  for (const name of readdirSync(from))
    if (name !== '.cache') symlinkSync(join(from, name), join(into, name))
}

function copyPackages(from: string, into: string, installation: Installation): void {
  mkdirSync(into)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(into, entry.name)]
    if (entry.name === '.cache') continue
    if (entry.isSymbolicLink()) symlinkSync(newTarget(source, installation), copy)
    else if (entry.isDirectory()) copyPackages(source, copy, installation)
    else if (entry.isFile()) copyFileSync(source, copy, constants.COPYFILE_FICLONE)
  }
}

/** The same place in the new checkout; outside of the repository, the same target. */
function newTarget(link: string, { here, checkout }: Installation): string {
  const target = targetOf(link)
  return placeOf(link, here) === 'outside' ? target : join(checkout, relative(here, target))
}

/** Some package managers copy local packages, and the copy may be that of another version. */
function linkLocal(checkout: string, name: string, from: string, folder: string): void {
  const installed = withParents(from)
    .map((parent) => join(checkout, parent, PACKAGES, name))
    .find((path) => isThere(path))
  if (installed === undefined) return
  rmSync(installed, { recursive: true, force: true })
  symlinkSync(join(checkout, folder), installed)
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}
