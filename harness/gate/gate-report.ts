import { z } from 'zod'
import { SCALE_NAMES } from '../contract.js'
import {
  calibrationQuoteSchema,
  environmentSchema,
  equivalenceSchema,
} from '../evidence/evidence.js'
import { metricSchema, noiseClassSchema } from '../evidence/field-schemas.js'
import { countedWorkSchema } from './counted-work.js'

/**
 * `gate.json`: what was compared, measured and decided. Fractions, ms and bytes; slowdowns are
 * positive where head takes longer.
 */

const warning = z.strictObject({ code: z.string(), hint: z.string() })

const look = z.strictObject({
  pairs: z.int().positive(),
  m: z.number(),
  se: z.number(),
  seUsed: z.number(),
  df: z.number(),
  pNominal: z.number(),
  critical: z.number(),
  lower: z.number(),
  upper: z.number(),
  outcome: z.enum(['accepted', 'rejected', 'inconclusive', 'continue']),
  held: z.array(z.string()).optional(),
})

/**
 * One round: pairs until the rule decides. In the words of the rule, `accepted` is passed and
 * `rejected` failed.
 */
const roundSchema = z.strictObject({
  seed: z.int().nonnegative(),
  outcome: z.enum(['accepted', 'rejected', 'inconclusive', 'continue']),
  reasons: z.array(z.string()),
  pairs: z.int().nonnegative(),
  /** Mean per iteration, ms. */
  baseMs: z.number().optional(),
  headMs: z.number().optional(),
  slowdown: z.number().optional(),
  /** Ordinary 95 % interval; the bounds that decided are those of the last look. */
  ci95: z.array(z.number()).length(2).optional(),
  noise: z.strictObject({ class: noiseClassSchema, effectiveSd: z.number() }).optional(),
  /**
   * Four times in five: the largest true slowdown that passes, and the smallest that fails, by the
   * bounds alone.
   */
  certifiable: z.strictObject({ passes: z.number(), fails: z.number() }).optional(),
  looks: z.array(look),
  warnings: z.array(warning),
  /** The runs, relative to this file. */
  journal: z.string(),
})
export type GateRound = Readonly<z.infer<typeof roundSchema>>

/** What grew, in the differential profile: its own CPU time per pass. */
const grownSchema = z.strictObject({
  name: z.string(),
  /** `engine/portal/bar-portal.ts:88`; absent where it has no source. */
  place: z.string().optional(),
  baseMs: z.number(),
  headMs: z.number(),
})
export type GrownFunction = Readonly<z.infer<typeof grownSchema>>

const caseSchema = z.strictObject({
  /** `grid-search`, or with its stack. */
  name: z.string(),
  workload: z.string(),
  stack: z.array(z.string()),
  /** What one pass consists of. */
  content: z.string(),
  verdict: z.enum(['pass', 'fail', 'inconclusive']),
  reasons: z.array(z.string()),
  /** The second is the confirmation of a failure. */
  rounds: z.array(roundSchema).min(1).max(2),
  countedWork: countedWorkSchema,
  /** Present where it failed and could be profiled. */
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
    /** Stack under which they differ. */
    stack: z.array(z.string()),
    /** Why they are meant to differ. */
    changed: z.string().optional(),
  }),
])
export type GateEquivalence = Readonly<z.infer<typeof equivalence>>

const version = z.strictObject({
  commit: z.string(),
  /** SHA-256 of its compiled code; absent where it was not built. */
  code: z.string().optional(),
})

export const gateReportSchema = z.strictObject({
  schema: z.literal('assay/gate@1'),
  madeAt: z.iso.datetime(),
  /** What to type to get it again. */
  command: z.string(),
  packageVersion: z.string(),
  suite: z.string().optional(),
  /** Absent where no commits could be compared. */
  base: version.extend({ ref: z.string() }).optional(),
  head: version.optional(),
  verdict: z.enum(['pass', 'fail', 'inconclusive', 'not-equivalent', 'not-comparable']),
  exitCode: z.int(),
  /** Why nothing could be compared. */
  problem: z.string().optional(),
  rule: z.strictObject({
    limit: z.number().positive(),
    looks: z.array(z.int()),
    alpha: z.number(),
    metric: metricSchema,
    scale: z.enum(SCALE_NAMES),
    seed: z.int(),
  }),
  environment: environmentSchema,
  calibration: calibrationQuoteSchema.optional(),
  /** Absent where nothing was compared. */
  equivalence: equivalence.optional(),
  cases: z.array(caseSchema),
  /** What a reader should know besides. */
  notes: z.array(z.string()),
  durationMs: z.number().nonnegative(),
})
export type GateReport = Readonly<z.infer<typeof gateReportSchema>>
