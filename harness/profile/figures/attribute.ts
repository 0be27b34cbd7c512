import type { ProfileCategories } from '../../contract.js'
import { type Frame, isGenerated } from '../fold/stacks.js'

/** Categories that exist in every profile, whatever is measured. */
export const GC_CATEGORY = 'GC'
export const RUNTIME_CATEGORY = 'JIT and runtime'
export const OTHER_CATEGORY = 'other'
/** JavaScript that `eval`, `new Function` or `node:vm` made; only where there is some. */
export const GENERATED_CATEGORY = 'generated code'

/** Finds the category of a stack; undefined for idle time. */
export type Attribute = (frames: readonly Frame[], stack: readonly number[]) => string | undefined

/**
 * Attributes every sample to one category:
 *
 * - Garbage collection, idle time and the runtime's own code are recognised by the leaf.
 * - Otherwise the category of the nearest frame in the table counts, from the leaf up. So the work
 *   of a library belongs to its caller.
 * - Code that the program made while it ran is a category of its own, unless the table lists it, as
 *   `eval:name`.
 * - A stack without a frame in the table is `other`, or the runtime's if all its frames are
 *   runtime code (a callback of the event loop).
 */
export function attributeBy(table: ProfileCategories | undefined): Attribute {
  const categoryOf = memoized(tableLookup(table ?? { categories: [], callers: [] }))
  return (frames, stack) => {
    const leaf = frames[stack.at(-1) ?? -1]
    if (leaf === undefined || leaf.kind === 'program') return RUNTIME_CATEGORY
    if (leaf.kind === 'gc') return GC_CATEGORY
    if (leaf.kind === 'idle') return undefined
    return nearestCategory(frames, stack, categoryOf) ?? fallbackCategory(frames, stack)
  }
}

type Lookup = (frame: Frame) => string | undefined

function nearestCategory(
  frames: readonly Frame[],
  stack: readonly number[],
  categoryOf: Lookup,
): string | undefined {
  for (let depth = stack.length - 1; depth >= 0; depth--) {
    const category = categoryOf(frames[stack[depth]!]!)
    if (category !== undefined) return category
  }
  return undefined
}

function fallbackCategory(frames: readonly Frame[], stack: readonly number[]): string {
  return stack.every((index) => isRuntime(frames[index]!)) ? RUNTIME_CATEGORY : OTHER_CATEGORY
}

function isRuntime({ kind, file }: Frame): boolean {
  return kind !== 'js' || file?.startsWith('node:') === true
}

/**
 * Names of all categories in display order.
 *
 * @param generated whether a sample belongs to generated code
 */
export function categoryNames(
  table: ProfileCategories | undefined,
  generated = false,
): readonly string[] {
  const named = (table?.categories ?? []).map(({ name }) => name)
  return [
    ...new Set([
      ...named.filter((name) => name !== OTHER_CATEGORY),
      ...(generated ? [GENERATED_CATEGORY] : []),
      GC_CATEGORY,
      RUNTIME_CATEGORY,
      OTHER_CATEGORY,
    ]),
  ]
}

/**
 * Finds the category of a frame by its function, its file, or the nearest folder; undefined if the
 * time belongs to the caller.
 */
function tableLookup({ categories, callers }: ProfileCategories): Lookup {
  const entries = new Map<string, string | null>(callers.map((source) => [source, null]))
  for (const { name, sources } of categories)
    for (const source of sources) entries.set(source, name)
  return (frame) => {
    const { name, file } = frame
    if (file === undefined) return undefined
    const key = [`${file}#${name}`, file, ...foldersOf(file)].find((one) => entries.has(one))
    if (key === undefined) return isGenerated(frame) ? GENERATED_CATEGORY : undefined
    return entries.get(key) ?? undefined
  }
}

/** Whether a table lists a file, or a folder that contains it, under a category or as `callers`. */
export function covers({ categories, callers }: ProfileCategories, file: string): boolean {
  const sources = new Set([...callers, ...categories.flatMap(({ sources }) => sources)])
  return [file, ...foldersOf(file)].some((key) => sources.has(key))
}

/** The folders that contain a file, the innermost first, each with a trailing slash. */
function foldersOf(file: string): string[] {
  const folders: string[] = []
  for (let end = file.lastIndexOf('/'); end > 0; end = file.lastIndexOf('/', end - 1))
    folders.push(file.slice(0, end + 1))
  return folders
}

function memoized(lookup: Lookup): Lookup {
  const results = new Map<Frame, string | undefined>()
  return (frame) => {
    if (!results.has(frame)) results.set(frame, lookup(frame))
    return results.get(frame)
  }
}
