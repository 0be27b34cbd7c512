/** Stands for all layers in commands and in the ids of summaries; not allowed as a layer's id. */
export const SEQUENCE_ID = 'all'

const WITHOUT = 'all-but-'

/**
 * Stands, in the id of a record, for all accepted layers against all but one; layers must not have
 * an id that begins like it.
 */
export function withoutId(layer: string): string {
  return `${WITHOUT}${layer}`
}

/** The layer that is left out by such an id; undefined for any other id. */
export function leftOutBy(id: string): string | undefined {
  return id.startsWith(WITHOUT) ? id.slice(WITHOUT.length) : undefined
}
