/** One oddity of the data that a run would pass over in silence. */
export interface DataNote {
  readonly code:
    | 'split-without-jump'
    | 'split-inverted'
    | 'split-rounded'
    | 'jump-without-split'
    | 'own-calendar'
    | 'different-stamps'
    | 'coarser-bars'
    | 'no-volume'
    | 'some-without-volume'
    | 'too-few-bars'
    | 'halts'
  /** Names asset, date and figures, in lower case without a final period. */
  readonly message: string
  /** Absent if it is about several assets. */
  readonly asset?: string
}
