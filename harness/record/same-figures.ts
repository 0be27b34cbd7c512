/** The version of the record's shape may change. */
const VERSION = 'recordVersion'
/** A later version may add warnings to these lists and reword their hints. */
const WARNINGS = /^(workloads\.\d+\.)?warnings$/

/**
 * The first verdict, reason, figure or text of an older record that the derived record does not
 * have. Fields that only the derived record has do not count.
 *
 * @param older parsed JSON
 * @param derived the record this version derives from the same evidence, parsed
 * @returns its path, e.g. `workloads.0.improvement.estimate`; undefined if all are unchanged
 */
export function changedFigure(older: unknown, derived: unknown, path = ''): string | undefined {
  if (path === VERSION) return undefined
  // JSON has only one zero, so 0 and −0 are the same figure.
  if (!isTree(older)) return older === derived ? undefined : path
  if (!isTree(derived) || Array.isArray(older) !== Array.isArray(derived)) return path
  if (WARNINGS.test(path)) return lostWarning(older, derived, path)
  const entries = Object.entries(older)
  if (Array.isArray(older) && entries.length !== Object.keys(derived).length) return path
  return firstDefined(entries, ([key, value]) => {
    const below = path === '' ? key : `${path}.${key}`
    return Object.hasOwn(derived, key) ? changedFigure(value, derived[key], below) : below
  })
}

function firstDefined<Item, Result>(
  items: readonly Item[],
  read: (item: Item) => Result | undefined,
): Result | undefined {
  for (const item of items) {
    const result = read(item)
    if (result !== undefined) return result
  }
  return undefined
}

/** Compares warnings by their codes: each older warning needs a derived one of its own. */
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
