import { InputError } from '../errors.js'

/**
 * The item with this name.
 *
 * @param kind what it is, for the message: `layer`
 * @throws {InputError} there is none; lists the known names and suggests the nearest
 */
export function findNamed<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  name: string,
  kind: string,
): Item {
  const found = items.find((item) => nameOf(item) === name)
  if (found === undefined) throw unknownName(kind, name, items.map(nameOf))
  return found
}

export function unknownName(kind: string, name: string, known: readonly string[]): InputError {
  const nearest = nearestName(name, known)
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`
  return new InputError(
    `unknown ${kind} ${name}${hint || ';'} known: ${known.join(', ') || 'none'}`,
  )
}

/**
 * The known name with the smallest edit distance, if at most half of the letters (and one more)
 * differ.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance)
  return best !== undefined && best.distance <= Math.floor(best.candidate.length / 2) + 1
    ? best.candidate
    : undefined
}

/**
 * Letters to insert, delete or replace to turn one word into the other.
 *
 * @source Wagner & Fischer 1974
 */
export function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replace = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1)
      current.push(Math.min(replace, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[to.length] ?? 0
}
