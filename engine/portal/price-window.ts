/**
 * A window of float64 values, oldest first: a `Float64Array` without its writing methods. It is the
 * strategy's own: nothing written to it reaches a later window, and its `buffer` holds no other
 * value. The type names no writing method, since what is written is seen nowhere else.
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
  /** A copy of its own. */
  slice(start?: number, end?: number): Float64Array
}
