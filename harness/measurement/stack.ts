import type { Layer, Suite } from '../contract.js'

/**
 * The subject of a stack: its layers applied to the pure baseline, in the given order.
 *
 * @param stack layer ids
 * @throws {Error} a layer is not in the suite
 */
export function foldStack<Subject>(suite: Suite<Subject>, stack: readonly string[]): Subject {
  return stack.reduce((subject, id) => layerOf(suite, id).apply(subject), suite.baseline())
}

function layerOf<Subject>(suite: Suite<Subject>, id: string): Layer<Subject> {
  const layer = suite.layers.find((candidate) => candidate.id === id)
  if (layer === undefined) throw new Error(`suite ${suite.name} has no layer ${id}`)
  return layer
}
