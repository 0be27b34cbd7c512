import { InvalidEvidenceError } from '../errors.js'
import type { LeftOut, Sequence, SequenceLayer } from '../evidence/sequence-evidence.js'
import { type LogChange, multiplyChanges } from './cumulative.js'
import { additionalChange } from './sequence-changes.js'

/** What an accepted layer is worth at its place in the sequence, and what it is worth last. */
export interface LastWorth {
  readonly layer: string
  /** Over the layers accepted before it; absent if it was not measured. */
  readonly accepted?: LogChange
  /** All accepted layers over all but this one, in fresh pairs; absent if not measured. */
  readonly last?: LogChange
  /** `last` over `accepted`; negative m if it is worth more last. */
  readonly shift?: LogChange
}

/**
 * The comparisons that leave one layer out: none for fewer than two layers, because a single layer
 * is already compared with nothing.
 *
 * @param stack all accepted layers, in order
 * @returns for each layer, the others in order
 */
export function stacksWithout(
  stack: readonly string[],
): { readonly layer: string; readonly others: readonly string[] }[] {
  if (stack.length < 2) return []
  return stack.map((layer) => ({ layer, others: stack.filter((one) => one !== layer) }))
}

/**
 * What each accepted layer is worth last. Empty if no layer was left out.
 *
 * The two figures of a layer come from different pairs, so they are independent. The figure at its
 * place is that by which it was accepted, which makes it look better than it is; the other is not.
 *
 * @param stack all accepted layers, in order
 * @throws {InvalidEvidenceError} layers are missing or not accepted, or a layer was compared with
 * other layers
 */
export function lastWorths({ layers, leftOut }: Sequence, stack: readonly string[]): LastWorth[] {
  if (leftOut === undefined) return []
  const expected = stacksWithout(stack)
  if (leftOut.map(({ layer }) => layer).join() !== expected.map(({ layer }) => layer).join())
    throw contradiction('it does not leave out each accepted layer once')
  return leftOut.map((one, index) => {
    if (one.step.incumbent.join() !== expected[index]!.others.join())
      throw contradiction(`${one.layer} was left out of other layers than the accepted ones`)
    return worthOf(one, layers.find(({ id }) => id === one.layer)!)
  })
}

function worthOf({ layer, step }: LeftOut, accepted: SequenceLayer): LastWorth {
  const [first, last] = [additionalChange(accepted), additionalChange({ step })]
  return {
    layer,
    ...(first !== undefined && { accepted: first }),
    ...(last !== undefined && { last }),
    ...(first !== undefined &&
      last !== undefined && { shift: multiplyChanges([last, { ...first, m: -first.m }]) }),
  }
}

function contradiction(what: string): InvalidEvidenceError {
  return new InvalidEvidenceError(
    `sequence.json contradicts itself: ${what}; restore it or evaluate again`,
  )
}
