import type { ProfileCategories } from '../../contract.js'
import type { Frame } from '../fold/stacks.js'

/** Categories every profile has, whatever is measured. */
export const GC_CATEGORY = 'GC'
export const RUNTIME_CATEGORY = 'JIT and runtime'
export const OTHER_CATEGORY = 'other'

/** The category of a stack; undefined: nothing ran (idle). */
export type Attribute = (frames: readonly Frame[], stack: readonly number[]) => string | undefined

/**
 * The rule by which every sample belongs to one category. Collection, idleness and the runtime's
 * own code are told by the leaf. Any other sample belongs to the nearest ancestor the table knows,
 * the leaf first: so what a library does belongs to its caller. A stack the table knows nothing of
 * belongs to the runtime if all of it is code of the runtime (a callback of the event loop), and to
 * `other` if not.
 */
export function attributeBy(table: ProfileCategories | undefined): Attribute {
  const categoryOf = memoized(tableLookup(table ?? { categories: [], callers: [] }))
  return (frames, stack) => {
    const leaf = frames[stack.at(-1) ?? -1]
    if (leaf === undefined || leaf.kind === 'program') return RUNTIME_CATEGORY
    if (leaf.kind === 'gc') return GC_CATEGORY
    if (leaf.kind === 'idle') return undefined
    for (let depth = stack.length - 1; depth >= 0; depth--) {
      const category = categoryOf(frames[stack[depth]!]!)
      if (category !== undefined) return category
    }
    return stack.every((index) => isRuntime(frames[index]!)) ? RUNTIME_CATEGORY : OTHER_CATEGORY
  }
}

/** Names of all categories, in the order they are shown. */
export function categoryNames(table: ProfileCategories | undefined): readonly string[] {
  const named = (table?.categories ?? []).map(({ name }) => name)
  return [
    ...new Set([
      ...named.filter((name) => name !== OTHER_CATEGORY),
      GC_CATEGORY,
      RUNTIME_CATEGORY,
      OTHER_CATEGORY,
    ]),
  ]
}

/** What a table says of a source: its category, `caller`, or nothing. */
function tableLookup({
  categories,
  callers,
}: ProfileCategories): (frame: Frame) => string | undefined {
  const entries = new Map<string, string | null>(callers.map((source) => [source, null]))
  for (const { name, sources } of categories)
    for (const source of sources) entries.set(source, name)
  return ({ name, file }) => {
    if (file === undefined) return undefined
    for (const key of [`${file}#${name}`, file, ...foldersOf(file)]) {
      const found = entries.get(key)
      if (found !== undefined) return found ?? undefined
    }
    return undefined
  }
}

/** Whether a table says anything of a file, be it that its time belongs to its callers. */
export function covers({ categories, callers }: ProfileCategories, file: string): boolean {
  const sources = new Set([...callers, ...categories.flatMap(({ sources }) => sources)])
  return [file, ...foldersOf(file)].some((key) => sources.has(key))
}

/** The folders a file lies in, the nearest first, each with its slash. */
function foldersOf(file: string): string[] {
  const folders: string[] = []
  for (let end = file.lastIndexOf('/'); end > 0; end = file.lastIndexOf('/', end - 1))
    folders.push(file.slice(0, end + 1))
  return folders
}

function memoized(
  lookup: (frame: Frame) => string | undefined,
): (frame: Frame) => string | undefined {
  const known = new Map<Frame, string | undefined>()
  return (frame) => {
    if (!known.has(frame)) known.set(frame, lookup(frame))
    return known.get(frame)
  }
}

function isRuntime({ kind, file }: Frame): boolean {
  return kind !== 'js' || file?.startsWith('node:') === true
}
