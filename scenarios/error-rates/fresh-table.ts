import type { RunRecord } from '../../harness/evidence/run-record.js'
import { compareArms } from '../../harness/verdict/compare.js'
import { noiseOf } from '../../harness/verdict/noise.js'
import { isContaminated, type Round, roundsOf } from '../../harness/verdict/rounds.js'
import { FRESH_CELL_NAMES, FRESH_CELLS, type FreshDecision } from './fresh-decision.js'
import { NAIVE_RUNS, type NaiveVerdicts, naiveVerdicts } from './naive-rule.js'
import { assess } from './recorded-study.js'
import { SHIPPED_RULES, type ShippedRule, type StudiedRule } from './studied-rules.js'
import { type Ending, type Tally, tallyOf } from './tally.js'
import { toRunRecord } from './timed-pair.js'

/** The endings of one rule over fresh decisions with one true change. */
export interface FreshTally {
  readonly change: number
  /** Number of CPU hogs running at the same time. */
  readonly hogs: number
  readonly rule: StudiedRule
  readonly tally: Tally
}

/**
 * The fresh decisions have enough runs for these two rules, because they were measured until both
 * had decided.
 */
const FRESH_RULES = ['improvement-20', 'gate'] as const satisfies readonly ShippedRule[]
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
      const naive = members.flatMap((decision) => naiveOf(decision) ?? [])
      const endings: readonly (readonly [StudiedRule, readonly Ending[]])[] = [
        ...FRESH_RULES.map(
          (rule) => [rule, members.map((decision) => endingOf(decision, rule))] as const,
        ),
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

/**
 * For each decision, in the given order, the effective standard deviation of one pair, a fraction.
 */
export function noiseOfFresh(decisions: readonly FreshDecision[]): number[] {
  return decisions.flatMap((decision) => {
    const comparison = compareArms(roundsIn(decision), 'baseline', 'cpu')
    return comparison === undefined ? [] : [noiseOf(comparison.estimate).effectiveSd]
  })
}

function endingOf(decision: FreshDecision, rule: ShippedRule): Ending {
  const ending = assess(roundsIn(decision), rule)
  const planned = SHIPPED_RULES[rule].looks.at(-1) ?? 0
  const contaminated = isContaminated(journalOf(decision), decision.workload, planned)
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
 * The naive rule on the same runs. The first ten processes of a decision represent the old code,
 * and the next ten the new code. The known effect is divided out of the times of the candidate arm
 * and multiplied into the times of the new code. So the old and the new code have the same data,
 * warm-up and host, and apart from the effect, only time passes between them. (The two groups
 * cannot come from two decisions, because each decision has its own data, and some data take a
 * tenth longer than others.)
 *
 * @returns undefined if the decision has fewer than twenty runs
 */
function naiveOf({ runs, change }: FreshDecision): NaiveVerdicts | undefined {
  if (runs.length < 2 * NAIVE_RUNS) return undefined
  const asBaseline = runs
    .slice(0, 2 * NAIVE_RUNS)
    .map(({ arm, cpuMs }) => (arm === 'candidate' ? cpuMs / (1 - change) : cpuMs))
  return naiveVerdicts(
    asBaseline.slice(0, NAIVE_RUNS),
    asBaseline.slice(NAIVE_RUNS).map((time) => time * (1 - change)),
  )
}
