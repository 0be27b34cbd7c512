import { existsSync, readFileSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** What a module imports from this package. */
const NAME = 'assay'

let isProvided = false

/**
 * From now on, a module of this thread that imports this package gets it, although it is not
 * installed where the module is. A module that finds one, such as that of its own project, keeps
 * it.
 *
 * @param file  path of the module that is about to be imported
 */
export function provideOwnPackage(file: string): void {
  if (isProvided || isFoundFrom(file)) return
  const own = Object.entries(exportedFiles()).map(([name, path]) => [name, addressOf(path)])
  if (own.length === 0) return
  isProvided = true
  const addresses = Object.fromEntries(own) as Readonly<Record<string, string>>
  if (syncHooks.registerHooks !== undefined)
    syncHooks.registerHooks({ resolve: resolverOf(addresses) })
  else nodeModule.register(hooksOf(addresses))
}

/** The files of this package by what modules import; none if the module finds a package itself. */
export function ownAddresses(file: string): Record<string, string> {
  return isFoundFrom(file) ? {} : exportedFiles()
}

/** Runs in this thread; Node 20 has it only in another one. */
type Resolve = (
  specifier: string,
  context: unknown,
  next: (specifier: string, context: unknown) => { readonly url: string },
) => { readonly url: string; readonly shortCircuit?: boolean }

const syncHooks = nodeModule as {
  readonly registerHooks?: (hooks: { readonly resolve: Resolve }) => unknown
}

function resolverOf(addresses: Readonly<Record<string, string>>): Resolve {
  return (specifier, context, next) => {
    try {
      return next(specifier, context)
    } catch (error) {
      const url = addresses[specifier]
      if (url === undefined) throw error
      return { url, shortCircuit: true }
    }
  }
}

/** The same for the thread of hooks, as the address of a module. */
function hooksOf(addresses: Readonly<Record<string, string>>): string {
  const text = `const addresses = ${JSON.stringify(addresses)}
export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context)
  } catch (error) {
    const url = addresses[specifier]
    if (url === undefined) throw error
    return { url, shortCircuit: true }
  }
}`
  return `data:text/javascript,${encodeURIComponent(text)}`
}

function isFoundFrom(file: string): boolean {
  try {
    nodeModule.createRequire(file).resolve(NAME)
    return true
  } catch {
    return false
  }
}

let exported: Record<string, string> | undefined

/** By what a module imports: `assay`, `assay/harness`. Empty if the package is not built. */
function exportedFiles(): Record<string, string> {
  exported ??= readExports(packageFolder())
  return exported
}

function readExports(folder: string | undefined): Record<string, string> {
  if (folder === undefined) return {}
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, { readonly default: string }>>
  }
  const files = Object.entries(exports).map(([path, { default: file }]) => [
    `${NAME}${path.slice(1)}`,
    join(folder, file),
  ])
  return Object.fromEntries(files.filter(([, file]) => existsSync(file!)))
}

/** This module may be part of a joined file, and is not always compiled. */
function packageFolder(): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === NAME) return folder
    if (folder === dirname(folder)) return undefined
  }
}

function addressOf(path: string): string {
  return pathToFileURL(path).href
}
