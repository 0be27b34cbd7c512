import { z } from 'zod'
import { SCALE_NAMES } from '../contract.js'
import { armSchema } from './field-schemas.js'

/** Name of this file in the folder of a workload, beside its profiles. */
export const BLOCK_COUNTS = 'block-counts.json'

/** Why the counts of a workload cannot be compared. */
export const UNCOUNTABLE = [
  'unsteady',
  'lost-threads',
  'started-processes',
  'nothing-counted',
] as const

/** What makes the counts of a program differ between processes, as far as its source shows it. */
export const UNSTEADY_CAUSES = [
  'clock',
  'random',
  'timers',
  'garbage-collection',
  'threads',
  'folder-order',
  'asynchronous',
  'unknown',
] as const

const count = z.int().nonnegative()
const line = z.int().positive()
/** By arm, in the order of `arms`. */
const counts = z.array(count)
/** By arm; one number if all arms have the same line, and null for an arm that lacks it. */
const lines = z.array(line.nullable()).min(1)

/** The first place at which two processes of one arm differ. */
const placeSchema = z.strictObject({
  arm: armSchema,
  name: z.string(),
  file: z.string(),
  line,
  /** Executions of the line in the two processes. */
  runs: z.array(count).length(2),
  /** Lines that differ, this one included. */
  differing: z.int().positive(),
  cause: z.enum(UNSTEADY_CAUSES),
})
export type UnsteadyPlace = Readonly<z.infer<typeof placeSchema>>

const functionSchema = z.strictObject({
  name: z.string(),
  file: z.string(),
  line: lines,
  calls: counts,
  lines: z.array(
    z.strictObject({
      at: lines,
      /** Executions of the line: those of the block on it that ran most often. */
      runs: counts,
      /** Executions of the statements, calls and returns on it. */
      steps: counts,
    }),
  ),
})
export type FunctionCounts = Readonly<z.infer<typeof functionSchema>>

const outcomeSchema = z.discriminatedUnion('kind', [
  /** The same in all processes of each arm. */
  z.strictObject({ kind: z.literal('exact'), functions: z.array(functionSchema) }),
  z.strictObject({
    kind: z.literal('off'),
    reason: z.enum(UNCOUNTABLE),
    /** Present if the reason is `unsteady`. */
    place: placeSchema.optional(),
  }),
])

/**
 * `block-counts.json`: how often every function and line of the project ran in one pass after a
 * pass for warm-up, in every arm. The numbers are exact.
 */
export const blockCountsSchema = z.strictObject({
  schema: z.literal('assay/block-counts@1'),
  suite: z.string(),
  workload: z.string(),
  scale: z.enum(SCALE_NAMES),
  seed: z.int().nonnegative(),
  node: z.string(),
  /** Processes per arm, whose counts were compared. */
  processes: z.int().min(2),
  arms: z.array(z.strictObject({ arm: armSchema, stack: z.array(z.string()) })).min(1),
  outcome: outcomeSchema,
})
export type BlockCounts = Readonly<z.infer<typeof blockCountsSchema>>
