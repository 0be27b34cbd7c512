import type { Values } from '../statistics/moments.js'

/** A unit of time a file format states for its numbers. */
export type Unit = 'ms' | 's'

/** What is left of values that a file does not hold. */
export interface Summary {
  /** At least 2. */
  readonly n: number
  readonly mean: number
  /** With n − 1, ≥ 0. */
  readonly sd: number
  /** Why the values are not there, and what would bring them. */
  readonly missing: string
}

/** Numbers to compare, and where they come from. */
export interface Series {
  /** What the user called it: `a.csv:time`. */
  readonly label: string
  /**
   * In the order they stand in the file. Not checked: they may be any number, NaN and infinity
   * included. None where there is a summary.
   */
  readonly values: Values
  /** Absent: the values are there. */
  readonly summary?: Summary
  /** Absent: the format does not say. */
  readonly unit?: Unit
  /**
   * Why the n-th value has no place of its own among the others, so that nothing can be paired with
   * it; absent: it has one.
   */
  readonly unpairable?: string
}

/** One thing a file offers for comparison. */
export interface Offer {
  /** What selects it behind the colon. */
  readonly name: string
  /** Other words for it, e.g. its number; the first that is no name of an offer counts. */
  readonly aliases?: readonly string[]
  /** @throws {InputError} its values are no numbers */
  read(): Omit<Series, 'label'>
}
