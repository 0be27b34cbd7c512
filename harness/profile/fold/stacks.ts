/** One frame of a stack: what ran, and where its source is. */
export interface Frame {
  /** The function's name as in the program, not escaped; `(anonymous)` if it has none. */
  readonly name: string
  /** JavaScript, native code of the runtime, or one of the three states of V8 without code. */
  readonly kind: 'js' | 'native' | 'gc' | 'idle' | 'program'
  /**
   * Source file, resolved through source maps: a posix path relative to the project root
   * (`engine/portal/frame.ts`, `node_modules/arquero/…`), or `node:…` for modules of the runtime.
   * `eval:…` for JavaScript that a program made while it ran, with the address or the name it was
   * given, or else the name of its function. Absent if the frame has no source.
   */
  readonly file?: string
  /** Line of the function in that file, from 1. */
  readonly line?: number
}

/** How the `file` of JavaScript begins that `eval`, `new Function` or `node:vm` made. */
const GENERATED = 'eval:'

/** The `file` of JavaScript that a program made while it ran. */
export function generatedFile(name: string): string {
  return `${GENERATED}${name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name}`
}

/** Whether a program made the JavaScript of a frame while it ran. */
export function isGenerated({ file }: Frame): boolean {
  return file?.startsWith(GENERATED) === true
}

/** The address of a module may hold its whole source. */
const LONGEST_NAME = 100

/**
 * Stacks with the time sampled on them. Every capture is folded into this form, and all code that
 * shows or sums a profile reads only this form.
 *
 * The order is deterministic: stacks are sorted by the folded texts of their frames, root first,
 * and frames are numbered in the order of their first appearance in the sorted stacks.
 */
export interface FoldedProfile {
  /** Distinct frames. */
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

/** Whether a stack stands for idle time, which is not CPU time. */
export function isIdle(
  frames: readonly Frame[],
  { frames: path }: Pick<FoldedStack, 'frames'>,
): boolean {
  return frames[path.at(-1) ?? -1]?.kind === 'idle'
}

/** The time of all stacks together, µs. */
export function sumMicros(stacks: readonly FoldedStack[]): number {
  return stacks.reduce((sum, { micros }) => sum + micros, 0)
}
