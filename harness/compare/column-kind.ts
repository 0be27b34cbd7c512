import type { Values } from '../statistics/moments.js'
import type { Offer } from './series.js'

/** Names of columns that number or count rows. */
const COUNTERS =
  /^(?:#|no\.?|nr\.?|id|i|n|k|idx|index|run|runs|row|round|rounds|pair|pairs|iter|iters|iterations?|iteration[_ ]?count|rep|reps|repetition|sample|samples?|trial|step|seq|seed|count|timestamp|time ?stamp|epoch|date|order|attempt|number)(?:[_ -]?(?:id|no|nr|index|number|count))?$/i
/** Fewer consecutive numbers in a column may be chance. */
const FEWEST_CONSECUTIVE = 4

/**
 * The reason why the two numeric columns of a file do not measure the same; undefined if they may.
 * Benchmarks of a known format always may.
 */
export function unlikeColumns(first: Offer, second: Offer): string | undefined {
  if (first.column !== true || second.column !== true) return undefined
  const counter = [first, second].find(isCounter)
  if (counter !== undefined)
    return `the columns ${first.name} and ${second.name} are unlike: ${counter.name} numbers the rows`
  const [a, b] = [first.read().unit, second.read().unit]
  if ((a === undefined) === (b === undefined)) return undefined
  const [stated, other] = a === undefined ? [second, first] : [first, second]
  return `the columns ${first.name} and ${second.name} are unlike: ${stated.name} is in ${a ?? b}, and ${other.name} states no unit`
}

/** The series to suggest: the last one that does not number the rows. */
export function likeliest(offers: readonly Offer[]): Offer {
  return offers.find((offer) => offer.column !== true || !isCounter(offer)) ?? offers[0]!
}

function isCounter(offer: Offer): boolean {
  return COUNTERS.test(offer.name) || isConsecutive(offer.read().values)
}

/** 0, 1, 2, … or 1, 2, 3, … */
function isConsecutive(values: Values): boolean {
  const first = values[0]
  return (
    values.length >= FEWEST_CONSECUTIVE &&
    (first === 0 || first === 1) &&
    Array.from(values).every((value, index) => value === first + index)
  )
}
