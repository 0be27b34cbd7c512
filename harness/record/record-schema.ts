import { z } from 'zod'
import { SCALE_NAMES } from '../contract.js'
import { campaignRoundSchema } from '../evidence/campaign-round.js'
import {
  calibrationQuoteSchema,
  criterionSchema,
  dataEntrySchema,
  equivalenceSchema,
} from '../evidence/evidence.js'
import {
  armSchema,
  digestSchema,
  injectedSchema,
  stacksSchema,
  tamperClassSchema,
  verdictSchema,
} from '../evidence/field-schemas.js'
import { FOUND } from '../verdict/proof.js'
import { DECISION_REASON_CODES } from '../verdict/reasons.js'
import { recordProfileSchema } from './profile-schema.js'
import { sequenceRecordSchema } from './sequence-schema.js'
import { cumulativeSchema, warningSchema, workloadRecordSchema } from './workload-schema.js'

/**
 * The shape of a decision record, `decisions/NNNN-<layer>.json`. Absent values are missing fields,
 * never NaN or 0. `looks` (except those of a budget) and `paired` are on the log scale,
 * ln(candidate / other arm); elsewhere, proportions are fractions, times ms, sizes bytes.
 */

const equivalenceRecordSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('equal'),
    seeds: z.array(z.int()),
    digests: z.int(),
    measuredRuns: z.int(),
  }),
  z.strictObject({
    kind: z.literal('different'),
    seeds: z.array(z.int()),
    digests: z.int(),
    divergence: z.strictObject({
      /**
       * `before measuring`: the proof failed. `while measuring`: the digest of a measured run
       * differs from the proven one.
       */
      found: z.enum(FOUND),
      ...equivalenceSchema.options[1].shape.divergence.shape,
    }),
  }),
])

export const decisionRecordSchema = z.strictObject({
  schema: z.literal('assay/decision@1'),
  /** `0001-layer1`, the stem of evidence and report. */
  id: z.string(),
  layer: z.string(),
  title: z.string(),
  date: z.iso.date(),
  /**
   * Since 2: every criterion, the calibration, the published error rates, the certifiable effects.
   * Profiles did not need a new version, because a record without profiles is unchanged. Since 3:
   * both comparisons if there is an incumbent, and no warning that contradicts a failed guard.
   */
  recordVersion: z.literal([1, 2, 3]),
  supersedes: z.string().nullable(),
  hypothesis: z.string(),
  criterion: criterionSchema,
  suite: z.string(),
  stacks: stacksSchema,
  scale: z.enum(SCALE_NAMES),
  seed: z.int(),
  regime: z.strictObject({
    looks: z.array(z.int()),
    fixed: z.boolean(),
    alpha: z.number(),
    memory: z.enum(['advisory', 'blocking']),
  }),
  /** The runs were defended against tampering beyond what every run is. */
  defended: z.literal(true).optional(),
  /** Present if extra work was injected into one arm, to test the method and not the layer. */
  injected: injectedSchema.optional(),
  /** Present in a round of a campaign, which has one error budget for all its candidates. */
  campaign: campaignRoundSchema.optional(),
  workloads: z.array(workloadRecordSchema),
  /** Candidate against the pure baseline: geometric mean over the target workloads. */
  cumulative: cumulativeSchema.optional(),
  /** Present only in the summary of a sequence. */
  sequence: sequenceRecordSchema.optional(),
  equivalence: equivalenceRecordSchema,
  /** The first sign of tampering; a record with one gives no timings. */
  tampering: z
    .strictObject({
      class: tamperClassSchema,
      workload: z.string(),
      arm: armSchema,
      /** Absent if it shows only over all pairs. */
      pair: z.int().positive().optional(),
      what: z.string(),
    })
    .optional(),
  /** The data of the runs, as the workloads state them; absent if none does. */
  data: z.array(dataEntrySchema).optional(),
  /** The short form of the profile of the first profiled target. */
  profile: recordProfileSchema.optional(),
  verdict: verdictSchema,
  reasons: z.array(z.enum(DECISION_REASON_CODES)).min(1),
  warnings: z.array(warningSchema),
  command: z.string(),
  packageVersion: z.string(),
  git: z.strictObject({ commit: z.string(), dirty: z.boolean() }).nullable(),
  /** SHA-256 over the compiled code that was measured. */
  dist: z.string(),
  host: z.strictObject({
    platform: z.string(),
    kernel: z.string(),
    cpuModel: z.string(),
    cpuCount: z.int(),
    memoryBytes: z.number(),
    node: z.string(),
    v8: z.string(),
    nodeFlags: z.array(z.string()),
    fallbacks: z.array(z.string()),
  }),
  /** The calibration of the host, as quoted by the plan; absent in older plans. */
  calibration: calibrationQuoteSchema.optional(),
  /** The published error rates of the rule in one line; absent if they had not been measured. */
  errorRates: z.string().optional(),
  /** SHA-256 of every file of the evidence folder. */
  evidence: z.record(z.string(), digestSchema),
})

export type DecisionRecord = Readonly<z.infer<typeof decisionRecordSchema>>
export type WorkloadRecord = DecisionRecord['workloads'][number]
