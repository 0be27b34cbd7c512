import { seededRandom } from '../../harness/statistics/random.js'
import { assessWorkload } from '../../harness/verdict/assess.js'
import type { Round } from '../../harness/verdict/rounds.js'
import { compareEnding } from './compare-rule.js'
import { confirmEnding } from './confirmed-gate.js'
import { NAIVE_RUNS, naiveVerdicts } from './naive-rule.js'
import type { RuleTally } from './rule-tally.js'
import {
  CONFIRMED,
  type ConfirmedRule,
  ROUND_RULES,
  SHIPPED_RULES,
  type ShippedRule,
  STUDIED_RULES,
} from './studied-rules.js'
import { type Ending, tallyOf } from './tally.js'
import { roundOf, type TimedPair, type TimedRun } from './timed-pair.js'

/** True changes applied to recorded noise, signed improvements. */
export const RECORDED_CHANGES = [0, 0.03, 0.05, 0.1, -0.06, -0.12, -0.2] as const
/** Windows per true change. More windows would only overlap more. */
export const RECORDED_TRIALS = 2000

const SEED = 20_261_121
const LONGEST = Math.max(...Object.values(SHIPPED_RULES).flatMap(({ looks }) => looks))

/**
 * Applies every studied rule to windows of recorded pairs of identical code.
 *
 * A window is a sequence of consecutive pairs, so that it keeps the drift and the correlation of
 * the host. After the last pair, a window continues with the first. In each pair, a seeded coin
 * decides whether the two runs are swapped, so that the true difference is zero. For an effect,
 * the times of one arm are multiplied. All rules and changes use the same windows and coins. The
 * second round of a gate is the window that begins half a recording later. The naive rule and the
 * rule of `compare` use twenty consecutive processes in the order they ran; every process is the
 * start of one such group.
 *
 * @param pairs in the order they ran, at least as many as the longest rule uses
 */
export function studyPool(pairs: readonly TimedPair[], trials = RECORDED_TRIALS): RuleTally[] {
  return RECORDED_CHANGES.flatMap((change) => {
    const shipped = shippedEndings(pairs, trials, 1 - change)
    const endings = {
      ...shipped,
      ...confirmedEndings(shipped, pairs.length),
      ...groupEndings(pairs, 1 - change),
    }
    return STUDIED_RULES.flatMap((rule) => {
      const tally = tallyOf(endings[rule])
      return tally === undefined ? [] : [{ change, rule, tally }]
    })
  })
}

/** Number of pairs that a recording must have, so that a window does not contain a run twice. */
export const PAIRS_NEEDED = LONGEST

function shippedEndings(
  pairs: readonly TimedPair[],
  trials: number,
  factor: number,
): Record<ShippedRule, Ending[]> {
  const endings: Record<ShippedRule, Ending[]> = {
    'improvement-20': [],
    'improvement-40': [],
    gate: [],
    'gate-5': [],
  }
  for (let trial = 0; trial < trials; trial += 1) {
    const rounds = drawWindow(pairs, trial, factor)
    for (const rule of ROUND_RULES) endings[rule].push(assess(rounds, rule))
  }
  return endings
}

/** The ending of a shipped rule on these rounds; `undecided` if the rule needs more rounds. */
export function assess(rounds: readonly Round[], rule: ShippedRule): Ending {
  const { outcome, rounds: taken } = assessWorkload(rounds, SHIPPED_RULES[rule])
  return { verdict: outcome === 'continue' ? 'undecided' : outcome, pairs: taken.length }
}

function drawWindow(pairs: readonly TimedPair[], trial: number, factor: number): Round[] {
  const coin = seededRandom(SEED + trial)
  return Array.from({ length: LONGEST }, (_, index) => {
    const { a, b } = pairs[(trial + index) % pairs.length] as TimedPair
    return roundOf(index + 1, coin() < 0.5 ? { a, b } : { a: b, b: a }, factor)
  })
}

/** The gates of two rounds, from the endings of single rounds by their windows. */
function confirmedEndings(
  rounds: Record<ShippedRule, Ending[]>,
  pairs: number,
): Record<ConfirmedRule, Ending[]> {
  const confirmed = (rule: ShippedRule) => {
    const endings = rounds[rule]
    return endings.map((first, trial) => {
      const second = endings[(trial + Math.floor(pairs / 2)) % endings.length]!
      return confirmEnding(first, second)
    })
  }
  return {
    'gate-confirmed': confirmed(CONFIRMED['gate-confirmed']),
    'gate-5-confirmed': confirmed(CONFIRMED['gate-5-confirmed']),
  }
}

type GroupRule = 'compare-gate' | 'naive' | 'naive-gate'

/** The rules that compare two groups of processes. */
function groupEndings(pairs: readonly TimedPair[], factor: number): Record<GroupRule, Ending[]> {
  const times = pairs.flatMap(inOrder).map(({ cpuMs }) => cpuMs)
  const windows = times.map((_, start) => {
    const window = Array.from(
      { length: 2 * NAIVE_RUNS },
      (_, index) => times[(start + index) % times.length] as number,
    )
    return {
      before: window.slice(0, NAIVE_RUNS),
      after: window.slice(NAIVE_RUNS).map((time) => time * factor),
    }
  })
  const naive = windows.map(({ before, after }) => naiveVerdicts(before, after))
  return {
    'compare-gate': windows.map(({ before, after }) => compareEnding(before, after)),
    naive: naive.map(({ layer }) => ({ verdict: layer, pairs: NAIVE_RUNS })),
    'naive-gate': naive.map(({ gate }) => ({ verdict: gate, pairs: NAIVE_RUNS })),
  }
}

function inOrder({ a, b }: TimedPair): TimedRun[] {
  return a.position === 'first' ? [a, b] : [b, a]
}
