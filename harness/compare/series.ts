/** A unit of time a file format states for its numbers. */
export type Unit = 'ms' | 's'

/** Numbers to compare, and where they come from. */
export interface Series {
  /** What the user called it: `a.csv:time`. */
  readonly label: string
  /** In the order they stand in the file. Not checked: they may be any number, NaN and infinity included. */
  readonly values: readonly number[]
  /** Absent: the format does not say. */
  readonly unit?: Unit
  /** Why the n-th value has no place of its own among the others, so that nothing can be paired with it; absent: it has one. */
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
