import { seededRandom } from '../../harness/statistics/random.js'
import { assessWorkload } from '../../harness/verdict/assess.js'
import type { Round } from '../../harness/verdict/rounds.js'
import { NAIVE_RUNS, naiveVerdicts } from './naive-rule.js'
import {
  SHIPPED_RULES,
  type ShippedRule,
  STUDIED_RULES,
  type StudiedRule,
} from './studied-rules.js'
import { type Ending, type Tally, tallyOf } from './tally.js'
import { roundOf, type TimedPair, type TimedRun } from './timed-pair.js'

/** True changes applied to recorded noise, signed improvements. */
export const RECORDED_CHANGES = [0, 0.03, 0.05, 0.1, -0.12, -0.2] as const
/** Windows per true change. More windows would only overlap more. */
export const RECORDED_TRIALS = 2000

const SEED = 20_261_121
const LONGEST = Math.max(...Object.values(SHIPPED_RULES).flatMap(({ looks }) => looks))

/** The endings of one rule in one pool of recorded noise with one true change. */
export interface RecordedCell {
  readonly change: number
  readonly rule: StudiedRule
  readonly tally: Tally
}

/**
 * Applies every studied rule to windows of recorded pairs of identical code.
 *
 * A window is a sequence of consecutive pairs, so that it keeps the drift and the correlation of
 * the host. After the last pair, a window continues with the first. In each pair, a seeded coin
 * decides whether the two runs are swapped, so that the true difference is zero. For an effect,
 * the times of one arm are multiplied. All rules and changes use the same windows and coins. The
 * naive rule uses twenty consecutive processes in the order they ran; every process is the start
 * of one such group.
 *
 * @param pairs in the order they ran, at least as many as the longest rule uses
 */
export function studyPool(pairs: readonly TimedPair[], trials = RECORDED_TRIALS): RecordedCell[] {
  return RECORDED_CHANGES.flatMap((change) => {
    const endings = {
      ...shippedEndings(pairs, trials, 1 - change),
      ...naiveEndings(pairs, 1 - change),
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
  }
  for (let trial = 0; trial < trials; trial += 1) {
    const rounds = drawWindow(pairs, trial, factor)
    for (const rule of Object.keys(endings) as ShippedRule[])
      endings[rule].push(assess(rounds, rule))
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

function naiveEndings(
  pairs: readonly TimedPair[],
  factor: number,
): Record<'naive' | 'naive-gate', Ending[]> {
  const times = pairs.flatMap(inOrder).map(({ cpuMs }) => cpuMs)
  const verdicts = times.map((_, start) => {
    const window = Array.from(
      { length: 2 * NAIVE_RUNS },
      (_, index) => times[(start + index) % times.length] as number,
    )
    return naiveVerdicts(
      window.slice(0, NAIVE_RUNS),
      window.slice(NAIVE_RUNS).map((time) => time * factor),
    )
  })
  return {
    naive: verdicts.map(({ layer }) => ({ verdict: layer, pairs: NAIVE_RUNS })),
    'naive-gate': verdicts.map(({ gate }) => ({ verdict: gate, pairs: NAIVE_RUNS })),
  }
}

function inOrder({ a, b }: TimedPair): TimedRun[] {
  return a.position === 'first' ? [a, b] : [b, a]
}
