import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../harness/system/package-root.js'

/** Modules that decide what a market of a size and seed holds, relative to this folder. */
const MODULES = [
  'market-content',
  'resample',
  'intraday',
  'sp500',
  join('..', '..', 'harness', 'statistics', 'random'),
]
/** Hexadecimal digits in the name of a market. */
const DIGITS = 12

/** The modules are looked up from the root, because this one may be part of a bundle elsewhere. */
const isSource = import.meta.url.endsWith('.ts')
const room = join(packageRoot(), isSource ? '' : 'dist', 'scenarios', 'market')

/**
 * The hash of the generator that runs. Computed once, when this module is loaded, so that no timed
 * pass computes it.
 */
export const GENERATOR_HASH = generatorHash(room, isSource ? '.ts' : '.js')

/**
 * The first digits of a hash over the modules that generate markets. `sp500` states the digest of
 * the data and refuses others, so the data are in it too.
 *
 * @param folder    where the modules of the generator are
 * @param extension of the modules: they are sources, or compiled
 */
export function generatorHash(folder: string, extension: string): string {
  const hash = createHash('sha256')
  for (const name of MODULES)
    hash.update(readFileSync(join(folder, `${name}${extension}`))).update('\0')
  return hash.digest('hex').slice(0, DIGITS)
}
