import type { Layer, Suite } from '../contract.js'
import { InputError } from '../errors.js'
import type { DecisionRecord } from '../record/decision-record.js'
import { findNamed } from '../text/nearest-name.js'

/**
 * The layers before this one whose newest record accepts them, in suite order; none for a
 * standalone layer.
 */
export function acceptedBefore(
  layer: Layer<unknown>,
  suite: Suite,
  records: readonly DecisionRecord[],
): string[] {
  if (layer.standalone === true) return []
  return acceptedLayers(suite, records, suite.layers.slice(0, suite.layers.indexOf(layer)))
}

/** The layers in everyday use: those whose newest record accepts them, none standalone. */
export function acceptedLayers(
  suite: Suite,
  records: readonly DecisionRecord[],
  among = suite.layers,
): string[] {
  return among
    .filter(
      ({ id, standalone }) =>
        standalone !== true && newestRecord(id, suite, records)?.verdict === 'accepted',
    )
    .map(({ id }) => id)
}

/** The newest record of a layer that decides about it; a control with injected work does not. */
export function newestRecord(
  layer: string,
  suite: Suite,
  records: readonly DecisionRecord[],
): DecisionRecord | undefined {
  return records.findLast(
    (record) =>
      record.layer === layer && record.injected === undefined && record.suite === suite.name,
  )
}

/**
 * The stack of `--incumbent`, checked.
 *
 * @throws {InputError} the suite does not have one of its layers, or a layer stands in it twice or
 * is the evaluated one
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
