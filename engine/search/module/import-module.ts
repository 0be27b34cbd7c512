import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { messageOf } from '../../errors.js'
import { ownAddresses, provideOwnPackage } from './own-package.js'

/**
 * Imports a module of the user. TypeScript is loaded by Node where it strips types, otherwise by
 * jiti, which is imported only then. A module that imports `assay` gets this package if it finds no
 * other.
 *
 * @param address  `file:`, or another address that Node can import; with `?` and any text, the
 * module is imported anew
 * @throws whatever Node, jiti or the module throws; `faultOfImport` puts it in words
 */
export async function importModule(address: string): Promise<{ readonly default?: unknown }> {
  if (address.startsWith('file:')) provideOwnPackage(fileURLToPath(address))
  if (isTypeScript(address) && isOfCommonJsPackage(fileURLToPath(address)))
    return await importByJiti(address)
  try {
    return (await import(/* @vite-ignore */ address)) as { default?: unknown }
  } catch (cause) {
    if (!(isTypeScript(address) && FALLS_BACK.has(codeOf(cause)))) throw cause
    return await importByJiti(address)
  }
}

/**
 * Why `importModule` failed, with the remedy, to follow the name of the module: `is TypeScript …`.
 */
export function faultOfImport(cause: unknown): string {
  const code = codeOf(cause)
  const message = messageOf(cause).split('\n')[0]!
  const node = `Node ${process.versions.node}`
  if (code === NO_LOADER)
    return `is TypeScript, which ${node} cannot load by itself, and the package jiti is not installed; install jiti, use Node 22.18 or newer, or compile it and give the JavaScript file`
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?tsx?\b/.test(message))
    return `is JavaScript that imports TypeScript, which ${node} cannot load by itself; write the module in TypeScript too, or use Node 22.18 or newer`
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')
    return `cannot be found or imports what is not there (${message}); correct the path`
  return `cannot be imported (${message}); correct the module`
}

/** Neither Node nor jiti loads TypeScript. */
const NO_LOADER = 'ERR_NO_TYPESCRIPT_LOADER'

/** What Node reports before any line of the module has run, where jiti can still load it. */
const FALLS_BACK = new Set([
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
])

function isTypeScript(address: string): boolean {
  return address.startsWith('file:') && /^\.[cm]?tsx?$/.test(extname(new URL(address).pathname))
}

/**
 * Whether Node would read a file named `.ts` as CommonJS, or warn that it is not: its package.json
 * does not have the type `module`.
 */
function isOfCommonJsPackage(file: string): boolean {
  if (!STRIPS_TYPES || !/\.tsx?$/.test(file)) return false
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const type = typeOf(join(folder, 'package.json'))
    if (type !== undefined) return type !== 'module'
    if (folder === dirname(folder)) return false
  }
}

/** Without it, Node reports `ERR_UNKNOWN_FILE_EXTENSION`, unless another loader is at work. */
const STRIPS_TYPES = Boolean((process.features as { readonly typescript?: unknown }).typescript)

/** The type of a package; undefined if there is no package.json, empty if it has none. */
function typeOf(path: string): string | undefined {
  if (!existsSync(path)) return undefined
  try {
    const { type = '' } = JSON.parse(readFileSync(path, 'utf8'))
    return String(type)
  } catch {
    return ''
  }
}

async function importByJiti(address: string): Promise<{ readonly default?: unknown }> {
  const file = fileURLToPath(address)
  const { createJiti } = await jitiOrRefusal()
  // Without the default export's fields among those of the module, as Node does.
  const jiti = createJiti(file, { alias: ownAddresses(file), interopDefault: false })
  if (address.includes('?')) delete jiti.cache[file]
  return await jiti.import<{ default?: unknown }>(file)
}

async function jitiOrRefusal(): Promise<typeof import('jiti')> {
  try {
    return await import('jiti')
  } catch (cause) {
    throw Object.assign(new Error('no loader of TypeScript', { cause }), { code: NO_LOADER })
  }
}

function codeOf(cause: unknown): string {
  return String((cause as NodeJS.ErrnoException | undefined)?.code ?? '')
}
