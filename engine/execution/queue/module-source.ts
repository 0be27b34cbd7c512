import { readFileSync, statSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { dirname, relative, resolve, sep } from 'node:path'
import { sha256 } from '../../bundle/version.js'
import { EngineError, messageOf } from '../../errors.js'
import { placeOfModule } from '../../search/module/module-place.js'
import type { ModuleIdentity } from './range-job.js'

/** The source of a search module with every file that it imports by a relative path. */
export interface ModuleSource extends ModuleIdentity {
  /** By path below the common folder, with `/`, sorted. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Packages that the files import, except this one and those of Node; sorted. */
  readonly packages: readonly string[]
}

/** Imports and re-exports with a literal specifier, dynamic ones included; not those of types. */
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s*|\brequire\s*\(\s*)(['"])([^'"\n]+)\1/g
const TYPE_IMPORT = /\b(?:import|export)\s+type\b[^'"]*\bfrom\s*['"][^'"\n]+['"]/g
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm
/** Forms that TypeScript gives the specifier of a file. */
const ENDINGS = ['', '.ts', '.js', '.mjs', '.mts']

const OWN_PACKAGE = 'assay'

/**
 * Reads a search module. Specifiers that are computed, and files that are read rather than
 * imported, cannot be seen.
 *
 * @param module  path or `file:` address
 * @throws {EngineError} `input-invalid`: a file cannot be read; the message names it
 */
export async function readModuleSource(module: string | URL): Promise<ModuleSource> {
  const path = placeOfModule(module).file
  const entry = await realpath(path).catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  const read = new Map<string, Buffer>()
  const packages = new Set<string>()
  const waiting = [entry]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (read.has(file)) continue
    const bytes = readBytes(file)
    read.set(file, bytes)
    const { files, foreign } = importsOf(file, bytes)
    waiting.push(...files)
    for (const name of foreign) packages.add(name)
  }
  return sourceOf(entry, read, [...packages].sort())
}

/** The files and the packages that a file imports. */
function importsOf(from: string, bytes: Buffer) {
  const specifiers = specifiersOf(bytes.toString('utf8'))
  const files = specifiers
    .filter((specifier) => specifier.startsWith('.'))
    .flatMap((specifier) => fileOf(from, specifier) ?? [])
  return { files, foreign: specifiers.filter(isForeign).map(packageOf) }
}

function sourceOf(
  entry: string,
  read: ReadonlyMap<string, Uint8Array>,
  packages: readonly string[],
): ModuleSource {
  const folder = commonFolder([...read.keys()])
  const named = (file: string) => relative(folder, file).split(sep).join('/')
  const files = new Map(
    [...read]
      .map(([file, bytes]) => [named(file), bytes] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
  return { entry: named(entry), digest: digestOf(named(entry), files), files, packages }
}

function digestOf(entry: string, files: ReadonlyMap<string, Uint8Array>): string {
  const lines = [...files].map(([name, bytes]) => `${name} ${sha256(bytes)}\n`)
  return sha256(`${entry}\n${lines.join('')}`)
}

function specifiersOf(text: string): string[] {
  const code = text.replace(COMMENT, '').replace(TYPE_IMPORT, '')
  return [...code.matchAll(IMPORT)].map((match) => match[2]!)
}

/** The file of a relative specifier; undefined if none exists, as for one in a text. */
function fileOf(from: string, specifier: string): string | undefined {
  const target = resolve(dirname(from), specifier)
  const bare = target.replace(/\.[cm]?js$/, '')
  const candidates = [target, ...ENDINGS.flatMap((end) => [`${target}${end}`, `${bare}${end}`])]
  return candidates.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
}

function isForeign(specifier: string): boolean {
  return !/^[./]/.test(specifier) && !isBuiltin(specifier) && packageOf(specifier) !== OWN_PACKAGE
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!
}

function commonFolder(files: readonly string[]): string {
  let folder = dirname(files[0]!)
  while (files.some((file) => relative(folder, file).startsWith('..'))) folder = dirname(folder)
  return folder
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

function unreadable(file: string, cause: unknown): EngineError {
  return new EngineError(
    'input-invalid',
    `search module ${file} cannot be read (${messageOf(cause)}); correct the path`,
    { cause, details: { file } },
  )
}
