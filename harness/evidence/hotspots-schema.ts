import { z } from 'zod'
import { SCALE_NAMES } from '../contract.js'
import { armSchema } from './field-schemas.js'

/**
 * Shares are fractions of the busy time of a pass, idle time left out. Times are ms of CPU and
 * sizes bytes, both per pass.
 */
const share = z.number().nonnegative()
const place = {
  name: z.string(),
  /** Absent if the function has no source: native code, states of V8. */
  file: z.string().optional(),
  line: z.number().int().positive().optional(),
}

/** The time of one category. */
const categorySchema = z.strictObject({
  name: z.string(),
  share,
  /** The share in a profile with inlining, in which V8 counts some functions to their callers. */
  inlinedShare: share,
  /** Whether the two shares differ by more than five points. */
  differs: z.literal(true).optional(),
  /** The share in ms of the CPU of a pass without a profiler. */
  cpuMs: z.number().nonnegative(),
  /** Absent if allocations were not profiled. */
  allocatedBytes: z.number().nonnegative().optional(),
})

/**
 * A function of the project together with the libraries and native code it calls, down to the next
 * function of the project.
 */
const operationSchema = z.strictObject({
  ...place,
  category: z.string(),
  share,
  cpuMs: z.number().nonnegative(),
  /** Calls per pass, exact. */
  calls: z.number().nonnegative().optional(),
  bottleneck: z.literal(true).optional(),
})

/** A function of any origin. */
const functionSchema = z.strictObject({
  ...place,
  kind: z.enum(['js', 'native', 'gc', 'program']),
  selfShare: share,
  /** Share of the function with everything that it calls. A recursive call is not counted twice. */
  totalShare: share,
  calls: z.number().nonnegative().optional(),
  /**
   * Its hottest lines, as shares of the busy time of a pass. Absent in older profiles, and for all
   * but the functions with the most self time.
   */
  lines: z.array(z.strictObject({ line: z.number().int().positive(), share })).optional(),
})

const nextSchema = z.strictObject({
  category: z.string(),
  share,
  effort: z.enum(['small', 'medium', 'large']),
  /** The operations that take most of its time, the heaviest first. */
  operations: z.array(z.string()),
})

const armWarningSchema = z.strictObject({
  code: z.enum([
    'few-samples',
    'time-not-sampled',
    'inlining-differs',
    'much-is-other',
    'lost-threads',
  ]),
  hint: z.string(),
})

const gainWarningSchema = z.strictObject({
  code: z.literal('profile-disagrees'),
  hint: z.string(),
})

const armHotspotsSchema = z.strictObject({
  arm: armSchema,
  stack: z.array(z.string()),
  /** Passes under the profiler. */
  passes: z.number().int().positive(),
  /** CPU of a pass without a profiler, ms. */
  cpuMs: z.number().nonnegative(),
  /**
   * Sampled CPU per pass over all threads, ms: the mean of the processes profiled with inlining. It
   * exceeds `cpuMs`, because profiling takes time. Before `processCpuMs` existed, it was the busy
   * time in one process without inlining, by the clock.
   */
  sampledMs: z.number().nonnegative(),
  /**
   * CPU of a pass in each process profiled with inlining, ms, in the order they ran, without the
   * threads of the profiler. All totals come from these processes; the profile without inlining
   * splits them. Absent in older profiles.
   */
  processCpuMs: z.array(z.number().nonnegative()).min(1).optional(),
  /**
   * The part of the CPU of these processes that was sampled. If it is too small, there are no
   * categories, operations and next targets.
   */
  sampledShare: share.optional(),
  /** CPU of the reference computation of a pass, ms, measured in the same process. */
  referenceCpuMs: z.number().nonnegative().optional(),
  /** cpuMs ÷ referenceCpuMs − 1. */
  overheadToComputation: z.number().optional(),
  categories: z.array(categorySchema),
  operations: z.array(operationSchema),
  functions: z.array(functionSchema),
  modules: z.array(z.strictObject({ module: z.string(), selfShare: share })),
  allocators: z.array(
    z.strictObject({
      ...place,
      category: z.string(),
      bytes: z.number().nonnegative(),
      share,
    }),
  ),
  next: z.array(nextSchema),
  warnings: z.array(armWarningSchema),
})

const gainSchema = z.strictObject({
  /** The arm the candidate is compared with. */
  against: z.enum(['baseline', 'incumbent']),
  /** Improvement of CPU time without a profiler, a fraction. */
  measured: z.number(),
  /**
   * Improvement of CPU time in the profiled processes, a fraction. In profiles without
   * `processCpuMs`: of the sampled time.
   */
  profiled: z.number(),
  /** Its 95 % interval over the processes; absent if there are fewer than two of each arm. */
  profiledCi95: z.array(z.number()).length(2).optional(),
  /** The sampled part of the CPU, where it is too small to divide the gain. */
  sampledShare: share.optional(),
  /**
   * `saved` is the sampled time that a category saved, as a fraction of the time of a pass of the
   * arm compared with, under the profiler. It is negative if the category takes more time. `share`
   * is the same as a share of the measured gain; it is absent if the measured change is too small
   * or too uncertain to be divided.
   */
  categories: z.array(
    z.strictObject({ name: z.string(), saved: z.number(), share: z.number().optional() }),
  ),
  /** The part of the measured gain in categories except `other`; absent like the shares. */
  explained: z.number().optional(),
  /** The rest of the measured gain. */
  left: z.number().optional(),
  warnings: z.array(gainWarningSchema),
})

/** How the self time of a function changed from one arm to the candidate. */
const changeSchema = z.strictObject({
  ...place,
  kind: z.enum(['js', 'native', 'gc', 'program']),
  /** CPU per pass. */
  beforeMs: z.number().nonnegative(),
  afterMs: z.number().nonnegative(),
  /** The interval of the change. */
  changeMs: z.array(z.number()).length(2),
  /** The interval excludes zero; of such changes, at most 1 % are expected to be none. */
  significant: z.literal(true).optional(),
})

const changesSchema = z.strictObject({
  /** The arm the candidate is compared with. */
  against: z.enum(['baseline', 'incumbent']),
  /** Processes profiled of that arm and of the candidate. */
  processes: z.array(z.number().int().positive()).length(2),
  /** Functions with enough samples, and how many of them changed significantly. */
  tested: z.number().int().nonnegative(),
  significant: z.number().int().nonnegative(),
  /** By significance, the most significant first; not all. */
  functions: z.array(changeSchema),
})

/** Name of this file in the folder of a workload's profiles; written last. */
export const HOTSPOTS = 'hotspots.json'

/** `hotspots.json`: where the time of one workload goes, arm by arm. */
export const hotspotsSchema = z.strictObject({
  schema: z.literal('assay/hotspots@1'),
  suite: z.string(),
  workload: z.string(),
  title: z.string(),
  content: z.string(),
  scale: z.enum(SCALE_NAMES),
  seed: z.number().int(),
  /** Requested time between two samples without inlining, µs; with it, twice as long. */
  intervalMicros: z.number().positive(),
  node: z.string(),
  arms: z.array(armHotspotsSchema).min(1),
  gain: gainSchema.optional(),
  /** Absent in older profiles, which have one process per arm, and without a candidate. */
  changes: changesSchema.optional(),
})

export type Hotspots = Readonly<z.infer<typeof hotspotsSchema>>
export type ArmHotspots = Readonly<z.infer<typeof armHotspotsSchema>>
export type CategoryTime = Readonly<z.infer<typeof categorySchema>>
export type Operation = Readonly<z.infer<typeof operationSchema>>
export type Gain = Readonly<z.infer<typeof gainSchema>>
export type Changes = Readonly<z.infer<typeof changesSchema>>
export type NextTarget = Readonly<z.infer<typeof nextSchema>>
export type ArmWarning = Readonly<z.infer<typeof armWarningSchema>>
export type ArmWarningCode = ArmWarning['code']
export type GainWarning = Readonly<z.infer<typeof gainWarningSchema>>
