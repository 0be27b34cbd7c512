import { type FoldedProfile, type Frame, isIdle, sumMicros } from '../fold/stacks.js'
import { buildFlameTree, type FlameTree } from './flame-tree.js'

/** A profile of one arm. */
export interface ProfiledArm {
  readonly profile: FoldedProfile
  /** Number of iterations in the profile. Arms are compared by their time per iteration. */
  readonly iterations: number
  /** Default: `baseline` or `candidate`. */
  readonly name?: string
}

/** How the self time of a function changed. */
export interface FunctionChange {
  readonly frame: Frame
  /**
   * With `appeared` and `vanished`, the other arm has no sample of the function, not even as a
   * caller.
   */
  readonly kind: 'appeared' | 'vanished' | 'grew' | 'shrank' | 'same'
  /** CPU per iteration, µs. */
  readonly baselineMicros: number
  readonly candidateMicros: number
}

/**
 * Merges both arms into one tree in which each node has the times of both, µs of CPU per
 * iteration. It compares times and not shares: if the total shrinks, even the shares of unchanged
 * functions grow. Idle time is left out.
 *
 * @throws {RangeError} an arm has no iterations
 */
export function differentialTree(baseline: ProfiledArm, candidate: ProfiledArm): FlameTree {
  return buildFlameTree([perIteration(baseline), perIteration(candidate)], sameFunction)
}

/**
 * Lists the functions of both arms, the largest change first.
 *
 * @throws {RangeError} an arm has no iterations
 */
export function functionChanges(baseline: ProfiledArm, candidate: ProfiledArm): FunctionChange[] {
  return changesByFrame(differentialTree(baseline, candidate))
    .filter((change) => change !== undefined)
    .sort((a, b) => Math.abs(deltaMicros(b)) - Math.abs(deltaMicros(a)) || byFunction(a, b))
}

/**
 * How the self time of each frame of a tree changed from its first profile to its second; undefined
 * if neither has a sample of it.
 */
export function changesByFrame({
  frames,
  frame,
  selfs,
  totals,
}: FlameTree): (FunctionChange | undefined)[] {
  const sums = frames.map(noSamples)
  for (let node = 1; node < frame.length; node++) {
    const sum = sums[frame[node]!]!
    sum.before += selfs[0]![node]!
    sum.after += selfs[1]![node]!
    sum.wasThere ||= totals[0]![node]! > 0
    sum.isThere ||= totals[1]![node]! > 0
  }
  return sums.map((sum, index) => {
    const kind = kindOf(sum)
    return kind === undefined
      ? undefined
      : { frame: frames[index]!, kind, baselineMicros: sum.before, candidateMicros: sum.after }
  })
}

/** Orders changes of equal size by the key of their function. */
export function byFunction(a: FunctionChange, b: FunctionChange): number {
  return sameFunction(a.frame) < sameFunction(b.frame) ? -1 : 1
}

const noSamples = () => ({ before: 0, after: 0, wasThere: false, isThere: false })

/** How a function changed; undefined if neither arm has a sample of it. */
function kindOf(sums: ReturnType<typeof noSamples>): FunctionChange['kind'] | undefined {
  const { before, after, wasThere, isThere } = sums
  if (!wasThere) return isThere ? 'appeared' : undefined
  if (!isThere) return 'vanished'
  if (after === before) return 'same'
  return after > before ? 'grew' : 'shrank'
}

/** The change of a function's self time, µs per iteration. */
export function deltaMicros({ baselineMicros, candidateMicros }: FunctionChange): number {
  return candidateMicros - baselineMicros
}

/**
 * A key: frames of two arms with the same key are the same function. The key of a named function
 * does not contain the line, because lines move when a file changes. Functions without a name are
 * distinguished by their line.
 */
export function sameFunction({ name, kind, file, line }: Frame): string {
  return JSON.stringify([
    kind,
    name,
    file ?? '',
    name === '(anonymous)' || name === '' ? (line ?? 0) : 0,
  ])
}

/**
 * The profile of one iteration, without idle time.
 *
 * @throws {RangeError} there are no iterations
 */
export function perIteration({
  profile,
  iterations,
}: Pick<ProfiledArm, 'profile' | 'iterations'>): FoldedProfile {
  if (!(iterations > 0))
    throw new RangeError(`a profile over ${iterations} iterations cannot be compared`)
  const stacks = profile.stacks
    .filter((stack) => !isIdle(profile.frames, stack))
    .map(({ frames, micros }) => ({ frames, micros: micros / iterations }))
  return { frames: profile.frames, stacks, totalMicros: sumMicros(stacks) }
}
