import type { FoldedProfile, Frame } from '../fold/stacks.js'
import { buildFlameTree, type FlameTree } from './flame-tree.js'

/** A profile and what it is a profile of. */
export interface ProfiledArm {
  readonly profile: FoldedProfile
  /** Iterations the profile was taken over: arms are compared per iteration. */
  readonly iterations: number
  /** `baseline`, `candidate` unless told. */
  readonly name?: string
}

/**
 * What became of a function: its own CPU time per iteration in both arms, µs, and how it changed.
 */
export interface FunctionChange {
  readonly frame: Frame
  /** `appeared` and `vanished`: not sampled at all in the other arm, not even as a caller. */
  readonly kind: 'appeared' | 'vanished' | 'grew' | 'shrank' | 'same'
  readonly baselineMicros: number
  readonly candidateMicros: number
}

/**
 * Both arms as one tree with their times side by side, µs of CPU per iteration: amounts, not
 * shares, because shares of a smaller whole grow where nothing changed. Idle time is no CPU and is
 * left out.
 *
 * @throws {RangeError} an arm has no iterations
 */
export function differentialTree(baseline: ProfiledArm, candidate: ProfiledArm): FlameTree {
  return buildFlameTree([perIteration(baseline), perIteration(candidate)], sameFunction)
}

/**
 * Every function of either arm, the largest change first.
 *
 * @throws {RangeError} an arm has no iterations
 */
export function functionChanges(baseline: ProfiledArm, candidate: ProfiledArm): FunctionChange[] {
  const { frames, frame, selfs, totals } = differentialTree(baseline, candidate)
  const sums = frames.map(() => ({ before: 0, after: 0, wasThere: false, isThere: false }))
  for (let node = 1; node < frame.length; node++) {
    const sum = sums[frame[node]!]!
    sum.before += selfs[0]![node]!
    sum.after += selfs[1]![node]!
    sum.wasThere ||= totals[0]![node]! > 0
    sum.isThere ||= totals[1]![node]! > 0
  }
  return sums
    .map(
      ({ before, after, wasThere, isThere }, index) =>
        ({
          frame: frames[index]!,
          kind: !wasThere
            ? 'appeared'
            : !isThere
              ? 'vanished'
              : after > before
                ? 'grew'
                : after < before
                  ? 'shrank'
                  : 'same',
          baselineMicros: before,
          candidateMicros: after,
        }) satisfies FunctionChange,
    )
    .filter((_, index) => sums[index]!.wasThere || sums[index]!.isThere)
    .sort(
      (a, b) =>
        changeOf(b) - changeOf(a) || (sameFunction(a.frame) < sameFunction(b.frame) ? -1 : 1),
    )
}

/**
 * What makes two frames one function in a comparison. Lines move when the file around them changes,
 * so they tell only functions without a name apart.
 */
export function sameFunction({ name, kind, file, line }: Frame): string {
  return JSON.stringify([
    kind,
    name,
    file ?? '',
    name === '(anonymous)' || name === '' ? (line ?? 0) : 0,
  ])
}

function perIteration({ profile, iterations }: ProfiledArm): FoldedProfile {
  if (!(iterations > 0))
    throw new RangeError(`a profile over ${iterations} iterations cannot be compared`)
  const stacks = profile.stacks
    .filter(({ frames }) => profile.frames[frames.at(-1) ?? -1]?.kind !== 'idle')
    .map(({ frames, micros }) => ({ frames, micros: micros / iterations }))
  return {
    frames: profile.frames,
    stacks,
    totalMicros: stacks.reduce((sum, { micros }) => sum + micros, 0),
  }
}

function changeOf({ baselineMicros, candidateMicros }: FunctionChange): number {
  return Math.abs(candidateMicros - baselineMicros)
}
