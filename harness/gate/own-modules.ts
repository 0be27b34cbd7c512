import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RunSlot } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import { packageRoot } from '../system/package-root.js'
import { VERSIONS, type Version } from './checkouts.js'
import type { VersionsRequest } from './versions.js'

type Places = Pick<VersionsRequest, 'roots' | 'here' | 'commits'>

/**
 * Refuses a version that has loaded a module of the other version or of the working tree, for
 * example by an absolute path, from the working directory, or through a link that leads back: the
 * two versions would then not be what they are called. Installed packages may be shared.
 *
 * @returns to be called with the modules of each measured process, real paths
 */
export function ownModulesOnly(
  places: Places,
): (paths: readonly string[], slot: Pick<RunSlot, 'suite'>) => void {
  return (paths, { suite }) => {
    // Data of both versions are prepared as a baseline's for a profile: only the suite decides.
    const version = isIn(places.roots.base, fileURLToPath(suite)) ? 'base' : 'head'
    for (const path of paths) refuseForeign(places, version, path)
  }
}

/** @throws {InvalidEvidenceError} the module is not of this version; names it */
function refuseForeign({ roots, here, commits }: Places, version: Version, path: string): void {
  const other = VERSIONS.find((one) => one !== version)!
  if (isIn(roots[version], path)) return
  if (isIn(roots[other], path))
    throw mixed(version, commits, `${relative(roots[other], path)} of ${other}`)
  const isInstalled = path.split(sep).includes('node_modules')
  const isHarness = isIn(join(packageRoot(), 'dist', 'harness'), path)
  if (isIn(here, path) && !isInstalled && !isHarness)
    throw mixed(version, commits, `${path} of the working tree`)
}

function mixed(version: Version, commits: Places['commits'], module: string): InvalidEvidenceError {
  return new InvalidEvidenceError(
    `${version} ${commits[version].slice(0, 8)} loads ${module}, so another code would be measured than that of ${version}; load it by a path relative to the module that imports it, or as an installed package`,
  )
}

function isIn(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}
