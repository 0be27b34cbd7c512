/** The calendar slots between an asset's first and last bar in which it has none. */
export interface MissingSlots {
  readonly count: number
  /** Number of all slots from the first bar to the last. */
  readonly life: number
  /** Calendar index of the first missing slot. */
  readonly first: number
}

/**
 * Finds the missing slots of an asset.
 *
 * @param session  calendar index of each bar, strictly ascending; at least one
 * @returns undefined if none is missing
 */
export function missingSlots(session: Int32Array): MissingSlots | undefined {
  const life = session[session.length - 1]! - session[0]! + 1
  if (life <= session.length) return undefined
  const gap = session.findIndex((slot, i) => i > 0 && slot !== session[i - 1]! + 1)
  return { count: life - session.length, life, first: session[gap - 1]! + 1 }
}
