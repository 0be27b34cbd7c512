import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, extname, isAbsolute, resolve } from 'node:path'
import { readText } from '../system/proc.js'

/** Every text in quotes that ends like a module, also inside `new URL('./x.js', …)`. */
const MODULE_NAMES = /['"`]([^'"`\n$]{1,300}\.(?:[cm]?[jt]sx?|node|wasm))['"`]/g
/** What an import or a `require` names by a path, with or without an extension. */
const IMPORTED = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"`](\.{1,2}\/[^'"`\n$]{1,300})['"`]/g
const WITH_SOURCE = /^\.[cm]?[jt]sx?$/
const ENDINGS = ['', '.js', '.cjs', '.json', '.node', '/index.js']

/**
 * The given modules and those they name, and so on: static and lazy imports, required files, and
 * modules that are only started in a thread or a process of their own. It reads texts and resolves
 * paths, so it may find a module that is never loaded; that does no harm.
 *
 * @param paths absolute
 * @param follow whether to look into a module
 * @returns absolute, symbolic links resolved
 */
export function withNamedModules(
  paths: readonly string[],
  follow: (path: string) => boolean,
): Set<string> {
  const found = new Set<string>()
  const open = [...paths]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const file = realFile(path)
    if (file === undefined || found.has(file)) continue
    found.add(file)
    if (follow(file) && WITH_SOURCE.test(extname(file))) open.push(...namedIn(file))
  }
  return found
}

function namedIn(file: string): string[] {
  const source = readText(file) ?? ''
  const names = [...source.matchAll(MODULE_NAMES), ...source.matchAll(IMPORTED)]
  return names.flatMap(([, name = '']) => {
    if (isAbsolute(name) || name.includes('://')) return []
    const path = resolve(dirname(file), name)
    return ENDINGS.map((ending) => `${path}${ending}`).filter((one) => realFile(one) !== undefined)
  })
}

/** The file behind a path; undefined where there is none. */
function realFile(path: string): string | undefined {
  return existsSync(path) && statSync(path).isFile() ? realpathSync(path) : undefined
}
