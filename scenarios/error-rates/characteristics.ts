import { z } from 'zod'
import { defined } from '../../harness/evidence/defined.js'
import type { FreshConditions } from './fresh-conditions.js'
import type { FreshDecision } from './fresh-decision.js'
import { type FreshTally, noiseOfFresh, tabulateFresh } from './fresh-table.js'
import { type NoiseLimit, noiseLimitSchema } from './noise-limits.js'
import { type RecordedTable, recordedTableSchema } from './recorded-table.js'
import { checkRequirements, requirementCheckSchema } from './requirements.js'
import { STUDIED_RULES } from './studied-rules.js'
import { summaryLine } from './summary-line.js'
import { tallySchema } from './tally.js'
import { isWrong } from './wrong-verdict.js'

const count = z.int().nonnegative()

/**
 * `characteristics.json`: all published figures. Changes are signed improvements, fractions. For a
 * gate, `accepted` means passed and `rejected` means failed.
 */
export const characteristicsSchema = z.strictObject({
  schema: z.literal('assay/characteristics@1'),
  /** The line that is printed at the foot of every decision record. */
  line: z.string().min(1),
  requirements: z.array(requirementCheckSchema),
  fresh: z.strictObject({
    decisions: count,
    runs: count,
    /** Start of the first decision; absent if there are none. */
    firstAt: z.iso.datetime().optional(),
    lastAt: z.iso.datetime().optional(),
    /** Commits of the measured code. */
    commits: z.array(z.string()),
    workloads: z.array(z.string()),
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
    /** Median and maximum, over the decisions, of the effective standard deviation of one pair. */
    noise: z.array(
      z.strictObject({
        hogs: count,
        decisions: count,
        median: z.number().nonnegative(),
        largest: z.number().nonnegative(),
      }),
    ),
    /** Verdicts of the shipped rules that contradict the true change. */
    wrong: z.array(z.strictObject({ hogs: count, verdicts: count, wrong: count })),
  }),
  recorded: recordedTableSchema,
  /** From simulations, the noise up to which the promises hold. */
  limits: z.array(noiseLimitSchema),
})
export type Characteristics = Readonly<z.infer<typeof characteristicsSchema>>

/**
 * Derives all published figures from the table of the recorded study, the runs of the fresh
 * decisions, the notes on how they were measured, and the simulated limits.
 */
export function characterize(
  recorded: RecordedTable,
  decisions: readonly FreshDecision[],
  conditions: FreshConditions,
  limits: readonly NoiseLimit[],
): Characteristics {
  const fresh = summarizeFresh(decisions, conditions)
  return {
    schema: 'assay/characteristics@1',
    line: summaryLine(fresh.tallies, recorded.cells),
    requirements: [
      ...checkRequirements(fresh.tallies, 'fresh'),
      ...checkRequirements(recorded.cells, 'recorded'),
    ],
    fresh,
    recorded,
    limits: [...limits],
  }
}

function summarizeFresh(
  decisions: readonly FreshDecision[],
  conditions: FreshConditions,
): Characteristics['fresh'] {
  const tallies = tabulateFresh(decisions)
  const times = decisions.map(({ startedAt }) => startedAt).sort()
  const loads = [...new Set(decisions.map(({ hogs }) => hogs))].sort((a, b) => a - b)
  return defined({
    decisions: decisions.length,
    runs: decisions.reduce((sum, { runs }) => sum + runs.length, 0),
    firstAt: times[0],
    lastAt: times.at(-1),
    commits: distinct(decisions.map(({ commit }) => commit)),
    workloads: distinct(decisions.map(({ workload }) => workload)),
    conditions: conditions.map(({ since, text }) => ({
      since,
      text,
      decisions: times.filter((time) => Date.parse(time) >= Date.parse(since)).length,
    })),
    tallies,
    noise: loads.flatMap((hogs) => noiseUnder(hogs, decisions)),
    wrong: loads.map((hogs) => wrongUnder(hogs, tallies)),
  })
}

function noiseUnder(
  hogs: number,
  decisions: readonly FreshDecision[],
): Characteristics['fresh']['noise'] {
  const values = noiseOfFresh(decisions.filter((decision) => decision.hogs === hogs)).sort(
    (a, b) => a - b,
  )
  const median = values[Math.floor((values.length - 1) / 2)]
  const largest = values.at(-1)
  return median === undefined || largest === undefined
    ? []
    : [{ hogs, decisions: values.length, median, largest }]
}

function wrongUnder(
  hogs: number,
  tallies: readonly FreshTally[],
): Characteristics['fresh']['wrong'][number] {
  const shipped = tallies.filter(
    ({ rule, hogs: load }) => load === hogs && !rule.startsWith('naive'),
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

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort()
}
