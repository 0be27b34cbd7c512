import { PAIR_DESIGNS, type PairDesign } from '../../harness/contract.js'
import { type Added, type CellKey, keyOf } from './interference-cell.js'
import { INTERFERENCE_SIZES } from './interference-cell-id.js'
import { KERNEL_KINDS } from './interference-kernels.js'

/** A cell to measure, with its number of pairs that count. */
export interface InterferenceTask extends CellKey {
  readonly pairs: number
}

/** The searches of our suite, whose pairs take seconds. */
export const SEARCHES: readonly string[] = ['grid-search', 'walk-forward']
const PAIRS = 20
/** Identical arms of the searches: enough to see a difference of a few tenths of a percent. */
const IDENTICAL_PAIRS = 100
/** The size at which a design is judged. */
export const JUDGED_SIZE = 0.1
const SEARCH_SIZES = [0.2, 0.03, -0.03, -0.2]
/** Adjacent cells come first, because they give the true size of an injected effect. */
const DESIGNS: readonly PairDesign[] = [...PAIR_DESIGNS].sort()

/**
 * All cells in the order of measurement: first those by which designs are judged, then identical
 * arms, then the other sizes. A part of the study is therefore complete where it matters most.
 */
export function interferenceSchedule(): InterferenceTask[] {
  const judged = [-JUDGED_SIZE, JUDGED_SIZE]
  const others = INTERFERENCE_SIZES.filter((size) => size !== 0 && !judged.includes(size))
  return [
    ...cellsOf(SEARCHES, 'integers', judged),
    ...cellsOf(KERNEL_KINDS, 'same', judged),
    ...cellsOf(withoutOwn(), 'integers', judged),
    ...cellsOf(KERNEL_KINDS, 'same', [0]),
    ...cellsOf(SEARCHES, 'integers', [0], IDENTICAL_PAIRS),
    ...cellsOf(SEARCHES, 'integers', SEARCH_SIZES),
    ...others.flatMap((size) => [
      ...cellsOf(KERNEL_KINDS, 'same', [size]),
      ...cellsOf(withoutOwn(), 'integers', [size]),
    ]),
  ]
}

/** The kinds of kernels to which injected integers are work of another kind. */
function withoutOwn(): readonly string[] {
  return KERNEL_KINDS.filter((kind) => kind !== 'registers')
}

function cellsOf(
  kinds: readonly string[],
  added: Added,
  sizes: readonly number[],
  pairs = PAIRS,
): InterferenceTask[] {
  return kinds.flatMap((kind) =>
    sizes.flatMap((change) => DESIGNS.map((design) => ({ kind, added, design, change, pairs }))),
  )
}

/** The cells that are not measured yet, in order. */
export function interferenceLeft(done: readonly CellKey[]): InterferenceTask[] {
  const measured = new Set(done.map(keyOf))
  return interferenceSchedule().filter((task) => !measured.has(keyOf(task)))
}
