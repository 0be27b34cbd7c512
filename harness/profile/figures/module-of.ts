import { type Frame, isGenerated } from '../fold/stacks.js'
import { GC_CATEGORY, GENERATED_CATEGORY, RUNTIME_CATEGORY } from './attribute.js'

/** The modules of code without a source, and of idle time. */
export const NATIVE_MODULE = 'native'
export const IDLE_MODULE = 'idle'

/**
 * The module of a frame: the folder of a project file (`engine/portal`), the name of a package
 * (`arquero`, `node:fs`), `generated code`, or for other frames the state of V8 (`GC`).
 */
export function moduleOf(frame: Frame): string {
  const { kind, file } = frame
  if (kind === 'gc') return GC_CATEGORY
  if (kind === 'program') return RUNTIME_CATEGORY
  if (kind === 'idle') return IDLE_MODULE
  if (file === undefined) return NATIVE_MODULE
  if (isGenerated(frame)) return GENERATED_CATEGORY
  if (file.startsWith('node:')) return file.split('/')[0]!
  const parts = file.split('/')
  if (parts[0] === 'node_modules')
    return parts.slice(1, parts[1]?.startsWith('@') ? 3 : 2).join('/')
  return parts.slice(0, -1).join('/') || '.'
}
