import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { pathFrom } from './path-from.js'

const MARK = join('harness', 'record', 'templates')

/**
 * Absolute path of this package: the nearest folder above this module that holds both a
 * package.json and our templates. The result is the same whether this module runs as source
 * (`harness/…`) or compiled (`dist/harness/…`).
 *
 * @throws {Error} the package is incomplete: no folder above this module holds the templates
 */
export function packageRoot(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  for (let folder = here; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, MARK))) return folder
    if (folder === dirname(folder))
      throw new Error(`no package with ${MARK} above ${here}; reinstall the package`)
  }
}

/**
 * Address of a module after compilation: measured code is always `dist/*.js`.
 *
 * @param url `import.meta.url` of a module
 * @returns the address under `dist/` for a TypeScript source inside this package; every other
 * address unchanged
 */
export function compiledModule(url: string): string {
  if (!url.startsWith('file:') || !/\.tsx?$/.test(url)) return url
  const path = relative(packageRoot(), fileURLToPath(url))
  if (path.startsWith(`..${sep}`) || path.startsWith(`dist${sep}`)) return url
  return pathToFileURL(join(packageRoot(), 'dist', path.replace(/\.tsx?$/, '.js'))).href
}

/**
 * A file of this package as a message names it: its path from the working directory if it is below
 * (`node_modules/…/docs/compare.md` in a project that has installed this package), otherwise its
 * absolute path.
 *
 * @param name relative to the root of the package
 */
export function packageFile(name: string): string {
  return pathFrom(process.cwd(), join(packageRoot(), name))
}
