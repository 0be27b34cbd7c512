import { mean } from 'simple-statistics'
import type { Arm } from '../contract.js'
import type { ProbeLine } from '../evidence/probe-record.js'
import { lag1 } from '../statistics/autocorrelation.js'
import { countOutliers } from '../statistics/outliers.js'
import { MINIMUM_PAIRS } from '../statistics/trimmed.js'
import {
  formatCounted,
  formatLimit,
  formatNumber,
  formatPercent,
  formatSignedPercent,
} from '../text/format.js'
import { budgetValues } from './budget.js'
import { type Comparison, compareArms, improvementOf } from './compare.js'
import type { Rule } from './criteria.js'
import type { Look } from './look.js'
import { compareMemory, MEMORY_LIMIT } from './memory.js'
import type { ProbePair } from './memory-probe.js'
import { noiseOf } from './noise.js'
import { POSITION_T, positionT } from './position-effect.js'
import type { Round } from './rounds.js'

/** Something the reader of a result should know: data, rendered wherever the result is. */
export interface Warning {
  readonly code: string
  /** What happened, the likely cause, and what to try. */
  readonly hint: string
}

const DISCORDANT_BEYOND = 0.05
/** Points the plain and the trimmed mean may differ by. */
export const TAIL_BEYOND = 0.03
const SLOWER_FROM = 0.03

/** All warnings of one workload. */
export function warningsOf(
  rounds: readonly Round[],
  looks: readonly Look[],
  rule: Rule,
  probed: readonly ProbePair[] = [],
): Warning[] {
  const comparison = compareArms(rounds, rule.against, rule.metric)
  if (comparison === undefined) return []
  return [
    rule.criterion.kind === 'budget' ? undefined : zeroVariance(comparison),
    noisy(comparison),
    outliers(comparison),
    tail(comparison),
    autocorrelated(judgedValues(rounds, comparison, rule), looks),
    positionEffect(rounds, comparison, rule.against),
    discordance(rounds, rule),
    slower(looks, rule),
    memoryGrowth(rounds, rule, probed),
  ].filter((warning) => warning !== undefined)
}

/**
 * Runs of the memory probe that failed: no run of them counts, and whoever reads the verdict should
 * know.
 */
export function probeWarnings(lines: readonly ProbeLine[], workloadId: string): Warning[] {
  const failed = lines.filter((line) => line.workload === workloadId && 'error' in line)
  if (failed.length === 0) return []
  const arms = [...new Set(failed.map(({ arm }) => arm))].join(' and ')
  return [
    {
      code: 'probe-failed',
      hint: `${formatCounted(failed.length, 'run')} of the memory probe failed (${arms}); a second failure leaves memory undecided; the errors are in memory-probe.jsonl`,
    },
  ]
}

/**
 * Whether cpu and wall time tell different stories: the improvements differ by more than 5 points,
 * and the interval of the wall improvement excludes the cpu estimate. Undefined where they agree,
 * or where there are too few pairs to tell.
 */
export function discordance(
  rounds: readonly Round[],
  { against }: Pick<Rule, 'against'>,
): Warning | undefined {
  const cpu = compareArms(rounds, against, 'cpu')?.improvement.estimate
  const wall = compareArms(rounds, against, 'wall')?.improvement
  if (cpu === undefined || wall === undefined || rounds.length < MINIMUM_PAIRS) return undefined
  const { lower, upper } = wall.ci95 ?? { lower: wall.estimate, upper: wall.estimate }
  if (Math.abs(cpu - wall.estimate) <= DISCORDANT_BEYOND || (lower <= cpu && cpu <= upper))
    return undefined
  return {
    code: 'discordant',
    hint: `cpu time improves by ${formatPercent(cpu)}, wall time by ${formatPercent(wall.estimate)}: the layer moves work between threads or waits, or the host was busy; declare the metric wall if the layer is about I/O or parallelism, otherwise repeat on a quiet host`,
  }
}

function zeroVariance({ estimate }: Comparison): Warning | undefined {
  if (!estimate.zeroVariance) return undefined
  return {
    code: 'zero-variance',
    hint: 'the pairs do not vary at all, so the estimate itself was compared with the margin and there is no t and no interval; the clock of this host is too coarse or the runs are copies: raise the work per run',
  }
}

function noisy({ estimate }: Comparison): Warning | undefined {
  const noise = noiseOf(estimate)
  if (noise.class !== 'RED') return undefined
  return {
    code: 'noisy',
    hint: `one pair varies by ${formatPercent(noise.effectiveSd)} (RED), so only certified verdicts count; close other programs, or raise --max-pairs`,
  }
}

function outliers({ logRatios }: Comparison): Warning | undefined {
  const count = countOutliers(logRatios)
  if (count === 0) return undefined
  return {
    code: 'outliers',
    hint: `${count} of ${logRatios.length} pairs lie far outside (more than 5 robust standard deviations) and were kept; something else ran now and then: look at foreignLoad and waitShare in runs.jsonl`,
  }
}

function tail({ logRatios, improvement }: Comparison): Warning | undefined {
  const plain = improvementOf(mean([...logRatios]))
  if (Math.abs(plain - improvement.estimate) <= TAIL_BEYOND) return undefined
  return {
    code: 'tail',
    hint: `without trimming the improvement would read ${formatPercent(plain)} instead of ${formatPercent(improvement.estimate)}: a few pairs differ a lot, in the candidate or in the host; look at the plot before trusting either`,
  }
}

/** The values the looks are made of: log ratios, or what a budget counts. */
function judgedValues(
  rounds: readonly Round[],
  { logRatios }: Comparison,
  { criterion }: Rule,
): readonly number[] {
  return criterion.kind === 'budget' ? (budgetValues(rounds, criterion.counter) ?? []) : logRatios
}

function autocorrelated(values: readonly number[], looks: readonly Look[]): Warning | undefined {
  const look = looks.at(-1)
  if (look === undefined || look.seUsed <= look.se) return undefined
  return {
    code: 'autocorrelated',
    hint: `consecutive pairs resemble each other (lag-1 correlation ${formatNumber(lag1(values) ?? 0, 2)}), so the bounds were widened ${formatNumber(look.seUsed / look.se, 2)}×; the host drifts: let it cool down, or fix its clock rate`,
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
    hint: `the ratio depends on which arm runs first (t ${formatNumber(t)}); the order is balanced so the estimate stands, but runs disturb each other: leave the host more time between runs`,
  }
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
    hint: `this workload gets slower by ${formatPercent(Math.expm1(look.m))} beyond doubt, within the ${formatLimit(criterion.atMost)} the gate tolerates; several such layers add up`,
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
    hint: `peak memory changes by ${formatSignedPercent(ratio - 1)}, more than the ${formatLimit(MEMORY_LIMIT)} tolerated (${memory}); lower the limits of the layer, or accept the price knowingly`,
  }
}
