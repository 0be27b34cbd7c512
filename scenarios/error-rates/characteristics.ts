import { z } from 'zod'
import { defined } from '../../harness/evidence/defined.js'
import type { FreshData } from './fresh-data.js'
import { freshSummarySchema, summarizeFresh } from './fresh-summary.js'
import type { InterferenceCell } from './interference-cell.js'
import { interferenceSummarySchema, summarizeInterference } from './interference-summary.js'
import { type NoiseLimit, noiseLimitSchema } from './noise-limits.js'
import { type RecordedTable, recordedTableSchema } from './recorded-table.js'
import { checkRequirements, type RequirementCheck, requirementCheckSchema } from './requirements.js'
import { summaryLine } from './summary-line.js'

/**
 * `characteristics.json`: all published figures. Changes are signed improvements, fractions. For a
 * gate, `accepted` means passed and `rejected` means failed.
 */
export const characteristicsSchema = z.strictObject({
  schema: z.literal('assay/characteristics@1'),
  /** The line that is printed at the foot of every decision record. */
  line: z.string().min(1),
  requirements: z.array(requirementCheckSchema),
  fresh: freshSummarySchema,
  /** The study before there were designs; absent if its decisions are not there. */
  earlier: freshSummarySchema.optional(),
  /** The bias of the designs; absent if none was measured. */
  interference: interferenceSummarySchema.optional(),
  recorded: recordedTableSchema,
  /** From simulations, the noise up to which the promises hold. */
  limits: z.array(noiseLimitSchema),
})
export type Characteristics = Readonly<z.infer<typeof characteristicsSchema>>

/** What the figures are derived from. */
export interface PublishedData {
  readonly recorded: RecordedTable
  readonly fresh: FreshData
  readonly earlier?: FreshData
  readonly interference?: readonly InterferenceCell[]
}

/**
 * Derives all published figures.
 *
 * @param limits the simulated noise limits
 */
export function characterize(
  { recorded, fresh, earlier, interference = [] }: PublishedData,
  limits: readonly NoiseLimit[],
): Characteristics {
  const current = summarizeFresh(fresh)
  const before =
    earlier === undefined || earlier.decisions.length === 0 ? undefined : summarizeFresh(earlier)
  const ofFresh = checkRequirements(current.tallies, 'fresh', current.signs)
  return defined({
    schema: 'assay/characteristics@1' as const,
    line: summaryLine(current.tallies, before?.tallies ?? [], recorded.cells),
    requirements: [
      ...ofFresh,
      ...checkRequirements(before?.tallies ?? [], 'earlier').filter(
        (earlier) => !ofFresh.some((one) => isSameRequirement(one, earlier)),
      ),
      ...checkRequirements(recorded.cells, 'recorded'),
    ],
    fresh: current,
    earlier: before,
    interference: interference.length === 0 ? undefined : summarizeInterference(interference),
    recorded,
    limits: [...limits],
  })
}

function isSameRequirement(one: RequirementCheck, other: RequirementCheck): boolean {
  return one.change === other.change && one.of === other.of && one.figure === other.figure
}
