import { join, resolve } from 'node:path'
import { packageRoot } from './package-root.js'

/**
 * Names the folder for what can be made again: resampled markets, installed tools. Default:
 * `node_modules/.cache/assay` of this package.
 */
export const CACHE_VARIABLE = 'ASSAY_CACHE_DIR'

/** Absolute path of that folder; it need not exist. */
export function cacheRoot(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const named = env[CACHE_VARIABLE]
  return named === undefined || named === ''
    ? join(packageRoot(), 'node_modules', '.cache', 'assay')
    : resolve(named)
}
