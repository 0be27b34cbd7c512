import type { Values } from '../statistics/moments.js'
import type { Unit } from './unit.js'

/** The summary that a file holds in place of its values. */
export interface Summary {
  /** At least 2. */
  readonly n: number
  readonly mean: number
  /** With n − 1, ≥ 0. */
  readonly sd: number
  /** Why the values are missing, and how to get them. */
  readonly missing: string
}

/** Numbers to compare, and their source. */
export interface Series {
  /** As the user named it: `a.csv:time`. */
  readonly label: string
  /**
   * In the order of the file: within the range of `checkRange`, or NaN or infinite. Empty if there
   * is a summary.
   */
  readonly values: Values
  /** Absent if the file holds the values. */
  readonly summary?: Summary
  /** Absent if neither the format nor the name of the column states one. */
  readonly unit?: Unit
  /** The format states that more is better; absent if less is, or if it does not state it. */
  readonly higherIsBetter?: boolean
  /** The format is used with several units, so the user must state it. */
  readonly needsUnit?: boolean
  /**
   * Why the n-th value is not the n-th measurement, so that it cannot be paired; absent if it is.
   */
  readonly unpairable?: string
  /** Why the values measure nothing: what was measured failed. Absent if it did not. */
  readonly failed?: string
  /** Others of the same file that failed and were left out. */
  readonly omitted?: readonly string[]
}

/** One series of a file, to choose from. */
export interface Offer {
  /** What selects it after the colon. */
  readonly name: string
  /** Other selectors, e.g. its number; a name of another offer has priority. */
  readonly aliases?: readonly string[]
  /** A column of any meaning, and not a benchmark by its name. */
  readonly column?: boolean
  /** What was measured failed and left no values: why. Reading it throws. */
  readonly broken?: string
  /** @throws {InputError} its values are not numbers, or out of range */
  read(): Omit<Series, 'label'>
}
