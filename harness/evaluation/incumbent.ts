import type { Layer, Suite } from '../contract.js'
import { InputError } from '../errors.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { standingRecord } from '../record/supersession.js'
import { findNamed } from '../text/nearest-name.js'

/**
 * The layers before this one that their records accept, in suite order; none for a standalone
 * layer.
 */
export function acceptedBefore(
  layer: Layer<unknown>,
  suite: Suite,
  records: readonly DecisionRecord[],
): string[] {
  if (layer.standalone === true) return []
  return acceptedLayers(suite, records, suite.layers.slice(0, suite.layers.indexOf(layer)))
}

/** The layers in everyday use: those that their records accept, none standalone. */
export function acceptedLayers(
  suite: Suite,
  records: readonly DecisionRecord[],
  among = suite.layers,
): string[] {
  const stack: string[] = []
  for (const layer of among) {
    if (layer.standalone === true) continue
    if (standingRecord(layer, suite.name, records, stack)?.verdict === 'accepted')
      stack.push(layer.id)
  }
  return stack
}

/**
 * The stack of `--incumbent`, checked.
 *
 * @throws {InputError} a layer is not in the suite, is listed twice, or is the evaluated one
 */
export function checkIncumbent(
  stack: readonly string[],
  layer: Layer<unknown>,
  suite: Suite,
): string[] {
  for (const id of stack) findNamed(suite.layers, (other) => other.id, id, 'layer')
  if (stack.includes(layer.id))
    throw new InputError(`--incumbent ${stack.join(',')}: holds ${layer.id} itself; leave it out`)
  if (new Set(stack).size < stack.length)
    throw new InputError(`--incumbent ${stack.join(',')}: names a layer twice; name each once`)
  return [...stack]
}
