import type { RunRecord } from '../measurement/run-record.js'
import { compareArms } from '../verdict/compare.js'
import { VOIDED_AT_MOST } from '../verdict/decide.js'
import { noiseOf } from '../verdict/noise.js'
import { type Round, roundsOf, voidedPairs } from '../verdict/rounds.js'
import { FRESH_CELL_NAMES, FRESH_CELLS, type FreshDecision, type FreshRun } from './fresh-decision.js'
import { NAIVE_RUNS, type NaiveVerdicts, naiveVerdicts } from './naive-rule.js'
import { assess } from './recorded-study.js'
import { SHIPPED_RULES, type ShippedRule, type StudiedRule } from './studied-rules.js'
import { type Ending, type Tally, tallyOf } from './tally.js'
import { toRunRecord } from './timed-pair.js'

/** How often one rule ended how, over fresh decisions with one true change. */
export interface FreshTally {
  readonly change: number
  /** CPU hogs that ran beside them. */
  readonly hogs: number
  readonly rule: StudiedRule
  readonly tally: Tally
}

/** Rules fresh decisions are long enough for: they were measured until these two had decided. */
const FRESH_RULES = ['improvement-20', 'gate'] as const satisfies readonly ShippedRule[]
const ARMS = ['baseline', 'candidate'] as const

/** Applies the rules to the stored runs of every decision; cells without decisions are left out. */
export function tabulateFresh(decisions: readonly FreshDecision[]): FreshTally[] {
  const loads = [...new Set(decisions.map(({ hogs }) => hogs))].sort((a, b) => a - b)
  return FRESH_CELL_NAMES.flatMap((cell) =>
    loads.flatMap((hogs) => {
      const members = inTime(decisions.filter((decision) => decision.cell === cell && decision.hogs === hogs))
      const naive = naiveOf(members)
      const endings: readonly (readonly [StudiedRule, readonly Ending[]])[] = [
        ...FRESH_RULES.map((rule) => [rule, members.map((decision) => endingOf(decision, rule))] as const),
        ['naive', naive.map(({ layer }) => ({ verdict: layer, pairs: NAIVE_RUNS }))],
        ['naive-gate', naive.map(({ gate }) => ({ verdict: gate, pairs: NAIVE_RUNS }))],
      ]
      return endings.flatMap(([rule, each]) => {
        const tally = tallyOf(each)
        return tally === undefined ? [] : [{ change: FRESH_CELLS[cell], hogs, rule, tally }]
      })
    }),
  )
}

/** Effective standard deviation of one pair in each decision, fractions, in the order given. */
export function noiseOfFresh(decisions: readonly FreshDecision[]): number[] {
  return decisions.flatMap((decision) => {
    const comparison = compareArms(roundsIn(decision), 'baseline', 'cpu')
    return comparison === undefined ? [] : [noiseOf(comparison.estimate).effectiveSd]
  })
}

function endingOf(decision: FreshDecision, rule: ShippedRule): Ending {
  const ending = assess(roundsIn(decision), rule)
  const planned = SHIPPED_RULES[rule].looks.at(-1) ?? 0
  const contaminated = voidedPairs(journalOf(decision), decision.workload) > VOIDED_AT_MOST * planned
  return contaminated ? { ...ending, verdict: 'inconclusive' } : ending
}

function roundsIn(decision: FreshDecision): Round[] {
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
 * The naive rule on the same runs. Without a change all processes run the same code, so the first ten in time are one arm and the next ten
 * the other. With a change, the first ten baseline runs of one decision stand against the first ten candidate runs of the next decision of the
 * same workload: all of one, then all of the other, as the rule has it.
 *
 * @param decisions of one cell and load, in order of time
 */
function naiveOf(decisions: readonly FreshDecision[]): NaiveVerdicts[] {
  const workloads = [...new Set(decisions.map(({ workload }) => workload))]
  return workloads.flatMap((workload) => {
    const same = decisions.filter((decision) => decision.workload === workload)
    return same.flatMap((decision, index) => {
      const samples = decision.change === 0 ? successive(decision) : neighbouring(decision, same[index + 1])
      return samples === undefined ? [] : [naiveVerdicts(samples.a, samples.b)]
    })
  })
}

interface Samples {
  readonly a: readonly number[]
  readonly b: readonly number[]
}

function successive({ runs }: FreshDecision): Samples | undefined {
  return samples(runs, runs.slice(NAIVE_RUNS))
}

function neighbouring(one: FreshDecision, next: FreshDecision | undefined): Samples | undefined {
  return next === undefined ? undefined : samples(runsOf(one, 'baseline'), runsOf(next, 'candidate'))
}

function samples(a: readonly FreshRun[], b: readonly FreshRun[]): Samples | undefined {
  if (a.length < NAIVE_RUNS || b.length < NAIVE_RUNS) return undefined
  const times = (runs: readonly FreshRun[]) => runs.slice(0, NAIVE_RUNS).map(({ cpuMs }) => cpuMs)
  return { a: times(a), b: times(b) }
}

function runsOf({ runs }: FreshDecision, arm: FreshRun['arm']): FreshRun[] {
  return runs.filter((run) => run.arm === arm)
}

function inTime(decisions: readonly FreshDecision[]): FreshDecision[] {
  return [...decisions].sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
}
