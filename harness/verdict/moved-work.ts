import type { Arm, Metric } from '../contract.js'
import type { RunRecord } from '../evidence/run-record.js'
import type { TamperClass } from '../evidence/tamper-classes.js'
import { meanOf, varianceOf } from '../statistics/moments.js'
import { tQuantile } from '../statistics/student-t.js'
import { MINIMUM_PAIRS } from '../statistics/trimmed.js'
import { formatNumber } from '../text/format.js'
import type { Round } from './rounds.js'

/** Work that a candidate does outside of its timed iterations, where the other arm does not. */
export interface MovedWork {
  readonly class: TamperClass
  /** `80 ms after the iterations, 95 ms saved in them`. */
  readonly what: string
}

/** A place outside of the timed iterations, and the CPU of a run there, ms. */
interface Place {
  readonly class: TamperClass
  readonly name: string
  readonly cpuMs: (run: RunRecord, outside: Outside) => number
}

type Outside = NonNullable<RunRecord['outsideMs']>

/** Where work of every iteration can go. It counts as moved from half of what was saved. */
const LASTING: readonly Place[] = [
  {
    class: 'work-after-clock',
    name: 'after the iterations',
    cpuMs: (_, { between, after }) => between + after,
  },
  {
    class: 'work-in-canonical',
    name: 'in the canonical form',
    cpuMs: (_, { canonical }) => canonical,
  },
]
const LASTING_SHARE = 0.5
const LASTING_FLOOR_MS = 5

/**
 * Where work can be done once. A layer may start threads or compile when it is first used; it
 * counts as moved if that takes longer than all that was saved.
 */
const ONCE: readonly Place[] = [
  {
    class: 'work-before-clock',
    name: 'before the first iteration',
    cpuMs: (_, { before }) => before,
  },
  { class: 'work-in-warm-up', name: 'in the warm-up', cpuMs: warmUpExcess },
  { class: 'other-process', name: 'in other processes', cpuMs: (_, { children }) => children },
]
const ONCE_SHARE = 1
/** A thread takes some 50 ms of CPU to start; under the metric wall, a layer may start many. */
const ONCE_FLOOR_MS = { cpu: 300, wall: 1000 } as const

/** One-sided; a finding rejects the layer. */
const LEVEL = 0.999

/** CPU of the warm-up beyond what as many timed iterations take. */
function warmUpExcess({ passCpuMs = [], warmup, iterations }: RunRecord): number {
  const warm = passCpuMs.slice(0, warmup).reduce((sum, ms) => sum + ms, 0)
  const timed = passCpuMs.slice(warmup).reduce((sum, ms) => sum + ms, 0)
  return warm - (timed * warmup) / iterations
}

/**
 * Whether the candidate saved its time by doing the work elsewhere: it saves time in the timed
 * iterations, and outside of them it uses more CPU than the other arm, by a good part of that. Both
 * arms load modules, make canonical forms and collect garbage; only their difference counts, and it
 * must be certain (one-sided t-bound over the pairs, 99.9 %).
 *
 * @returns undefined also below ten pairs, or if a run has no account
 * @source Student 1908, Biometrika 6
 */
export function findMovedWork(
  rounds: readonly Round[],
  against: Arm,
  metric: Metric,
): MovedWork | undefined {
  if (rounds.length < MINIMUM_PAIRS) return undefined
  const pairs = rounds.map(({ runs }) => [runs[against], runs.candidate] as const)
  if (pairs.some((pair) => pair.some((run) => run?.outsideMs === undefined))) return undefined
  const complete = pairs as unknown as readonly Pair[]
  const savedMs = meanOf(
    complete.map(([other, candidate]) => timeOf(other, metric) - timeOf(candidate, metric)),
  )
  if (savedMs <= 0) return undefined
  return (
    findIn(complete, LASTING, Math.max(LASTING_FLOOR_MS, LASTING_SHARE * savedMs), savedMs) ??
    findIn(complete, ONCE, Math.max(ONCE_FLOOR_MS[metric], ONCE_SHARE * savedMs), savedMs)
  )
}

type Pair = readonly [other: RunRecord, candidate: RunRecord]

/** Time of all timed iterations, ms. */
function timeOf({ cpuMs, wallMs, iterations }: RunRecord, metric: Metric): number {
  return (metric === 'cpu' ? cpuMs : wallMs) * iterations
}

/** The place with the most additional work, if all together are certainly above the limit. */
function findIn(
  pairs: readonly Pair[],
  places: readonly Place[],
  limitMs: number,
  savedMs: number,
): MovedWork | undefined {
  const additional = places.map((place) => ({
    place,
    values: pairs.map(([other, candidate]) => cpuIn(place, candidate) - cpuIn(place, other)),
  }))
  const sums = pairs.map((_, index) =>
    additional.reduce((sum, { values }) => sum + values[index]!, 0),
  )
  const se = Math.sqrt(varianceOf(sums) / sums.length)
  if (meanOf(sums) - tQuantile(LEVEL, sums.length - 1) * se <= limitMs) return undefined
  const most = additional.reduce((a, b) => (meanOf(b.values) > meanOf(a.values) ? b : a))
  return {
    class: most.place.class,
    what: `${formatNumber(meanOf(most.values))} ms of CPU more ${most.place.name} of a run, ${formatNumber(savedMs)} ms less in the timed iterations`,
  }
}

function cpuIn({ cpuMs }: Place, run: RunRecord): number {
  return cpuMs(run, run.outsideMs!)
}
