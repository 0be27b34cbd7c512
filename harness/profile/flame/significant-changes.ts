import type { Interval } from '../../statistics/interval.js'
import type { FoldedProfile } from '../fold/stacks.js'
import { changeIntervals, samplesOf } from './change-intervals.js'
import {
  byFunction,
  changesByFrame,
  deltaMicros,
  type FunctionChange,
  type ProfiledArm,
  perIteration,
  sameFunction,
} from './differential.js'
import { buildFlameTree, type FlameTree } from './flame-tree.js'
import { fitShareNoise, type MeanShares, meanShares } from './share-noise.js'
import { marginOfTotal, type TotalError } from './total-error.js'

/** An arm that was profiled in several processes; its profile is that of all of them. */
export interface SampledArm extends ProfiledArm {
  /** At least two. */
  readonly processes: readonly SampledProcess[]
}

/** The profile of one process. Only its shares count, so it can have any scale. */
export interface SampledProcess {
  readonly profile: FoldedProfile
  /** Samples while it was busy, > 0. */
  readonly samples: number
}

/** Both arms as one tree, and which of its changes are significant. */
export interface SignificantChanges {
  /** The first two profiles are the arms, µs of CPU per iteration; the others are processes. */
  readonly tree: FlameTree
  /**
   * For each node, the interval of the change of its time with callees, µs of CPU per iteration;
   * undefined if it has too few samples.
   */
  readonly ofNodes: readonly (Interval | undefined)[]
  /** The functions of both arms that have enough samples, by significance. */
  readonly functions: readonly TestedChange[]
  /** Profiled processes of each arm. */
  readonly processes: readonly [number, number]
}

/** How the self time of a function changed. */
export interface TestedChange extends FunctionChange {
  /** The interval of the change, µs of CPU per iteration. */
  readonly interval: Interval
}

/** The noise is learnt from functions with at least this many samples in both arms together. */
const LEARNT_FROM = 20

/**
 * Finds the significant changes of the nodes of two arms, with callees, and of their functions, by
 * self time.
 *
 * @param total how exactly the ratio of the two whole profiles is known
 * @throws {RangeError} an arm has no iterations, or less than two processes with samples
 */
export function significantChanges(
  baseline: SampledArm,
  candidate: SampledArm,
  total: TotalError,
): SignificantChanges {
  const arms = [baseline, candidate]
  if (!arms.every(({ processes }) => processes.length >= 2 && processes.every(isSampled)))
    throw new RangeError('an arm has less than two processes with samples')
  const tree = buildFlameTree(
    [...arms, ...arms.flatMap(({ processes }) => processes.map(onePass))].map(perIteration),
    sameFunction,
  )
  const selfs = functionSelfs(tree)
  const functions = poolShares(arms, tree, selfs)
  const learnt = [...tree.frames.keys()].filter((part) => samplesOf(functions, part) >= LEARNT_FROM)
  const setting = {
    wholes: [tree.totals[0]![0]!, tree.totals[1]![0]!] as const,
    noise: fitShareNoise(functions, learnt),
    totalMargin: marginOfTotal(total),
  }
  const ofFunctions = changeIntervals(selfs, functions, setting)
  return {
    tree,
    ofNodes: changeIntervals(tree.totals, poolShares(arms, tree, tree.totals), setting),
    functions: testedChanges(changesByFrame(tree), ofFunctions),
    processes: [baseline.processes.length, candidate.processes.length],
  }
}

function isSampled({ samples }: SampledProcess): boolean {
  return samples > 0
}

function onePass({ profile }: SampledProcess) {
  return { profile, iterations: 1 }
}

/** For each profile of a tree, the self time of each function over all its callers. */
function functionSelfs({ frames, frame, selfs }: FlameTree): Float64Array[] {
  return selfs.map((self) => {
    const sums = new Float64Array(frames.length)
    for (let node = 1; node < frame.length; node++) sums[frame[node]!]! += self[node]!
    return sums
  })
}

/**
 * The shares of each arm's processes, pooled.
 *
 * @param times of all parts, for each profile of the tree: the arms, then their processes
 */
function poolShares(
  arms: readonly SampledArm[],
  { totals }: FlameTree,
  times: readonly Float64Array[],
): readonly [MeanShares, MeanShares] {
  let next = arms.length
  const pooled = arms.map(({ processes }) => {
    const shares = processes.map(() => {
      const whole = totals[next]![0]!
      return times[next++]!.map((time) => time / whole)
    })
    return meanShares({ samples: processes.map(({ samples }) => samples), shares })
  })
  return [pooled[0]!, pooled[1]!]
}

/** The changes that were tested, by significance. */
function testedChanges(
  changes: readonly (FunctionChange | undefined)[],
  intervals: readonly (Interval | undefined)[],
): TestedChange[] {
  return changes
    .flatMap((change, index) => {
      const interval = intervals[index]
      return change === undefined || interval === undefined ? [] : [{ ...change, interval }]
    })
    .sort((a, b) => significanceOf(b) - significanceOf(a) || byFunction(a, b))
}

/**
 * How many times the margin of a change fits into the change: above 1, the interval excludes zero.
 */
function significanceOf(change: TestedChange): number {
  const delta = deltaMicros(change)
  const { lower, upper } = change.interval
  const margin = delta > 0 ? delta - lower : upper - delta
  return Math.abs(delta) / margin
}
