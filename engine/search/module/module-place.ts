import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Where a module is. */
export interface ModulePlace {
  /** Absolute path, or the address where it has no path; for messages. */
  readonly file: string
  /** What Node imports. */
  readonly address: string
}

/**
 * The place of a module.
 *
 * @param module  a path, relative to the working directory, or an address
 */
export function placeOfModule(module: string | URL): ModulePlace {
  const text = String(module)
  if (module instanceof URL || /^(?:file|data|https?):/.test(text))
    return { file: text.startsWith('file:') ? fileURLToPath(text) : text, address: text }
  const file = resolve(text)
  return { file, address: pathToFileURL(file).href }
}
