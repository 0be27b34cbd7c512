import { z } from 'zod'
import { digestSchema, memoryVerdictSchema, verdictSchema } from '../evidence/field-schemas.js'
import { goalSchema } from '../evidence/sequence-evidence.js'
import { SKIP_REASONS, STOP_REASONS } from '../verdict/sequence.js'
import { cumulativeSchema, intervalSchema } from './workload-schema.js'

const gainSchema = z.strictObject({ improvement: z.number(), ci95: intervalSchema.optional() })

/** The sequence of a summary: every layer of the suite, in order. */
export const sequenceRecordSchema = z.strictObject({
  /** Improvements over the pure baseline. */
  goal: goalSchema,
  steps: z.array(
    z.strictObject({
      layer: z.string(),
      title: z.string(),
      /** Whether the layer was compared with the pure baseline and cannot be part of the stack. */
      standalone: z.boolean(),
      heavy: z.literal(true).optional(),
      /** Absent, like all fields below, if the layer was not evaluated. */
      record: z.string().optional(),
      /** SHA-256 of the JSON of that record. */
      sha256: digestSchema.optional(),
      verdict: verdictSchema.optional(),
      equivalent: z.boolean().optional(),
      /** Improvement over the arm compared with: geometric mean over the targets of the layer. */
      additional: gainSchema.optional(),
      /**
       * Improvement over the pure baseline: geometric mean over the targets of all layers that ran
       * together.
       */
      cumulative: gainSchema.optional(),
      /** Improvement of each target over the arm compared with. */
      memory: z
        .array(
          z.strictObject({
            workload: z.string(),
            ratio: z.number(),
            verdict: memoryVerdictSchema,
          }),
        )
        .optional(),
      /** Why it was not evaluated. */
      skipped: z.enum(SKIP_REASONS).optional(),
    }),
  ),
  /** What ended the ordinary layers, and what ended the heavy layers. */
  stops: z.array(
    z.strictObject({
      after: z.string(),
      reason: z.enum(STOP_REASONS),
      /** What the last two layers gained together, and its one-sided upper 90 % bound. */
      returns: z
        .strictObject({ layers: z.array(z.string()), gain: z.number(), upper90: z.number() })
        .optional(),
    }),
  ),
  /** Whether heavy layers are warranted, because the others miss the aspired goal. */
  heavy: z
    .strictObject({
      warranted: z.boolean(),
      reached: cumulativeSchema.optional(),
      layers: z.array(z.string()),
    })
    .optional(),
  /**
   * What each accepted layer is worth last: all accepted layers over all but this one, in fresh
   * pairs. Absent unless that was wanted.
   */
  leftOut: z
    .array(
      z.strictObject({
        layer: z.string(),
        /** The record of the comparison. */
        record: z.string(),
        /** SHA-256 of the JSON of that record. */
        sha256: digestSchema,
        verdict: verdictSchema,
        equivalent: z.boolean(),
        /** Improvement over the layers before it, by which it was accepted. */
        accepted: gainSchema.optional(),
        /** Improvement over all other accepted layers. */
        last: gainSchema.optional(),
        /** Improvement of `last` over `accepted`; negative if it is worth less last. */
        shift: gainSchema.optional(),
      }),
    )
    .optional(),
  /** The product of the accepted layers' own gains; optimistic, unlike `cumulative`. */
  product: cumulativeSchema.optional(),
})
