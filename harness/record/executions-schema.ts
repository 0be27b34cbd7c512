import { z } from 'zod'
import { blockCountsSchema, UNCOUNTABLE } from '../evidence/block-counts-schema.js'
import { armSchema } from '../evidence/field-schemas.js'

const count = z.int().nonnegative()
const line = z.int().positive()

const oneSided = z.strictObject({ name: z.string(), file: z.string(), line, calls: count })

/** How the executions of a pass changed from one arm to the candidate; numbers are exact. */
const exactSchema = z.strictObject({
  kind: z.literal('exact'),
  /** Processes per arm, all of which counted the same. */
  processes: z.int().min(2),
  against: armSchema,
  /** Executions of all statements, calls and returns of the project. */
  before: count,
  after: count,
  /** Lines that changed. */
  changed: count,
  /** Those that changed most. */
  lines: z.array(
    z.strictObject({
      name: z.string(),
      file: z.string(),
      /** Absent if the code of the candidate lacks the line. */
      line: line.optional(),
      /** Its line in the other arm, if it is another one. */
      lineBefore: line.optional(),
      before: count,
      after: count,
    }),
  ),
  /** Functions that only one of the two arms ran, those with the most calls first. */
  onlyBefore: z.strictObject({ functions: count, most: z.array(oneSided) }).optional(),
  onlyAfter: z.strictObject({ functions: count, most: z.array(oneSided) }).optional(),
})

/** Why the executions cannot be compared. */
const offSchema = z.strictObject({
  kind: z.literal('off'),
  processes: z.int().min(2),
  reason: z.enum(UNCOUNTABLE),
  place: blockCountsSchema.shape.outcome.options[1].shape.place,
})

/** The short form of `block-counts.json`. */
export const executionsSchema = z.discriminatedUnion('kind', [exactSchema, offSchema])
export type Executions = Readonly<z.infer<typeof executionsSchema>>
