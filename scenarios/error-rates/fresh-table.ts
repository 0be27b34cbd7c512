import type { RunRecord } from '../../harness/evidence/run-record.js'
import { compareArms } from '../../harness/verdict/compare.js'
import { noiseOf } from '../../harness/verdict/noise.js'
import { isContaminated, type Round, roundsOf } from '../../harness/verdict/rounds.js'
import { confirmEnding } from './confirmed-gate.js'
import { FRESH_CELL_NAMES, FRESH_CELLS, type FreshDecision } from './fresh-decision.js'
import { freshRules } from './fresh-rules.js'
import { NAIVE_RUNS, type NaiveVerdicts, naiveVerdicts } from './naive-rule.js'
import { assess } from './recorded-study.js'
import type { RuleTally } from './rule-tally.js'
import {
  CONFIRMED,
  type ConfirmedRule,
  ROUND_RULES,
  SHIPPED_RULES,
  type ShippedRule,
  type StudiedRule,
} from './studied-rules.js'
import { type Ending, tallyOf } from './tally.js'
import { toRunRecord } from './timed-pair.js'

/** The endings of one rule over fresh decisions with one true change. */
export interface FreshTally extends RuleTally {
  /** Number of CPU hogs running at the same time. */
  readonly hogs: number
}

const ARMS = ['baseline', 'candidate'] as const

/**
 * Applies the rules to the stored runs of every decision, and leaves out cells without decisions.
 */
export function tabulateFresh(decisions: readonly FreshDecision[]): FreshTally[] {
  const loads = [...new Set(decisions.map(({ hogs }) => hogs))].sort((a, b) => a - b)
  return FRESH_CELL_NAMES.flatMap((cell) =>
    loads.flatMap((hogs) => {
      const members = decisions.filter(
        (decision) => decision.cell === cell && decision.hogs === hogs,
      )
      return Object.entries(endingsOf(members)).flatMap(([rule, endings]) => {
        const tally = tallyOf(endings)
        return tally === undefined
          ? []
          : [{ change: FRESH_CELLS[cell], hogs, rule: rule as StudiedRule, tally }]
      })
    }),
  )
}

/** The endings of every rule on decisions with one true change and one load. */
function endingsOf(members: readonly FreshDecision[]): Partial<Record<StudiedRule, Ending[]>> {
  const ended = new Map(members.map((decision) => [decision, endingsIn(decision)]))
  const rules: Partial<Record<StudiedRule, Ending[]>> = {}
  for (const rule of ROUND_RULES)
    rules[rule] = members.flatMap((decision) => ended.get(decision)?.[rule] ?? [])
  for (const [rule, round] of Object.entries(CONFIRMED))
    rules[rule as ConfirmedRule] = confirmedOf(members, (one) => ended.get(one)?.[round])
  const naive = members.flatMap((decision) => naiveOf(decision) ?? [])
  rules.naive = naive.map(({ layer }) => ({ verdict: layer, pairs: NAIVE_RUNS }))
  rules['naive-gate'] = naive.map(({ gate }) => ({ verdict: gate, pairs: NAIVE_RUNS }))
  return rules
}

function endingsIn(decision: FreshDecision): Partial<Record<ShippedRule, Ending>> {
  return Object.fromEntries(freshRules(decision).map((rule) => [rule, endingOf(decision, rule)]))
}

/**
 * Gates of two rounds: two successive decisions on a workload are the two rounds of one, so that no
 * decision is used twice.
 */
function confirmedOf(
  members: readonly FreshDecision[],
  endingIn: (decision: FreshDecision) => Ending | undefined,
): Ending[] {
  return [...new Set(members.map(({ workload }) => workload))].flatMap((workload) => {
    const rounds = members
      .filter((decision) => decision.workload === workload)
      .sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
      .flatMap((decision) => endingIn(decision) ?? [])
    return Array.from({ length: Math.floor(rounds.length / 2) }, (_, index) =>
      confirmEnding(rounds[2 * index]!, rounds[2 * index + 1]!),
    )
  })
}

/**
 * For each decision, in the given order, the effective standard deviation of one pair, a fraction.
 */
export function noiseOfFresh(decisions: readonly FreshDecision[]): number[] {
  return decisions.flatMap((decision) => {
    const comparison = compareArms(roundsIn(decision), 'baseline', 'cpu')
    return comparison === undefined ? [] : [noiseOf(comparison.estimate).effectiveSd]
  })
}

/**
 * How a rule ended on a decision: inconclusive if too many pairs were voided.
 */
export function endingOf(decision: FreshDecision, rule: ShippedRule): Ending {
  const ending = assess(roundsIn(decision), rule)
  const planned = SHIPPED_RULES[rule].looks.at(-1) ?? 0
  const contaminated = isContaminated(journalOf(decision), decision.workload, planned)
  return contaminated ? { ...ending, verdict: 'inconclusive' } : ending
}

/** The pairs of a decision that count. */
export function roundsIn(decision: FreshDecision): Round[] {
  return roundsOf(journalOf(decision), { arms: [...ARMS] }, decision.workload)
}

function journalOf({ workload, runs }: FreshDecision): RunRecord[] {
  return runs.map((run) => ({
    ...toRunRecord(run, run.pair, run.arm),
    workload,
    ...(run.voided !== undefined && { voided: run.voided }),
  }))
}

/**
 * The naive rule on the same runs. The first ten processes of a decision represent the old code,
 * and the next ten the new code. The known effect is divided out of the times of the candidate arm
 * and multiplied into the times of the new code. So the old and the new code have the same data,
 * warm-up and host, and apart from the effect, only time passes between them. (The two groups
 * cannot come from two decisions, because each decision has its own data, and some data take a
 * tenth longer than others.)
 *
 * @returns undefined if the decision has fewer than twenty runs, or its runs did not follow one
 * another
 */
function naiveOf({ runs, change, design }: FreshDecision): NaiveVerdicts | undefined {
  const isAdjacent = design === undefined || design === 'adjacent'
  if (!isAdjacent || runs.length < 2 * NAIVE_RUNS) return undefined
  const asBaseline = runs
    .slice(0, 2 * NAIVE_RUNS)
    .map(({ arm, cpuMs }) => (arm === 'candidate' ? cpuMs / (1 - change) : cpuMs))
  return naiveVerdicts(
    asBaseline.slice(0, NAIVE_RUNS),
    asBaseline.slice(NAIVE_RUNS).map((time) => time * (1 - change)),
  )
}
