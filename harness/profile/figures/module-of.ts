import type { Frame } from '../fold/stacks.js'
import { GC_CATEGORY, RUNTIME_CATEGORY } from './attribute.js'

/** Where code without a source belongs to, and where no code does. */
export const NATIVE_MODULE = 'native'
export const IDLE_MODULE = 'idle'

/**
 * The folder of a file of the project, the package of one that is not, or what ran instead:
 * `engine/portal`, `arquero`, `node:fs`, `GC`.
 */
export function moduleOf({ kind, file }: Frame): string {
  if (kind === 'gc') return GC_CATEGORY
  if (kind === 'program') return RUNTIME_CATEGORY
  if (kind === 'idle') return IDLE_MODULE
  if (file === undefined) return NATIVE_MODULE
  if (file.startsWith('node:')) return file.split('/')[0]!
  const parts = file.split('/')
  if (parts[0] === 'node_modules')
    return parts.slice(1, parts[1]?.startsWith('@') ? 3 : 2).join('/')
  return parts.slice(0, -1).join('/') || '.'
}
