import { join, resolve } from 'node:path'
import { packageRoot } from './package-root.js'

/**
 * Environment variable with the folder for files that can be made again: resampled markets,
 * installed tools. Default: `node_modules/.cache/assay` of this package.
 */
export const CACHE_VARIABLE = 'ASSAY_CACHE_DIR'

/** Absolute path of that folder; it may not exist yet. */
export function cacheRoot(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const folder = env[CACHE_VARIABLE]
  return folder === undefined || folder === ''
    ? join(packageRoot(), 'node_modules', '.cache', 'assay')
    : resolve(folder)
}
