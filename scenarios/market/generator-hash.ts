import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

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

const own = fileURLToPath(import.meta.url)

/**
 * The hash of the generator that runs. Computed once, when this module is loaded, so that no timed
 * pass computes it.
 */
export const GENERATOR_HASH = generatorHash(dirname(own), extname(own))

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
