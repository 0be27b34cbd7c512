import { z } from 'zod'
import { SCALE_NAMES } from '../contract.js'
import { metricSchema, roleSchema, verdictSchema } from '../evidence/field-schemas.js'
import { intervalSchema } from './workload-schema.js'

/**
 * The one JSON object of `assay judge --json`: what a program needs to keep or to discard a
 * candidate. Published as `judgement.schema.json`. Absent values are missing
 * fields. Proportions are fractions.
 */

const reasonSchema = z.strictObject({
  /** Codes may be added, so that a program must not fail on one it does not have. */
  code: z.string(),
  sentence: z.string(),
})

const effectSchema = z.strictObject({
  /** Share of the time saved; negative is slower. */
  improvement: z.number(),
  /** Bounds of the improvement that allow for every planned look; absent without variation. */
  interval: intervalSchema.optional(),
  /** The probability with which each bound holds, over all looks. */
  eachBound: z.number().gt(0).lt(1),
})

const workloadSchema = z.strictObject({
  id: z.string(),
  role: roleSchema,
  verdict: verdictSchema,
  metric: metricSchema,
  /** The arm the candidate is compared with. */
  against: z.string(),
  pairs: z.int().nonnegative(),
  /** What is needed to be accepted: `≥ 5 % faster`. */
  needed: z.string(),
  /** Absent before the first look, and where a counter is judged. */
  effect: effectSchema.optional(),
  /** The judged counter, in its own unit. */
  counter: z
    .strictObject({
      name: z.string(),
      mean: z.number(),
      bound: z.number().optional(),
      limit: z.number(),
    })
    .optional(),
  reasons: z.array(reasonSchema),
})

const budgetSchema = z.strictObject({
  seconds: z.number().positive(),
  /** Pair counts at which a decision was possible, fixed before the first measured pair. */
  looks: z.array(z.int()).optional(),
  /** Time the first look would have needed, if the budget was too short. */
  neededSeconds: z.number().optional(),
})

/** The campaign whose candidate was judged, after this judgement. */
const campaignSchema = z.strictObject({
  name: z.string(),
  candidate: z.int().positive(),
  /** Only a confirmation can accept; a screening that is passed leads to one. */
  round: z.enum(['screening', 'confirmation']),
  /** Probability that any candidate is accepted wrongly, at most, and its parts. */
  budget: z.number(),
  spent: z.number(),
  left: z.number(),
})

const schema = z.literal('assay/judgement@1')

const judged = {
  suite: z.string(),
  layer: z.string(),
  scale: z.enum(SCALE_NAMES),
  reasons: z.array(reasonSchema).min(1),
  workloads: z.array(workloadSchema),
  /** Where the results differ, in one line; present if they do. */
  divergence: z.string().optional(),
  /** The first sign of tampering, and its class; present if there is one. */
  tampering: z.strictObject({ class: z.string(), sentence: z.string() }).optional(),
  warnings: z.array(z.strictObject({ where: z.string(), code: z.string(), hint: z.string() })),
  /** Absolute paths; absent if nothing was kept. */
  evidence: z
    .strictObject({
      id: z.string(),
      folder: z.string(),
      /** Absent while the evaluation is unfinished, like the report. */
      record: z.string().optional(),
      report: z.string().optional(),
    })
    .optional(),
  /** Time used, s; absent where a record is explained. */
  seconds: z.number().nonnegative().optional(),
  budget: budgetSchema.optional(),
  campaign: campaignSchema.optional(),
  /** Commands that come next, the most useful first. */
  next: z.array(z.strictObject({ command: z.string(), why: z.string() })),
}

/** A candidate is kept only if it is accepted, and never by an error. */
export const judgementSchema = z.union([
  z.strictObject({
    schema,
    verdict: verdictSchema.extract(['accepted']),
    /** False for an acceptance that decides nothing yet, such as that of a control. */
    keep: z.boolean(),
    ...judged,
  }),
  z.strictObject({
    schema,
    verdict: verdictSchema.exclude(['accepted']),
    keep: z.literal(false),
    ...judged,
  }),
  z.strictObject({
    schema,
    keep: z.literal(false),
    error: z.strictObject({ exitCode: z.int().positive(), message: z.string() }),
  }),
])

export type Judgement = Exclude<z.infer<typeof judgementSchema>, { error: unknown }>
export type FailedJudgement = Extract<z.infer<typeof judgementSchema>, { error: unknown }>
