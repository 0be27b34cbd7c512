import { z } from 'zod'
import { SCALE_NAMES } from '../contract.js'
import { designSchema, metricSchema, noiseClassSchema } from '../evidence/field-schemas.js'

/**
 * What a calibration is valid for. If any of these fields differs, another calibration is needed.
 */
const hostSchema = z.strictObject({
  /** Twelve hexadecimal digits of the SHA-256 of all fields below; the name of the folder. */
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

/** For the fields, see `IdenticalAttempt`. */
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
  undecidable: z.literal(true).optional(),
})

/** For the fields, see `InjectedAttempt`. */
const injectedAttemptSchema = z.strictObject({
  n: count,
  m: z.number().optional(),
  se: spread.optional(),
  df: z.number().optional(),
  realised: z.number().optional(),
  improvement: z.number().optional(),
  ci95: z.tuple([z.number(), z.number()]).optional(),
  reach: spread.optional(),
  outcome: z.enum(['seen', 'missed', 'undecidable', 'incomplete']),
})

const calibratedWorkloadSchema = z.strictObject({
  id: z.string(),
  /** What one pass consists of. */
  content: z.string(),
  /** How the processes of a pair ran; absent in version 1: adjacent. */
  design: designSchema.optional(),
  /** Numbers of warm-up (W) and timed (K) iterations that the pilot found, the same in all runs. */
  warmup: count,
  iterations: z.int().positive(),
  /**
   * Noise of one pair, from the last A/A attempt. Absent if that attempt has fewer than two pairs.
   */
  effectiveSd: spread.optional(),
  class: noiseClassSchema.optional(),
  /**
   * The smallest true improvement certified as at least 5 % with 80 % power, at this noise and
   * number of pairs.
   */
  certifiable: z.array(z.strictObject({ pairs: z.int().positive(), improvement: z.number() })),
  /** The A/A check: the same code in both arms. The last attempt decides. */
  identical: z.strictObject({ attempts: z.array(identicalAttemptSchema).min(1).max(2) }),
  /** The known effect: extra work in one arm. The last attempt decides. */
  injected: z.strictObject({
    improvement: z.number(),
    attempts: z.array(injectedAttemptSchema).min(1).max(2),
  }),
  /** The first run whose result differs from the proven one; absent if all results are equal. */
  difference: z
    .strictObject({ among: z.enum(['aa', 'injected']), pair: z.int().positive(), arm: z.string() })
    .optional(),
  /** `undecidable`: nothing failed, but noise could hide a bias. Since version 2. */
  verdict: z.enum(['passed', 'failed', 'undecidable']),
  /** Codes of the reasons for a failure. Empty if the workload passed. */
  reasons: z.array(
    z.enum(['results-differ', 'incomplete', 'biased', 'position-effect', 'effect-missed']),
  ),
  /** Codes of remarks that do not make the workload fail. */
  warnings: z.array(
    z.enum(['noise-red', 'autocorrelated', 'bias-undecidable', 'effect-undecidable', 'repeated']),
  ),
})
export type CalibratedWorkload = Readonly<z.infer<typeof calibratedWorkloadSchema>>
export type CalibrationReason = CalibratedWorkload['reasons'][number]
export type CalibrationWarning = CalibratedWorkload['warnings'][number]

/** `calibration.json`: the result for this host, derived only from the files beside it. */
export const calibrationSchema = z.strictObject({
  /** Since 2, a calibration can be undecidable. */
  schema: z.enum(['assay/calibration@1', 'assay/calibration@2']),
  host: hostSchema,
  scale: z.enum(SCALE_NAMES),
  seed: count,
  /** Start of the last run. */
  madeAt: z.iso.datetime(),
  /** The command that repeats it. */
  command: z.string(),
  packageVersion: z.string(),
  git: z.strictObject({ commit: z.string(), dirty: z.boolean() }).nullable(),
  /** SHA-256 of the measured code, compiled. */
  dist: z.string(),
  workloads: z.array(calibratedWorkloadSchema).min(1),
  /**
   * `failed` if any workload failed. Measurements on this host can then not be trusted.
   * `undecidable` if none failed, but one is undecidable.
   */
  verdict: z.enum(['passed', 'failed', 'undecidable']),
  /** SHA-256 of each file it is derived from. */
  evidence: z.record(z.string(), z.string()),
})
export type Calibration = Readonly<z.infer<typeof calibrationSchema>>
