import { z } from 'zod'

/**
 * `sequence.json`, the evidence of a summary beside its own runs: which layers there were, in their
 * order, and what the record of each that was evaluated says. Which were skipped, and why, follows
 * from it (`verdict/sequence.ts`) and is not in it.
 */

/**
 * What stands for all layers in commands, and for one in the ids of summaries. No layer may be
 * called so.
 */
export const SEQUENCE_ID = 'all'

const fraction = z.number().gt(0).lt(1)

/** The schema of `Goal`. */
export const goalSchema = z
  .strictObject({ aspired: fraction, minimum: fraction })
  .refine(({ aspired, minimum }) => minimum <= aspired, {
    error: 'the minimum goal is more than the aspired one',
  })

/**
 * An improvement as a record states it; with df, its standard error on the log scale can be had
 * again.
 */
const changeSchema = z.strictObject({
  improvement: z.number().lt(1),
  /** Absent where the pairs do not vary. */
  ci95: z.array(z.number().lt(1)).length(2).optional(),
  df: z.number().positive(),
})
export type Change = Readonly<z.infer<typeof changeSchema>>

const stepSchema = z.strictObject({
  /** Id of its record. */
  record: z.string().regex(/^\d{4,}-[a-z0-9][a-z0-9.-]*$/),
  /** `sha256:…` of the JSON of that record, as it was when the sequence was summed up. */
  sha256: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  verdict: z.enum(['accepted', 'rejected', 'inconclusive']),
  equivalent: z.boolean(),
  /** The stack it was judged against. */
  incumbent: z.array(z.string()),
  /** Empty where it was not equivalent. */
  workloads: z.array(
    z.strictObject({
      id: z.string(),
      role: z.enum(['target', 'guard']),
      /**
       * Over the arm it was judged against; absent, like the others, where nothing was measured.
       */
      additional: changeSchema.optional(),
      /** Over the pure baseline. */
      cumulative: changeSchema.optional(),
      /** Peak memory over that of the arm it was judged against. */
      memory: z
        .strictObject({
          ratio: z.number().positive(),
          verdict: z.enum(['within', 'over', 'undecided']),
        })
        .optional(),
    }),
  ),
})
export type SequenceStep = Readonly<z.infer<typeof stepSchema>>

const layerSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  /** Judged on the pure baseline; never part of the stack. */
  standalone: z.boolean(),
  heavy: z.boolean(),
  /** Absent where it was not evaluated. */
  step: stepSchema.optional(),
})
export type SequenceLayer = Readonly<z.infer<typeof layerSchema>>

export const sequenceSchema = z.strictObject({
  schema: z.literal('assay/sequence@1'),
  goal: goalSchema,
  /** All of the suite, in its order. */
  layers: z.array(layerSchema).min(1),
})
export type Sequence = Readonly<z.infer<typeof sequenceSchema>>
