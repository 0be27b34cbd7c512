import type { Values } from '../statistics/moments.js'
import type { Unit } from './unit.js'

/** The summary that a file contains in place of the values. */
export interface Summary {
  /** At least 2. */
  readonly n: number
  readonly mean: number
  /** Sample standard deviation (divisor n − 1), ≥ 0. */
  readonly sd: number
  /** A text that explains why the values are missing and how to get them. */
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
  /** Absent if the file contains the values. */
  readonly summary?: Summary
  /** Absent if neither the format nor the name of the column states one. */
  readonly unit?: Unit
  /** True if the format states that more is better; otherwise absent. */
  readonly higherIsBetter?: boolean
  /** Whether the format is used with several units, so that the user must state the unit. */
  readonly needsUnit?: boolean
  /**
   * The reason why the values cannot be paired, because the n-th value is not the n-th
   * measurement; absent if it is.
   */
  readonly unpairable?: string
  /**
   * The reason why the values are meaningless, if the measured program failed; otherwise absent.
   */
  readonly failed?: string
  /** Number of rows between others that hold no value; absent if none. */
  readonly gaps?: number
  /** Whether the name suggests a rate or a score, without stating it. */
  readonly perhapsRate?: boolean
  /** Other series of the same file that failed and were left out. */
  readonly omitted?: readonly string[]
}

/** One series of a file, to choose from. */
export interface Offer {
  /** The selector of the series, which the user gives after a colon. */
  readonly name: string
  /** Other selectors, e.g. the number of the series. The name of another series has priority. */
  readonly aliases?: readonly string[]
  /** Whether the series is a column with an unknown meaning, not a named benchmark. */
  readonly column?: boolean
  /** The reason of a failure after which there are no values; reading the series then throws. */
  readonly broken?: string
  /** @throws {InputError} its values are not numbers, or out of range */
  read(): Omit<Series, 'label'>
}
