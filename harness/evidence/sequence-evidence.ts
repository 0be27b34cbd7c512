import { z } from 'zod'
import {
  digestSchema,
  fractionSchema,
  memoryVerdictSchema,
  RECORD_ID,
  roleSchema,
  verdictSchema,
} from './field-schemas.js'

/**
 * `sequence.json`, the evidence of a summary beside its own runs: all layers in order, and for
 * each evaluated layer the results in its record. The skipped layers and the reasons are not
 * stored, because they can be derived (`verdict/sequence.ts`).
 */

/** The schema of `Goal`. */
export const goalSchema = z
  .strictObject({ aspired: fractionSchema, minimum: fractionSchema })
  .refine(({ aspired, minimum }) => minimum <= aspired, {
    error: 'minimum must be at most aspired',
  })

/** An improvement as recorded; with df, its standard error on the log scale can be derived. */
const changeSchema = z.strictObject({
  improvement: z.number().lt(1),
  /** Absent if the pairs do not vary. */
  ci95: z.array(z.number().lt(1)).length(2).optional(),
  df: z.number().positive(),
})
export type Change = Readonly<z.infer<typeof changeSchema>>

const stepSchema = z.strictObject({
  /** Id of its record. */
  record: z.string().regex(RECORD_ID),
  /** `sha256:…` of the JSON of that record when the summary was made. */
  sha256: digestSchema,
  verdict: verdictSchema,
  equivalent: z.boolean(),
  /** The stack it was compared with. */
  incumbent: z.array(z.string()),
  /** Empty if it was not equivalent. */
  workloads: z.array(
    z.strictObject({
      id: z.string(),
      role: roleSchema,
      /**
       * Improvement over the arm compared with; absent, like the other figures, if nothing was
       * measured.
       */
      additional: changeSchema.optional(),
      /** Improvement over the pure baseline. */
      cumulative: changeSchema.optional(),
      /** Peak memory over that of the arm it was compared with. */
      memory: z
        .strictObject({
          ratio: z.number().positive(),
          verdict: memoryVerdictSchema,
        })
        .optional(),
    }),
  ),
})
export type SequenceStep = Readonly<z.infer<typeof stepSchema>>

const layerSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  /** Whether the layer is compared with the pure baseline and cannot be part of the stack. */
  standalone: z.boolean(),
  heavy: z.boolean(),
  /** Absent if it was not evaluated. */
  step: stepSchema.optional(),
})
export type SequenceLayer = Readonly<z.infer<typeof layerSchema>>

const leftOutSchema = z.strictObject({
  layer: z.string(),
  /** All accepted layers, compared with all but this one. */
  step: stepSchema,
})
export type LeftOut = Readonly<z.infer<typeof leftOutSchema>>

export const sequenceSchema = z.strictObject({
  schema: z.literal('assay/sequence@1'),
  goal: goalSchema,
  /** All layers of the suite, in its order. */
  layers: z.array(layerSchema).min(1),
  /** Each accepted layer, left out; absent unless that was wanted and there are at least two. */
  leftOut: z.array(leftOutSchema).optional(),
})
export type Sequence = Readonly<z.infer<typeof sequenceSchema>>
