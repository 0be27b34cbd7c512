import { z } from 'zod'
import { SCALE_NAMES } from '../contract.js'
import {
  calibrationQuoteSchema,
  environmentSchema,
  equivalenceSchema,
} from '../evidence/evidence.js'
import { metricSchema, noiseClassSchema } from '../evidence/field-schemas.js'
import { executionsSchema } from '../record/executions-schema.js'
import { warningSchema } from '../record/workload-schema.js'
import { OUTCOMES } from '../verdict/criteria/criterion-kind.js'
import { GATE_REASONS } from '../verdict/gate.js'
import { lookSchema } from '../verdict/look.js'
import { WORKLOAD_REASONS } from '../verdict/reasons.js'
import { countedWorkSchema } from './counted-work.js'

/**
 * `gate.json`: what was compared, measured and decided, in fractions, ms and bytes. A slowdown is
 * positive if head takes longer.
 */

/**
 * One round: pairs until the regression rule decides. `accepted` means passed, `rejected` means
 * failed.
 */
const roundSchema = z.strictObject({
  seed: z.int().nonnegative(),
  outcome: z.enum(OUTCOMES),
  reasons: z.array(z.enum(WORKLOAD_REASONS)),
  pairs: z.int().nonnegative(),
  /** Mean per iteration, ms. */
  baseMs: z.number().optional(),
  headMs: z.number().optional(),
  slowdown: z.number().optional(),
  /** 95 % interval of a single look, for reference; the bounds of the last look decided. */
  ci95: z.array(z.number()).length(2).optional(),
  noise: z.strictObject({ class: noiseClassSchema, effectiveSd: z.number() }).optional(),
  /**
   * The largest true slowdown that passes, and the smallest that fails, by the bounds of the last
   * planned look alone and with 80 % power.
   */
  certifiable: z.strictObject({ passes: z.number(), fails: z.number() }).optional(),
  looks: z.array(lookSchema),
  warnings: z.array(warningSchema),
  /** Path of the runs, relative to this file. */
  journal: z.string(),
})
export type GateRound = Readonly<z.infer<typeof roundSchema>>

/** A function that grew, by its self CPU time per pass. */
const grownSchema = z.strictObject({
  name: z.string(),
  /** `engine/portal/bar-portal.ts:88`; absent if the source is unknown. */
  place: z.string().optional(),
  baseMs: z.number(),
  headMs: z.number(),
})
export type GrownFunction = Readonly<z.infer<typeof grownSchema>>

const caseSchema = z.strictObject({
  /** Name of the case: `grid-search`, or with its stack `grid-search · layer1 + layer2`. */
  name: z.string(),
  workload: z.string(),
  stack: z.array(z.string()),
  /** The content of one pass. */
  content: z.string(),
  verdict: z.enum(['pass', 'fail', 'inconclusive']),
  reasons: z.array(z.enum(GATE_REASONS)),
  /** One round, or two if a failure had to be confirmed. */
  rounds: z.array(roundSchema).min(1).max(2),
  countedWork: countedWorkSchema,
  /**
   * How the executions of one pass changed, with base as `baseline` and head as `candidate`. Absent
   * if they were not counted, or could not be.
   */
  executions: executionsSchema.optional(),
  /** Present if the case failed and could be profiled. */
  profile: z.strictObject({ folder: z.string(), grown: z.array(grownSchema) }).optional(),
})
export type GateCase = Readonly<z.infer<typeof caseSchema>>

const equivalence = z.union([
  z.strictObject({
    kind: z.literal('equal'),
    digests: z.int().positive(),
    seeds: z.array(z.int()),
  }),
  z.strictObject({
    kind: z.literal('different'),
    divergence: equivalenceSchema.options[1].shape.divergence,
    /** Stack under which the results differ. */
    stack: z.array(z.string()),
    /** Why the results are meant to differ; absent if they must be equal. */
    changed: z.string().optional(),
  }),
])
export type GateEquivalence = Readonly<z.infer<typeof equivalence>>

const version = z.strictObject({
  commit: z.string(),
  /** SHA-256 of its compiled code; absent if it was not built. */
  code: z.string().optional(),
})

export const gateReportSchema = z.strictObject({
  schema: z.literal('assay/gate@1'),
  madeAt: z.iso.datetime(),
  /** The command that repeats the gate. */
  command: z.string(),
  packageVersion: z.string(),
  suite: z.string().optional(),
  /** Absent if a commit is missing. */
  base: version.extend({ ref: z.string() }).optional(),
  head: version.optional(),
  verdict: z.enum(['pass', 'fail', 'inconclusive', 'not-equivalent', 'not-comparable']),
  exitCode: z.int(),
  /** Why nothing could be compared. */
  problem: z.string().optional(),
  rule: z.strictObject({
    limit: z.number().positive(),
    /** Largest addition of executions that passes, a fraction; absent if they do not decide. */
    strictWork: z.number().nonnegative().optional(),
    looks: z.array(z.int()),
    alpha: z.number(),
    metric: metricSchema,
    scale: z.enum(SCALE_NAMES),
    seed: z.int(),
  }),
  environment: environmentSchema,
  calibration: calibrationQuoteSchema.optional(),
  /** Absent if nothing was compared. */
  equivalence: equivalence.optional(),
  cases: z.array(caseSchema),
  /** Further facts for the reader. */
  notes: z.array(z.string()),
  durationMs: z.number().nonnegative(),
})
export type GateReport = Readonly<z.infer<typeof gateReportSchema>>
