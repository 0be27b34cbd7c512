import { existsSync, readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { dirname, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A position in the source as written, before compilation. */
export interface SourcePosition {
  /**
   * Posix path relative to the project root; `node:…` for modules of the runtime. The path of a
   * package begins with `node_modules/`, no matter where the package is installed.
   */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** What stands there in the source, if the map states it: a bundler renames functions. */
  readonly name?: string
}

/**
 * Finds the source position of generated code; undefined if it has none (runtime code without a
 * file, `eval`). Line and column count from 0. Without a column, it is that of the first character
 * of the line that is not a space.
 */
export type Locate = (url: string, line: number, column?: number) => SourcePosition | undefined

const POINTER = /\/\/[#@]\s*sourceMappingURL=(\S+)\s*$/m

/**
 * Maps generated code to its source with the source maps that lie beside compiled files. If a file
 * has no readable map, the file itself is taken as the source.
 *
 * @param root folder that paths become relative to, absolute
 */
export function sourceLocator(root: string): Locate {
  const maps = new Map<string, MappedFile | undefined>()
  const mapOf = (path: string) => {
    if (!maps.has(path)) maps.set(path, readMap(path))
    return maps.get(path)
  }
  return (url, line, column) => {
    if (url === '' || line < 0) return undefined
    if (url.startsWith('node:')) return { file: url, line: line + 1 }
    const path = pathOf(url)
    if (path === undefined) return undefined
    const mapped = mapOf(path)
    const entry = mapped?.map.findEntry(line, Math.max(0, column ?? indentOf(mapped, line)))
    if (entry === undefined || !('originalSource' in entry))
      return { file: shownPath(path, root), line: line + 1 }
    const { originalSource, originalLine } = entry
    const original = resolve(dirname(path), pathOf(originalSource) ?? originalSource)
    return { file: shownPath(original, root), line: originalLine + 1, ...nameIn(entry) }
  }
}

/** The name that an entry of a map states. */
function nameIn(entry: object): Pick<SourcePosition, 'name'> {
  return 'name' in entry && typeof entry.name === 'string' ? { name: entry.name } : {}
}

/** The path of a file, given its URL or path; undefined for anything else. */
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

/** A compiled file with a source map. */
interface MappedFile {
  readonly map: SourceMap
  readonly lines: readonly string[]
}

function indentOf({ lines }: MappedFile, line: number): number {
  return lines[line]?.search(/\S/) ?? 0
}

function readMap(path: string): MappedFile | undefined {
  try {
    const text = readFileSync(path, 'utf8')
    const pointer = POINTER.exec(text)?.[1]
    if (pointer === undefined || pointer.startsWith('data:')) return undefined
    const file = resolve(dirname(path), decodeURI(pointer))
    if (!existsSync(file)) return undefined
    const map = new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload)
    return { map, lines: text.split('\n') }
  } catch {
    // Without the map, the profile is less readable but still correct.
    return undefined
  }
}

/**
 * A path for display: relative to the project root, or beginning with `node_modules/`. For any
 * other file it is only the name, so that no folders of this machine are published.
 */
export function shownPath(path: string, root: string): string {
  const posix = path.split(sep).join('/')
  const packages = posix.lastIndexOf('/node_modules/')
  if (packages >= 0) return posix.slice(packages + 1)
  const below = relative(root, path).split(sep).join('/')
  return below.startsWith('../../') ? posix.slice(posix.lastIndexOf('/') + 1) : below
}
