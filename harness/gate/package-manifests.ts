import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { z } from 'zod'
import { LOCK_FILES } from './package-manager.js'

/** A package that a manifest takes from a folder of its own repository. */
export interface LocalPackage {
  readonly name: string
  /** Folder of the manifest, relative to the checkout. */
  readonly from: string
  /** Folder of the package, relative to the checkout. */
  readonly folder: string
}

const specifiers = z.record(z.string(), z.unknown()).optional().catch(undefined)
const manifestSchema = z.looseObject({
  dependencies: specifiers,
  devDependencies: specifiers,
  optionalDependencies: specifiers,
})
/** The fields of a manifest that decide which packages are installed. */
const DECIDING = [
  'name',
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'bundleDependencies',
  'overrides',
  'resolutions',
  'workspaces',
  'pnpm',
  'packageManager',
]
/** Further files that decide which packages are installed. */
const SETTINGS = ['.npmrc', '.yarnrc', '.yarnrc.yml', '.pnpmfile.cjs', 'pnpm-workspace.yaml']

/** Folders of a checkout that hold a `package.json`, relative to it; its root is ''. */
export function packageFolders(checkout: string): string[] {
  return foldersBelow(checkout, '').filter((folder) =>
    existsSync(join(checkout, folder, 'package.json')),
  )
}

function foldersBelow(checkout: string, folder: string): string[] {
  const below = readdirSync(join(checkout, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['node_modules', '.git'].includes(entry.name))
    .map(({ name }) => join(folder, name))
  return [folder, ...below.flatMap((one) => foldersBelow(checkout, one))]
}

/**
 * SHA-256 of everything in a checkout that decides which packages are installed: lock files,
 * manifests, settings, archives that manifests name, and patches of packages.
 */
export function digestOfManifests(checkout: string): string {
  const hash = createHash('sha256')
  const add = (path: string, content: string | Uint8Array) =>
    hash.update(`${path}\0`).update(content).update('\0')
  const folders = packageFolders(checkout)
  for (const folder of folders) {
    add(join(folder, 'package.json'), decidingFields(join(checkout, folder, 'package.json')))
    for (const name of [...LOCK_FILES, ...SETTINGS]) {
      const path = join(checkout, folder, name)
      if (existsSync(path)) add(join(folder, name), readFileSync(path))
    }
  }
  for (const path of [...localArchives(checkout, folders), ...patchesOf(checkout, folders)])
    add(path, readFileSync(join(checkout, path)))
  return hash.digest('hex')
}

/**
 * Whether the lock files of a checkout equal those of another folder.
 *
 * @param folders those of the checkout that hold a `package.json`
 */
export function hasSameLocks(checkout: string, folders: readonly string[], other: string): boolean {
  return folders.every((folder) =>
    LOCK_FILES.every((name) => {
      const path = join(checkout, folder, name)
      if (!existsSync(path)) return true
      const twin = join(other, folder, name)
      return existsSync(twin) && readFileSync(path).equals(readFileSync(twin))
    }),
  )
}

/** Patches that install scripts apply to packages (`patch-package`), relative to the checkout. */
export function patchesOf(checkout: string, folders: readonly string[]): string[] {
  return folders
    .map((folder) => join(folder, 'patches'))
    .filter((folder) => isDirectory(join(checkout, folder)))
    .flatMap((folder) =>
      readdirSync(join(checkout, folder))
        .filter((name) => name.endsWith('.patch'))
        .sort()
        .map((name) => join(folder, name)),
    )
}

/** Packages that manifests take from folders of the same checkout (`file:`, `link:`, `portal:`). */
export function localPackages(checkout: string, folders: readonly string[]): LocalPackage[] {
  return localSpecifiers(checkout, folders).filter(({ folder }) =>
    isDirectory(join(checkout, folder)),
  )
}

function localArchives(checkout: string, folders: readonly string[]): string[] {
  return localSpecifiers(checkout, folders)
    .map(({ folder }) => folder)
    .filter((path) => existsSync(join(checkout, path)) && !isDirectory(join(checkout, path)))
}

function localSpecifiers(checkout: string, folders: readonly string[]): LocalPackage[] {
  return folders.flatMap((from) => {
    const manifest = readManifest(join(checkout, from, 'package.json'))
    const { dependencies, devDependencies, optionalDependencies } = manifest
    return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
      .map(([name, specifier]) => ({ name, from, folder: localPath(from, String(specifier)) }))
      .filter((one): one is LocalPackage => one.folder !== undefined)
  })
}

/** The path that a specifier names, relative to the checkout; undefined outside of it. */
function localPath(from: string, specifier: string): string | undefined {
  const path = /^(?:file:|link:|portal:|(?=\.{1,2}\/))(.+)$/.exec(specifier)?.[1]
  if (path === undefined) return undefined
  const found = relative('/', resolve('/', from, path))
  const levels = join(from, path).split(sep)
  return levels[0] === '..' || path.startsWith('/') ? undefined : found
}

function decidingFields(path: string): string {
  const manifest: Readonly<Record<string, unknown>> = readManifest(path)
  return JSON.stringify(DECIDING.map((field) => manifest[field] ?? null))
}

/** The fields of a manifest. If it is unreadable, there are none, and npm will report its fault. */
function readManifest(path: string): z.infer<typeof manifestSchema> {
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return {}
  }
}

function isDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory()
}

/** The folders from one up to the root of its checkout, the nearest first. */
export function withParents(folder: string): string[] {
  const normal = folder === '.' || folder === '' ? '' : join(folder, '.').replace(/[/\\]$/, '')
  return normal === '' ? [''] : [normal, ...withParents(dirname(normal))]
}
