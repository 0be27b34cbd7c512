/** A figure that is undefined for a search. */
export interface Absent {
  readonly kind: 'absent'
  /** Why, in a clause without its full stop. */
  readonly reason: string
}

/** @param reason  in a clause without its full stop */
export function absent(reason: string): Absent {
  return { kind: 'absent', reason }
}
