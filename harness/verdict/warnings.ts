import { mean } from 'simple-statistics'
import type { Arm } from '../contract.js'
import type { ProbeLine } from '../evidence/probe-record.js'
import { lag1 } from '../statistics/autocorrelation.js'
import { countOutliers } from '../statistics/outliers.js'
import { tQuantile } from '../statistics/student-t.js'
import { MINIMUM_PAIRS } from '../statistics/trimmed.js'
import {
  formatCounted,
  formatLimit,
  formatNumber,
  formatPercent,
  formatSignedPercent,
} from '../text/format.js'
import { budgetValues } from './budget-values.js'
import { type Comparison, compareArms, improvementInterval, improvementOf } from './compare.js'
import { counterOf, DISCORDANT_LEVEL, type Rule } from './criteria.js'
import type { Look } from './look.js'
import { compareMemory, MEMORY_LIMIT } from './memory.js'
import type { ProbePair } from './memory-probe.js'
import { noiseOf } from './noise.js'
import { POSITION_T, positionT } from './position-effect.js'
import type { Round } from './rounds.js'
import { warmUpDecides } from './warm-up-decides.js'

/** Codes of all warnings of a verdict, stored in records. */
export const WARNING_CODES = [
  'injected-effect',
  'no-commit',
  'dirty',
  'equal-seeds',
  'calibration-failed',
  'calibration-stale',
  'calibration-missing',
  'calibration-undecidable',
  'zero-variance',
  'noisy',
  'outliers',
  'tail',
  'autocorrelated',
  'position-effect',
  'warm-up-decides',
  'discordant',
  'long-slices',
  'slower',
  'memory-over',
  'probe-failed',
] as const
export type WarningCode = (typeof WARNING_CODES)[number]

/** A doubt about a result, stored with it and shown wherever the result is. */
export interface Warning<Code extends string = WarningCode> {
  readonly code: Code
  /** What happened, the likely cause, and what to try. */
  readonly hint: string
}

const DISCORDANT_BEYOND = 0.05
/** A larger difference between the plain and the trimmed mean gets a warning; a fraction. */
export const TAIL_BEYOND = 0.03
const SLOWER_FROM = 0.03

/**
 * All warnings of one workload.
 *
 * @param formerly as records before version 3 have them
 */
export function warningsOf(
  rounds: readonly Round[],
  looks: readonly Look[],
  rule: Rule,
  probed: readonly ProbePair[] = [],
  formerly = false,
): Warning[] {
  const comparison = compareArms(rounds, rule.against, rule.metric)
  if (comparison === undefined) return []
  return [
    counterOf(rule.criterion) === undefined ? zeroVariance(comparison) : undefined,
    noisy(comparison),
    outliers(comparison),
    tail(comparison),
    autocorrelated(judgedValues(rounds, comparison, rule), looks),
    positionEffect(rounds, comparison, rule.against),
    judgesCpu(rule) ? warmUpDecides(rounds, rule.against) : undefined,
    discordance(rounds, rule),
    longSlices(rounds, rule),
    formerly || !reachesLimit(looks, rule) ? slower(looks, rule) : undefined,
    memoryGrowth(rounds, rule, probed),
  ].filter((warning) => warning !== undefined)
}

/** Whether the verdict compares the CPU time of the arms. */
function judgesCpu({ criterion, metric }: Rule): boolean {
  return metric === 'cpu' && counterOf(criterion) === undefined
}

/** A warning if runs of the memory probe failed. */
export function probeWarnings(lines: readonly ProbeLine[], workloadId: string): Warning[] {
  const failed = lines.filter((line) => line.workload === workloadId && 'error' in line)
  if (failed.length === 0) return []
  const arms = [...new Set(failed.map(({ arm }) => arm))].join(' and ')
  return [
    {
      code: 'probe-failed',
      hint: `${formatCounted(failed.length, 'run')} of the memory probe failed (${arms}), and two failures leave memory undecided; read the errors in memory-probe.jsonl`,
    },
  ]
}

/**
 * A warning if cpu and wall time disagree: the improvements differ by more than 5 points, and the
 * interval of the wall improvement, at the level of the rule, excludes the cpu estimate. Undefined
 * below the minimum of pairs.
 */
export function discordance(
  rounds: readonly Round[],
  { against, discordantLevel = DISCORDANT_LEVEL }: Pick<Rule, 'against' | 'discordantLevel'>,
): Warning | undefined {
  const cpu = compareArms(rounds, against, 'cpu')?.improvement.estimate
  const wall = wallInterval(rounds, against, discordantLevel)
  if (cpu === undefined || wall === undefined || rounds.length < MINIMUM_PAIRS) return undefined
  const { lower, upper } = wall
  if (Math.abs(cpu - wall.estimate) <= DISCORDANT_BEYOND || (lower <= cpu && cpu <= upper))
    return undefined
  return {
    code: 'discordant',
    hint: `cpu time improves by ${formatPercent(cpu)}, but wall time by ${formatPercent(wall.estimate)}: the layer moves work to other threads or to waiting, or the host was busy; set the layer's metric to wall if it is about I/O or parallelism, otherwise repeat on a quiet host`,
  }
}

/** The improvement in wall time and its interval at a level; undefined below two rounds. */
function wallInterval(rounds: readonly Round[], against: Arm, level: number) {
  const wall = compareArms(rounds, against, 'wall')
  if (wall === undefined) return undefined
  const { m, se, df } = wall.estimate
  const half = tQuantile((1 + level) / 2, df) * se
  return {
    estimate: improvementOf(m),
    ...improvementInterval({ lower: m - half, upper: m + half }),
  }
}

function zeroVariance({ estimate }: Comparison): Warning | undefined {
  if (!estimate.zeroVariance) return undefined
  return {
    code: 'zero-variance',
    hint: 'the pairs do not vary at all, so t and the interval do not exist, and the estimate itself was compared with the limit; the clock of this host is too coarse, or the runs are copies: raise the work per run',
  }
}

function noisy({ estimate }: Comparison): Warning | undefined {
  const noise = noiseOf(estimate)
  if (noise.class !== 'RED') return undefined
  return {
    code: 'noisy',
    hint: `one pair varies by ${formatPercent(noise.effectiveSd)} (RED), so only the bounds may decide; close other programs, or raise --max-pairs`,
  }
}

function outliers({ logRatios }: Comparison): Warning | undefined {
  const count = countOutliers(logRatios)
  if (count === 0) return undefined
  return {
    code: 'outliers',
    hint: `outliers in ${count} of ${logRatios.length} pairs (more than 5 robust standard deviations from the median) were kept; another program probably ran at times: check foreignLoad and waitShare in runs.jsonl`,
  }
}

function tail({ logRatios, improvement }: Comparison): Warning | undefined {
  const plain = improvementOf(mean([...logRatios]))
  if (Math.abs(plain - improvement.estimate) <= TAIL_BEYOND) return undefined
  return {
    code: 'tail',
    hint: `without trimming, the improvement is ${formatPercent(plain)} instead of ${formatPercent(improvement.estimate)}, because a few pairs differ much from the rest; look at the plot before you rely on either`,
  }
}

/** The values that the looks evaluate: log ratios, or the counter of a budget. */
function judgedValues(
  rounds: readonly Round[],
  { logRatios }: Comparison,
  { criterion }: Rule,
): readonly number[] {
  const counter = counterOf(criterion)
  return counter === undefined ? logRatios : (budgetValues(rounds, counter) ?? [])
}

function autocorrelated(values: readonly number[], looks: readonly Look[]): Warning | undefined {
  const look = looks.at(-1)
  if (look === undefined || look.seUsed <= look.se) return undefined
  return {
    code: 'autocorrelated',
    hint: `consecutive pairs are correlated (lag 1: ${formatNumber(lag1(values) ?? 0, 2)}), so the bounds were widened ${formatNumber(look.seUsed / look.se, 2)}×; the speed of the host drifts: let it cool down, or fix its clock rate`,
  }
}

function positionEffect(
  rounds: readonly Round[],
  { logRatios }: Comparison,
  against: Arm,
): Warning | undefined {
  const t = positionT(rounds, logRatios, against)
  if (t === undefined || Math.abs(t) < POSITION_T) return undefined
  return {
    code: 'position-effect',
    hint: `the ratio depends on which arm runs first (t ${formatNumber(t)}), so runs disturb each other; the order is balanced and the estimate stays valid: give the host more time between runs`,
  }
}

/** The least number of slices per second of CPU that make co-scheduled arms share every moment. */
const LEAST_SLICES = 50

/** A warning if the scheduler of the host gives co-scheduled arms long slices of their CPU. */
function longSlices(rounds: readonly Round[], { against, design }: Rule): Warning | undefined {
  if (design !== 'co-scheduled') return undefined
  const runs = rounds.flatMap((round) => [round.runs[against]!, round.runs.candidate!])
  const switches = runs.map(({ involuntarySwitches }) => involuntarySwitches)
  if (switches.some((count) => count === undefined)) return undefined
  const seconds = runs.reduce((sum, { cpuMs, iterations }) => sum + (cpuMs * iterations) / 1000, 0)
  const perSecond = switches.reduce<number>((sum, count) => sum + count!, 0) / seconds
  if (perSecond >= LEAST_SLICES) return undefined
  return {
    code: 'long-slices',
    hint: `the scheduler switched between the arms only ${formatNumber(perSecond)} times per second of CPU, so a disturbance may meet one arm alone; measure with --design lock-step`,
  }
}

/** Then the verdict is about the slowdown, and a hint about the limit would contradict it. */
function reachesLimit(looks: readonly Look[], { criterion }: Rule): boolean {
  const look = looks.at(-1)
  return (
    criterion.kind === 'regression' &&
    look !== undefined &&
    (look.outcome === 'rejected' || look.m >= Math.log(1 + criterion.atMost))
  )
}

function slower(looks: readonly Look[], { criterion }: Rule): Warning | undefined {
  const look = looks.at(-1)
  if (
    criterion.kind !== 'regression' ||
    look === undefined ||
    look.lower <= 0 ||
    look.m < Math.log(1 + SLOWER_FROM)
  )
    return undefined
  return {
    code: 'slower',
    hint: `this workload is certainly slower, by about ${formatPercent(Math.expm1(look.m))}; the gate allows less than ${formatLimit(criterion.atMost)}, but several such layers add up`,
  }
}

function memoryGrowth(
  rounds: readonly Round[],
  { against, memory }: Rule,
  probed: readonly ProbePair[],
): Warning | undefined {
  const comparison = compareMemory(rounds, against, probed)
  if (comparison?.verdict !== 'over') return undefined
  const { ratio } = comparison.probe ?? comparison
  return {
    code: 'memory-over',
    hint: `peak memory changes by ${formatSignedPercent(ratio - 1)}, and the limit is ${formatSignedPercent(MEMORY_LIMIT, 0)} (${memory}); reduce what the layer keeps in memory, or decide that the time is worth it`,
  }
}
