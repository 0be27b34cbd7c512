/**
 * A window of float64 values, oldest first: a `Float64Array` without its writing methods. It
 * belongs to the strategy: values written to it do not reach a later window, and its `buffer`
 * contains only its own values. The type has no writing methods, because a change would have no
 * effect elsewhere.
 */
export interface PriceWindow extends Iterable<number> {
  readonly length: number
  readonly [index: number]: number
  at(index: number): number | undefined
  indexOf(value: number, fromIndex?: number): number
  includes(value: number, fromIndex?: number): boolean
  every(predicate: (value: number, index: number) => boolean): boolean
  some(predicate: (value: number, index: number) => boolean): boolean
  forEach(visit: (value: number, index: number) => void): void
  reduce<T>(step: (accumulated: T, value: number, index: number) => T, initial: T): T
  join(separator?: string): string
  /** A copy with memory of its own. */
  slice(start?: number, end?: number): Float64Array
}
