import type { Layer, Suite } from '../contract.js'
import { ContractError, isThenable } from './outcome-contract.js'

/**
 * The subject of a stack: its layers applied to the pure baseline, in the given order.
 *
 * @param stack layer ids
 * @throws {ContractError} `baseline` or `apply` returns a promise, or `apply` returns nothing
 * @throws {Error} the suite has no such layer
 */
export function foldStack<Subject>(suite: Suite<Subject>, stack: readonly string[]): Subject {
  const pure = suite.baseline()
  if (isThenable(pure))
    throw new ContractError(
      'baseline returned a promise; return the subject itself, and await in run',
    )
  return stack.reduce((subject, id) => applyLayer(layerOf(suite, id), subject), pure)
}

function applyLayer<Subject>(layer: Layer<Subject>, subject: Subject): Subject {
  const changed = layer.apply(subject)
  if (isThenable(changed))
    throw new ContractError(
      `layer ${layer.id}: apply returned a promise, which would be measured in place of a subject; return the subject itself, and await in run`,
    )
  if (changed === undefined && subject !== undefined)
    throw new ContractError(`layer ${layer.id}: apply returned nothing; return the changed subject`)
  return changed
}

function layerOf<Subject>(suite: Suite<Subject>, id: string): Layer<Subject> {
  const layer = suite.layers.find((candidate) => candidate.id === id)
  if (layer === undefined) throw new Error(`suite ${suite.name} has no layer ${id}`)
  return layer
}
