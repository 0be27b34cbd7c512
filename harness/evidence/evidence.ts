import { z } from 'zod'
import { SCALE_NAMES } from '../contract.js'
import type { BlockCounts } from './block-counts-schema.js'
import { campaignRoundSchema } from './campaign-round.js'
import {
  armSchema,
  designSchema,
  fractionSchema,
  injectedSchema,
  metricSchema,
  noiseClassSchema,
  roleSchema,
  stacksSchema,
} from './field-schemas.js'
import type { Hotspots } from './hotspots-schema.js'
import type { ModuleDigests } from './modules-schema.js'
import type { ProbeLine } from './probe-record.js'
import type { JournalLine } from './run-record.js'
import type { Sequence } from './sequence-evidence.js'

/**
 * The shapes of the files in an evidence folder. A decision record is derived only from these
 * files. `evaluate` writes them; `replay` reads and validates them.
 */

const budget = { kind: z.literal('budget'), counter: z.string().min(1) }

/** The schema of `Criterion`. */
export const criterionSchema = z.union(
  [
    z.strictObject({ kind: z.literal('improvement'), atLeast: fractionSchema }),
    z.strictObject({ kind: z.literal('regression'), atMost: z.number().positive() }),
    z.strictObject({ kind: z.literal('equivalence'), within: fractionSchema }),
    z.strictObject({ kind: z.literal('non-inferiority'), atMost: z.number().positive() }),
    z.strictObject({ ...budget, atMost: z.number() }),
    z.strictObject({ ...budget, atLeast: z.number() }),
  ],
  {
    error:
      'give improvement { atLeast }, regression { atMost }, equivalence { within }, non-inferiority { atMost }, or budget { counter } with either atMost or atLeast; fractions above 0, an improvement and an equivalence below 1',
  },
)

/** The calibration of this host and Node, as it was when an evaluation was planned. */
export const calibrationQuoteSchema = z.strictObject({
  /**
   * `failed`: biased measurements. `undecidable`: too noisy to find a bias. `stale`: made too long
   * ago.
   */
  status: z.enum(['passed', 'failed', 'undecidable', 'stale', 'missing']),
  /**
   * Present if a short calibration is quoted: it checks the host and the harness on one workload
   * at this scale, for all workloads.
   */
  short: z.strictObject({ workload: z.string(), scale: z.enum(SCALE_NAMES) }).optional(),
  /** What the calibration found; absent in older plans. */
  checks: z
    .array(
      z.strictObject({
        workload: z.string(),
        design: designSchema.optional(),
        /** The measured improvement of identical arms, with its 95 % interval. */
        identical: z.strictObject({ improvement: z.number(), ci95: z.array(z.number()).length(2) }),
        /** The improvement made by injected work, and as it was measured. */
        injected: z
          .strictObject({
            realised: z.number(),
            improvement: z.number(),
            ci95: z.array(z.number()).length(2),
          })
          .optional(),
      }),
    )
    .optional(),
  /** Absent, like the age, without a calibration. */
  madeAt: z.iso.datetime().optional(),
  ageDays: z.number().nonnegative().optional(),
  /** The command that calibrates. */
  command: z.string(),
  /** Noise per pair of the workloads it covers. */
  workloads: z.array(
    z.strictObject({
      id: z.string(),
      /** SE·√n of its A/A pairs, a fraction. */
      effectiveSd: z.number().nonnegative(),
      class: noiseClassSchema,
    }),
  ),
})
export type CalibrationQuote = Readonly<z.infer<typeof calibrationQuoteSchema>>

/** `plan.json`: everything decided before the first measured run. */
export const planSchema = z.strictObject({
  /**
   * Since 2, lines of the journals are chained, and runs are checked against the plan. Since 3,
   * workloads state the design of their pairs, and runs the CPU of each iteration.
   */
  schema: z.enum(['assay/plan@1', 'assay/plan@2', 'assay/plan@3']),
  /** Stem of the evidence and the record, `0001-layer1`. */
  id: z.string(),
  createdAt: z.iso.datetime(),
  /** The command that reproduces this evaluation. */
  command: z.string(),
  packageVersion: z.string(),
  suite: z.string(),
  layer: z.string(),
  title: z.string(),
  hypothesis: z.string(),
  criterion: criterionSchema,
  metric: metricSchema,
  /** In the order of the contract; `incumbent` is present only if its stack is not empty. */
  arms: z
    .array(armSchema)
    .min(2)
    .max(3)
    .refine(
      (arms) =>
        new Set(arms).size === arms.length &&
        arms.includes('baseline') &&
        arms.includes('candidate'),
      {
        error: 'arms are baseline and candidate, and at most one incumbent',
      },
    ),
  stacks: stacksSchema,
  scale: z.enum(SCALE_NAMES),
  /** Seed of the data and of the order of runs. */
  seed: z.int().nonnegative(),
  /** Seeds for which equivalence is proven; the first is the measured one. */
  equivalenceSeeds: z.array(z.int().nonnegative()).min(1),
  regime: z.strictObject({
    /** Pair counts at which a decision may be made, ascending. */
    looks: z
      .array(z.int().min(10))
      .min(1)
      .refine((looks) => looks.every((look, index) => index === 0 || look > looks[index - 1]!), {
        error: 'looks must ascend',
      }),
    /** One look with the plain 97.5 % quantile instead of the sequential boundary. */
    fixed: z.boolean(),
    /** One-sided error over all looks. */
    alpha: fractionSchema,
    memory: z.enum(['advisory', 'blocking']),
  }),
  workloads: z
    .array(
      z.strictObject({
        id: z.string(),
        title: z.string(),
        /** The content of one pass, such as `100 backtests`. */
        content: z.string(),
        role: roleSchema,
        /** How the processes of a pair run; absent in plans of version 1 and 2: adjacent. */
        design: designSchema.optional(),
        /**
         * Numbers of warm-up (W) and timed (K) iterations, from the suite or the pilot. Absent if
         * the arms are not equivalent, so that nothing is measured.
         */
        warmup: z.int().nonnegative().optional(),
        iterations: z.int().positive().optional(),
        /**
         * Sets of seeds that were prepared for the iterations of defended runs; the pairs use them
         * in turn. Absent in plans that are not defended.
         */
        seedSets: z.int().positive().optional(),
        /** Turns of the injected kernel per iteration, if an effect is injected. */
        injectTurns: z.int().nonnegative().optional(),
      }),
    )
    .min(1),
  /** Present in a control, whose record does not decide about the layer. */
  injected: injectedSchema.optional(),
  /** Present in a round of a campaign. */
  campaign: campaignRoundSchema.optional(),
  /**
   * Runs are watched for tampering beyond what every run is: each iteration has a seed of its own,
   * and files, processes and the work outside of the iterations are compared.
   */
  defended: z.literal(true).optional(),
  /** Id of the record it supersedes (`record/supersession.ts`), or null. */
  supersedes: z.string().nullable(),
  /** Flags of Node in every measured process. */
  nodeFlags: z.array(z.string()),
  git: z.strictObject({ commit: z.string(), dirty: z.boolean() }).nullable(),
  /** `sha256:…` over the compiled code that was measured. */
  dist: z.string(),
  /** Absent in plans older than calibrations: their records do not mention any. */
  calibration: calibrationQuoteSchema.optional(),
  /** The published error rates of the rule in one line; absent if none were published. */
  errorRates: z.string().optional(),
  /** Why there are fewer looks than usual: the time that was given. Absent without a limit. */
  budget: z
    .strictObject({
      seconds: z.number().positive(),
      /** The looks that would be planned without the limit. */
      offered: z.array(z.int().min(10)).min(1),
      /** Time of one pair of every workload, by throw-away pairs before the plan. */
      pairMs: z.number().nonnegative(),
      /** Time that was left for this evaluation when the looks were fixed. */
      leftMs: z.number().nonnegative(),
    })
    .optional(),
})
export type EvaluationPlan = Readonly<z.infer<typeof planSchema>>
export type PlannedWorkload = EvaluationPlan['workloads'][number]

const digestEntry = z.strictObject({
  workload: z.string(),
  seed: z.int().nonnegative(),
  arm: armSchema,
  digest: z.string(),
})

/** The schema of `Divergence`. */
export const divergenceSchema = z.strictObject({
  at: z.record(z.string(), z.string()),
  field: z.string(),
  baseline: z.string(),
  candidate: z.string(),
})

/** A set of data that was prepared, as its workload named it. */
export const dataEntrySchema = z.strictObject({
  workload: z.string(),
  seed: z.int().nonnegative(),
  /** The first arm of the version of the suite that prepared it. */
  arm: armSchema,
  name: z.string(),
  version: z.string(),
})
export type DataEntry = Readonly<z.infer<typeof dataEntrySchema>>

const proof = {
  digests: z.array(digestEntry),
  /** Absent if no workload states versions of its data. */
  data: z.array(dataEntrySchema).optional(),
}

/**
 * `equivalence.json`: one digest per workload × seed × arm, the versions of the data, and the
 * first divergence if there is one.
 */
export const equivalenceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('equal'), ...proof }),
  z.strictObject({
    kind: z.literal('different'),
    ...proof,
    divergence: z.strictObject({
      workload: z.string(),
      seed: z.int().nonnegative(),
      /** The arm that differs from the baseline. */
      arm: armSchema,
      at: z.record(z.string(), z.string()),
      field: z.string(),
      baseline: z.string(),
      candidate: z.string(),
    }),
  }),
])
export type Equivalence = Readonly<z.infer<typeof equivalenceSchema>>

/** `environment.json`: the host of the runs. A fact the host does not report is absent. */
export const environmentSchema = z.strictObject({
  platform: z.string(),
  kernel: z.string(),
  cpuModel: z.string(),
  cpuCount: z.int().positive(),
  memoryBytes: z.number().positive(),
  node: z.string(),
  v8: z.string(),
  nodeFlags: z.array(z.string()),
  governor: z.string().optional(),
  cpuQuota: z.number().optional(),
  memoryLimitBytes: z.number().optional(),
  /** The CPUs a process may run on, `0-3,6`; absent if processes cannot be bound to one. */
  allowedCpus: z.string().optional(),
  loadAverage: z.array(z.number()).length(3).optional(),
  /** The facts that could not be read on this host, and the consequence for the comparison. */
  fallbacks: z.array(z.string()),
})
export type Environment = Readonly<z.infer<typeof environmentSchema>>

/** The whole content of an evidence folder, validated. */
export interface Evidence {
  readonly plan: EvaluationPlan
  readonly environment: Environment
  readonly equivalence: Equivalence
  /** Modules that the measured processes loaded; absent in evidence from before they were kept. */
  readonly modules?: ModuleDigests
  /** In the order they ran. */
  readonly runs: readonly JournalLine[]
  /** Runs made for their peak of memory alone, in the order they ran; absent if not needed. */
  readonly memoryProbe?: readonly ProbeLine[]
  /** The layers of a sequence; present only in the evidence of its summary. */
  readonly sequence?: Sequence
  /** Profiles by workload; absent if none was captured. */
  readonly hotspots?: Readonly<Record<string, Hotspots>>
  /** Exact executions by workload; absent if none were counted. */
  readonly blockCounts?: Readonly<Record<string, BlockCounts>>
  /** `sha256:…` of each file in the folder, by file name. */
  readonly digests: Readonly<Record<string, string>>
}
