import leven from 'leven'
import { InputError } from '../errors.js'

/**
 * The item with this name.
 *
 * @param kind what the items are, for the message: `layer`
 * @throws {InputError} no item has this name; lists the names and suggests the nearest
 */
export function findNamed<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  name: string,
  kind: string,
): Item {
  const item = items.find((one) => nameOf(one) === name)
  if (item === undefined) throw unknownName(kind, name, items.map(nameOf))
  return item
}

/** The error for a name that does not exist: lists the valid names and suggests the nearest. */
export function unknownName(kind: string, name: string, valid: readonly string[]): InputError {
  const nearest = nearestName(name, valid)
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`
  return new InputError(
    `unknown ${kind} ${name}${hint || ';'} known: ${valid.join(', ') || 'none'}`,
  )
}

/**
 * The valid name with the smallest Levenshtein distance to `name`; undefined if that distance is
 * larger than half the length of the valid name plus one.
 */
export function nearestName(name: string, valid: readonly string[]): string | undefined {
  const [best] = valid
    .map((candidate) => ({ candidate, distance: leven(name, candidate) }))
    .sort((a, b) => a.distance - b.distance)
  return best !== undefined && best.distance <= Math.floor(best.candidate.length / 2) + 1
    ? best.candidate
    : undefined
}
