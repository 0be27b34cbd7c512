import { z } from 'zod'
import { SCALE_NAMES } from '../contract.js'
import { metricSchema, noiseClassSchema } from '../evidence/field-schemas.js'

/**
 * What a calibration of a host is about: the same harness on another host, another Node, or with
 * other flags has to be calibrated anew, and so has another suite.
 */
const hostSchema = z.strictObject({
  /** Twelve hexadecimal digits of the SHA-256 of all fields below; names the folder. */
  fingerprint: z.string().regex(/^[0-9a-f]{12}$/),
  platform: z.string(),
  cpuModel: z.string(),
  cpuCount: z.int().positive(),
  /** Rounded to whole GiB. */
  memoryGiB: z.int().nonnegative(),
  node: z.string(),
  /** Flags of Node in every measured process. */
  nodeFlags: z.array(z.string()),
  metric: metricSchema,
  suite: z.string(),
})
export type CalibratedHost = Readonly<z.infer<typeof hostSchema>>

const count = z.int().nonnegative()
const spread = z.number().nonnegative()

/** The fields are described where they are made: `IdenticalAttempt`. */
const identicalAttemptSchema = z.strictObject({
  n: count,
  m: z.number().optional(),
  se: spread.optional(),
  df: z.number().optional(),
  class: noiseClassSchema.optional(),
  effectiveSd: spread.optional(),
  positionT: z.number().optional(),
  lag1: z.number().optional(),
  checks: z.array(
    z.strictObject({
      code: z.enum(['pairs', 'bias', 'position-effect']),
      value: z.number(),
      bound: z.number(),
      ok: z.boolean(),
    }),
  ),
  ok: z.boolean(),
})

/** The fields are described where they are made: `InjectedAttempt`. */
const injectedAttemptSchema = z.strictObject({
  n: count,
  m: z.number().optional(),
  se: spread.optional(),
  df: z.number().optional(),
  improvement: z.number().optional(),
  ci95: z.tuple([z.number(), z.number()]).optional(),
  reach: spread.optional(),
  outcome: z.enum(['seen', 'missed', 'undecidable', 'incomplete']),
})

const calibratedWorkloadSchema = z.strictObject({
  id: z.string(),
  /** What one pass consists of. */
  content: z.string(),
  /** W and K of the pilot, the same for all runs. */
  warmup: count,
  iterations: z.int().positive(),
  /**
   * Noise of one pair, from the deciding A/A attempt; absent where there were not even two pairs.
   */
  effectiveSd: spread.optional(),
  class: noiseClassSchema.optional(),
  /**
   * The smallest true improvement that so many pairs of this noise certify as at least 5 % four
   * times in five.
   */
  certifiable: z.array(z.strictObject({ pairs: z.int().positive(), improvement: z.number() })),
  /** The same code as both arms; the last attempt decides. */
  identical: z.strictObject({ attempts: z.array(identicalAttemptSchema).min(1).max(2) }),
  /** Real extra work in one arm; the last attempt decides. */
  injected: z.strictObject({
    improvement: z.number(),
    attempts: z.array(injectedAttemptSchema).min(1).max(2),
  }),
  /**
   * The first run that computed something else than was proven; absent where all computed the same.
   */
  difference: z
    .strictObject({ among: z.enum(['aa', 'injected']), pair: z.int().positive(), arm: z.string() })
    .optional(),
  verdict: z.enum(['passed', 'failed']),
  /** Codes; empty where it passed. */
  reasons: z.array(
    z.enum(['results-differ', 'incomplete', 'biased', 'position-effect', 'effect-missed']),
  ),
  /** Codes of what does not fail it and should be known. */
  warnings: z.array(z.enum(['noise-red', 'autocorrelated', 'effect-undecidable', 'repeated'])),
})
export type CalibratedWorkload = Readonly<z.infer<typeof calibratedWorkloadSchema>>
export type CalibrationReason = CalibratedWorkload['reasons'][number]
export type CalibrationWarning = CalibratedWorkload['warnings'][number]

/**
 * `calibration.json`: what the runs beside it say about this host. A function of those files and
 * nothing else.
 */
export const calibrationSchema = z.strictObject({
  schema: z.literal('assay/calibration@1'),
  host: hostSchema,
  scale: z.enum(SCALE_NAMES),
  seed: count,
  /** When its last run began. */
  madeAt: z.iso.datetime(),
  /** The command that repeats it. */
  command: z.string(),
  packageVersion: z.string(),
  git: z.strictObject({ commit: z.string(), dirty: z.boolean() }).nullable(),
  /** SHA-256 over the compiled code that was measured. */
  dist: z.string(),
  workloads: z.array(calibratedWorkloadSchema).min(1),
  /** `failed` where any workload failed: then nothing measured on this host is to be trusted. */
  verdict: z.enum(['passed', 'failed']),
  /** SHA-256 of each file it was derived from. */
  evidence: z.record(z.string(), z.string()),
})
export type Calibration = Readonly<z.infer<typeof calibrationSchema>>
