/** One frame of a stack: what ran, and where its source is. */
export interface Frame {
  /** As the program calls it, hostile characters included; `(anonymous)` where it has no name. */
  readonly name: string
  /**
   * What kind of thing ran: code of the program, code of the runtime itself, or one of the three
   * states that have no code.
   */
  readonly kind: 'js' | 'native' | 'gc' | 'idle' | 'program'
  /**
   * Source file, through source maps: posix path relative to the project root
   * (`engine/portal/frame.ts`, `node_modules/arquero/…`), `node:…` for modules of the runtime.
   * Absent where the frame has no source.
   */
  readonly file?: string
  /** Line of the function in that file, from 1. */
  readonly line?: number
}

/**
 * Stacks with the time sampled on them: the narrow waist between capture and everything that shows
 * or sums a profile.
 *
 * Order is deterministic: stacks are sorted by the folded texts of their frames, root first, and
 * frames are numbered in the order in which those stacks name them.
 */
export interface FoldedProfile {
  /** Every distinct frame once. */
  readonly frames: readonly Frame[]
  readonly stacks: readonly FoldedStack[]
  /** µs over all stacks. */
  readonly totalMicros: number
}

export interface FoldedStack {
  /** Indexes into `frames`, root first, leaf last. */
  readonly frames: readonly number[]
  /** Self time of the leaf on this stack, µs. */
  readonly micros: number
}
