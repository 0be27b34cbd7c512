import { existsSync, readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { dirname, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where something stands in the source a person wrote. */
export interface SourcePosition {
  /**
   * Posix path relative to the project root; `node:…` for modules of the runtime; from
   * `node_modules/` on for packages, wherever they are installed.
   */
  readonly file: string
  /** From 1. */
  readonly line: number
}

/**
 * Finds the source position of code; undefined where it has none (code of the runtime without a
 * file, `eval`). Line and column count from 0.
 */
export type Locate = (url: string, line: number, column: number) => SourcePosition | undefined

const POINTER = /\/\/[#@]\s*sourceMappingURL=(\S+)\s*$/m

/**
 * Source positions through the source maps that lie beside compiled files. A file without a map, or
 * with one that cannot be read, is its own source.
 *
 * @param root folder that paths are relative to, absolute
 */
export function sourceLocator(root: string): Locate {
  const maps = new Map<string, SourceMap | undefined>()
  return (url, line, column) => {
    if (url === '' || line < 0) return undefined
    if (url.startsWith('node:')) return { file: url, line: line + 1 }
    const path = pathOf(url)
    if (path === undefined) return undefined
    if (!maps.has(path)) maps.set(path, readMap(path))
    const entry = maps.get(path)?.findEntry(line, Math.max(0, column))
    if (entry === undefined || !('originalSource' in entry))
      return { file: shownPath(path, root), line: line + 1 }
    return {
      file: shownPath(
        resolve(dirname(path), pathOf(entry.originalSource) ?? entry.originalSource),
        root,
      ),
      line: entry.originalLine + 1,
    }
  }
}

/** The path of a file by its URL, or by its path; undefined: it is no file. */
export function pathOf(url: string): string | undefined {
  if (url.startsWith('file:')) {
    try {
      return fileURLToPath(url)
    } catch {
      return undefined
    }
  }
  return url.startsWith('/') ? url : undefined
}

function readMap(path: string): SourceMap | undefined {
  try {
    const pointer = POINTER.exec(readFileSync(path, 'utf8'))?.[1]
    if (pointer === undefined || pointer.startsWith('data:')) return undefined
    const file = resolve(dirname(path), decodeURI(pointer))
    if (!existsSync(file)) return undefined
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload)
  } catch {
    // A map that cannot be read makes a profile less readable, not wrong.
    return undefined
  }
}

/**
 * A path as people are shown it: below the project root, or from `node_modules/` on; of any other,
 * its name.
 */
export function shownPath(path: string, root: string): string {
  const posix = path.split(sep).join('/')
  const packages = posix.lastIndexOf('/node_modules/')
  if (packages >= 0) return posix.slice(packages + 1)
  const below = relative(root, path).split(sep).join('/')
  // Outside of the project only the name of a file says anything, and the folders of a machine are
  // nobody's business.
  return below.startsWith('../../') ? posix.slice(posix.lastIndexOf('/') + 1) : below
}
