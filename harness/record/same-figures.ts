/**
 * What may differ between a record and the one derived again from its evidence by a later version,
 * and why.
 */
const MAY_CHANGE: readonly { readonly path: RegExp; readonly why: string }[] = [
  { path: /^recordVersion$/, why: 'the number of the shape itself' },
  {
    path: /^(workloads\.\d+\.)?warnings\.\d+\.hint$/,
    why: 'a sentence for people; its code and the figures it speaks of are compared',
  },
]

/** Lists a later version may add to: it may warn of more, never of less. */
const MAY_GROW = /^(workloads\.\d+\.)?warnings$/

/**
 * Where a derived record does not hold what an older record says: every verdict, reason, number and
 * text of the older one has to be in it, unchanged. Fields only the derived one has are no
 * difference.
 *
 * @param older parsed JSON  @param derived the same, by the version at hand
 * @returns the path of the first difference, e.g. `workloads.0.improvement.estimate`; undefined
 * where nothing would change
 */
export function changedFigure(older: unknown, derived: unknown, path = ''): string | undefined {
  if (MAY_CHANGE.some((field) => field.path.test(path))) return undefined
  if (!isTree(older)) return Object.is(older, derived) ? undefined : path
  if (!isTree(derived) || Array.isArray(older) !== Array.isArray(derived)) return path
  if (MAY_GROW.test(path)) return lostWarning(older, derived, path)
  if (Array.isArray(older) && Object.keys(older).length !== Object.keys(derived).length) return path
  for (const [key, value] of Object.entries(older)) {
    const below = path === '' ? key : `${path}.${key}`
    const changed = Object.hasOwn(derived, key) ? changedFigure(value, derived[key], below) : below
    if (changed !== undefined) return changed
  }
  return undefined
}

/** Warnings are the same where their codes are; each needs one of its own. */
function lostWarning(older: Tree, derived: Tree, path: string): string | undefined {
  const left = Object.values(derived).map(codeOf)
  for (const [index, warning] of Object.values(older).entries()) {
    const found = left.indexOf(codeOf(warning))
    if (found < 0) return `${path}.${index}`
    left.splice(found, 1)
  }
  return undefined
}

function codeOf(warning: unknown): unknown {
  return isTree(warning) ? warning.code : warning
}

type Tree = Readonly<Record<string, unknown>>

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null
}
