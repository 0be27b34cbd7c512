import { max, mean, median, min } from 'simple-statistics'
import { z } from 'zod'
import { PAIR_DESIGNS } from '../../harness/contract.js'
import { defined } from '../../harness/evidence/defined.js'
import type { FreshData } from './fresh-data.js'
import type { FreshDecision } from './fresh-decision.js'
import { coverageOf, realisedChange, resolutionOf, signIsRight } from './fresh-figures.js'
import { type FreshTally, noiseOfFresh, tabulateFresh } from './fresh-table.js'
import { STUDIED_RULES } from './studied-rules.js'
import { tallySchema } from './tally.js'
import { isWrong } from './wrong-verdict.js'

const count = z.int().nonnegative()
const fraction = z.number().nonnegative()
const signsSchema = z.array(
  z.strictObject({ change: z.number(), hogs: count, decisions: count, right: count }),
)
/** Decisions whose estimate has the sign of the true change. */
export type Signs = Readonly<z.infer<typeof signsSchema>>

/** All figures of a study of fresh decisions. */
export const freshSummarySchema = z.strictObject({
  decisions: count,
  runs: count,
  /** Start of the first decision; absent if there are none. */
  firstAt: z.iso.datetime().optional(),
  lastAt: z.iso.datetime().optional(),
  /** Commits of the measured code. */
  commits: z.array(z.string()),
  workloads: z.array(z.string()),
  designs: z.array(z.enum(PAIR_DESIGNS)),
  /** Notes on how the decisions were measured, each with the number of decisions concerned. */
  conditions: z.array(
    z.strictObject({ since: z.iso.datetime(), text: z.string().min(1), decisions: count }),
  ),
  tallies: z.array(
    z.strictObject({
      change: z.number(),
      hogs: count,
      rule: z.enum(STUDIED_RULES),
      tally: tallySchema,
    }),
  ),
  /** What the injected work really was, from its CPU time in each run, over the decisions. */
  realised: z.array(
    z.strictObject({
      change: z.number(),
      hogs: count,
      decisions: count,
      mean: z.number(),
      least: z.number(),
      most: z.number(),
    }),
  ),
  signs: signsSchema,
  /** Median and maximum, over the decisions, of the effective standard deviation of one pair. */
  noise: z.array(
    z.strictObject({ hogs: count, decisions: count, median: fraction, largest: fraction }),
  ),
  /** Medians, over the decisions, of what ten pairs resolve. */
  resolution: z.array(
    z.strictObject({
      hogs: count,
      decisions: count,
      /** Half of the 95 % interval. */
      halfWidth: fraction,
      /** The smallest improvement certified as above the threshold with 80 % power. */
      certifiable: z.number(),
    }),
  ),
  /** A/A decisions whose 95 % interval of the first ten pairs covers zero. */
  coverage: z.array(z.strictObject({ hogs: count, decisions: count, covered: count })),
  /** Verdicts of the shipped rules that contradict the true change. */
  wrong: z.array(z.strictObject({ hogs: count, verdicts: count, wrong: count })),
})
export type FreshSummary = Readonly<z.infer<typeof freshSummarySchema>>

/** Derives all figures of a study from the runs of its decisions. */
export function summarizeFresh({ decisions, conditions }: FreshData): FreshSummary {
  const tallies = tabulateFresh(decisions)
  const times = decisions.map(({ startedAt }) => startedAt).sort()
  const loads = [...new Set(decisions.map(({ hogs }) => hogs))].sort((a, b) => a - b)
  const under = (hogs: number) => decisions.filter((decision) => decision.hogs === hogs)
  return defined({
    decisions: decisions.length,
    runs: decisions.reduce((sum, { runs }) => sum + runs.length, 0),
    firstAt: times[0],
    lastAt: times.at(-1),
    commits: distinct(decisions.map(({ commit }) => commit)),
    workloads: distinct(decisions.map(({ workload }) => workload)),
    designs: distinct(decisions.map(({ design = 'adjacent' }) => design)),
    conditions: conditions.map(({ since, text }) => ({
      since,
      text,
      decisions: times.filter((time) => Date.parse(time) >= Date.parse(since)).length,
    })),
    tallies,
    realised: loads.flatMap((hogs) => realisedUnder(hogs, under(hogs))),
    signs: loads.flatMap((hogs) => signsUnder(hogs, under(hogs))),
    noise: loads.flatMap((hogs) => noiseUnder(hogs, under(hogs))),
    resolution: loads.flatMap((hogs) => resolutionUnder(hogs, under(hogs))),
    coverage: loads.flatMap((hogs) => {
      const covered = coverageOf(under(hogs))
      if (covered.length === 0) return []
      return [{ hogs, decisions: covered.length, covered: covered.filter(Boolean).length }]
    }),
    wrong: loads.map((hogs) => wrongUnder(hogs, tallies)),
  })
}

function realisedUnder(
  hogs: number,
  decisions: readonly FreshDecision[],
): FreshSummary['realised'] {
  return changesOf(decisions).flatMap((change) => {
    const values = decisions
      .filter((decision) => decision.change === change)
      .flatMap((decision) => realisedChange(decision) ?? [])
    if (values.length === 0) return []
    const extremes = { least: min(values), most: max(values) }
    return [{ change, hogs, decisions: values.length, mean: mean(values), ...extremes }]
  })
}

function signsUnder(hogs: number, decisions: readonly FreshDecision[]): FreshSummary['signs'] {
  return changesOf(decisions).map((change) => {
    const members = decisions.filter((decision) => decision.change === change)
    return { change, hogs, decisions: members.length, right: members.filter(signIsRight).length }
  })
}

/** The true changes of decisions, apart from none. */
function changesOf(decisions: readonly FreshDecision[]): number[] {
  return [...new Set(decisions.map(({ change }) => change))]
    .filter((change) => change !== 0)
    .sort((a, b) => b - a)
}

function noiseUnder(hogs: number, decisions: readonly FreshDecision[]): FreshSummary['noise'] {
  const values = noiseOfFresh(decisions).sort((a, b) => a - b)
  const middle = values[Math.floor((values.length - 1) / 2)]
  const largest = values.at(-1)
  return middle === undefined || largest === undefined
    ? []
    : [{ hogs, decisions: values.length, median: middle, largest }]
}

function resolutionUnder(
  hogs: number,
  decisions: readonly FreshDecision[],
): FreshSummary['resolution'] {
  const { halfWidths, certifiable } = resolutionOf(decisions)
  if (halfWidths.length === 0 || certifiable.length === 0) return []
  return [
    {
      hogs,
      decisions: halfWidths.length,
      halfWidth: median(halfWidths),
      certifiable: median(certifiable),
    },
  ]
}

function wrongUnder(hogs: number, tallies: readonly FreshTally[]): FreshSummary['wrong'][number] {
  const shipped = tallies.filter(
    ({ rule, hogs: load }) =>
      load === hogs && !rule.startsWith('naive') && !rule.endsWith('confirmed'),
  )
  const total = (pick: (one: FreshTally) => number) =>
    shipped.reduce((sum, one) => sum + pick(one), 0)
  return {
    hogs,
    verdicts: total(({ tally }) => tally.trials),
    wrong: total(({ change, rule, tally }) =>
      (['accepted', 'rejected'] as const).reduce(
        (sum, verdict) => sum + (isWrong(rule, change, verdict) ? tally[verdict] : 0),
        0,
      ),
    ),
  }
}

function distinct<Text extends string>(values: readonly Text[]): Text[] {
  return [...new Set(values)].sort()
}
