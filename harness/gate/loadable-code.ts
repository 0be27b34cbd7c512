import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { digestOfManifests } from './package-manifests.js'

const LOADABLE = ['.js', '.mjs', '.cjs', '.json', '.node', '.wasm']
const TYPED = ['.ts', '.mts', '.cts']
/** Folders with output of the harness, which versions do not load. */
const EVIDENCE = ['decisions', 'profiling-results', 'reports']

/** A version that is built. */
export interface BuiltCheckout {
  /** Root of the checkout, absolute. */
  readonly checkout: string
  /** Path of the project below the root of the checkout; '' at the root. */
  readonly prefix: string
  /** Module of the suite, relative to the project. */
  readonly module: string
  /** Packages that the commit holds, by path below the root. */
  readonly committed: readonly string[]
}

/**
 * SHA-256 of everything that a version can load: each file of its checkout that Node can load as a
 * module, including linked packages, and the files that decide which packages are installed.
 */
export function digestOfLoadable({ checkout, prefix, module, committed }: BuiltCheckout): string {
  const evidence = EVIDENCE.map((name) => join(prefix, name))
  const readsTypes = TYPED.includes(extname(module)) || 'typescript' in process.features
  const hash = createHash('sha256').update(digestOfManifests(checkout))
  for (const path of [...filesBelow(checkout, '', evidence), ...committed])
    if (isLoadable(path, readsTypes))
      hash
        .update(`${path}\0`)
        .update(readFileSync(join(checkout, path)))
        .update('\0')
  return `sha256:${hash.digest('hex')}`
}

function isLoadable(path: string, readsTypes: boolean): boolean {
  const ending = extname(path)
  return LOADABLE.includes(ending) || (readsTypes && TYPED.includes(ending))
}

/**
 * The files below a folder. Installed packages are left out, because they follow from the
 * manifests, and links, because their targets are listed.
 */
function filesBelow(checkout: string, folder: string, left: readonly string[]): string[] {
  return readdirSync(join(checkout, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isFile()) return [path]
      const isSkipped = ['.git', 'node_modules'].includes(entry.name) || left.includes(path)
      return entry.isDirectory() && !isSkipped ? filesBelow(checkout, path, left) : []
    })
}
