import { z } from 'zod'

/**
 * Shares are fractions of the busy time of a pass (idle time left out), times ms of CPU and sizes
 * bytes, both per pass.
 */
const fraction = z.number().nonnegative()
const place = {
  name: z.string(),
  /** Absent where the function has no source: native code, states of V8. */
  file: z.string().optional(),
  line: z.number().int().positive().optional(),
}

/** One category: what of the time belongs to it. */
const categorySchema = z.strictObject({
  name: z.string(),
  share: fraction,
  /**
   * The share in a profile with inlining, in which V8 books some inlined functions to their
   * callers.
   */
  inlinedShare: fraction,
  /** The two differ by more than five points: read the first, and look at both flame graphs. */
  differs: z.literal(true).optional(),
  /** Share of the undisturbed CPU of a pass. */
  cpuMs: z.number().nonnegative(),
  allocatedBytes: z.number().nonnegative(),
})

/**
 * A function of the project, with the library and native code it calls: everything down to the next
 * function of the project.
 */
const operationSchema = z.strictObject({
  ...place,
  category: z.string(),
  share: fraction,
  cpuMs: z.number().nonnegative(),
  /** Calls per pass, exact. */
  calls: z.number().nonnegative().optional(),
  bottleneck: z.literal(true).optional(),
})

/** A function by itself. */
const functionSchema = z.strictObject({
  ...place,
  kind: z.enum(['js', 'native', 'gc', 'program']),
  selfShare: fraction,
  /** With everything it calls; recursion counts once. */
  totalShare: fraction,
  calls: z.number().nonnegative().optional(),
})

const nextSchema = z.strictObject({
  category: z.string(),
  share: fraction,
  effort: z.enum(['small', 'medium', 'large']),
  /** The operations that hold most of it, the heaviest first. */
  operations: z.array(z.string()),
})

const warningSchema = z.strictObject({ code: z.string(), hint: z.string() })

const armSchema = z.strictObject({
  arm: z.enum(['baseline', 'incumbent', 'candidate']),
  stack: z.array(z.string()),
  /** Passes under the profiler. */
  passes: z.number().int().positive(),
  /** CPU of a pass under no profiler, ms. */
  cpuMs: z.number().nonnegative(),
  /**
   * Busy time the profiler sampled per pass, without inlining, over all threads, ms: longer than
   * `cpuMs`, because watching costs.
   */
  sampledMs: z.number().nonnegative(),
  /** CPU of the reference computation of a pass, ms, measured in the same process. */
  referenceCpuMs: z.number().nonnegative().optional(),
  /** cpuMs ÷ referenceCpuMs − 1. */
  overheadToComputation: z.number().optional(),
  categories: z.array(categorySchema),
  operations: z.array(operationSchema),
  functions: z.array(functionSchema),
  modules: z.array(z.strictObject({ module: z.string(), selfShare: fraction })),
  allocators: z.array(
    z.strictObject({
      ...place,
      category: z.string(),
      bytes: z.number().nonnegative(),
      share: fraction,
    }),
  ),
  next: z.array(nextSchema),
  warnings: z.array(warningSchema),
})

const gainSchema = z.strictObject({
  /** The arm the candidate is compared with. */
  against: z.enum(['baseline', 'incumbent']),
  /**
   * The improvement of CPU time nobody watched, a fraction, and the same in sampled time, without
   * inlining.
   */
  measured: z.number(),
  profiled: z.number(),
  /**
   * What each category saved in sampled time, as a fraction of all of it in the arm compared with,
   * and as a share of the measured gain; negative where it got dearer. No shares where the measured
   * change is too small or too unsure to be divided.
   */
  categories: z.array(
    z.strictObject({ name: z.string(), saved: z.number(), share: z.number().optional() }),
  ),
  /**
   * The part of the measured gain that categories with a name of their own explain, and what is
   * left; absent like the shares.
   */
  explained: z.number().optional(),
  left: z.number().optional(),
  warnings: z.array(warningSchema),
})

/** Name of the file in the folder of a workload's profiles; written last. */
export const HOTSPOTS = 'hotspots.json'

/** Where the time of one workload goes, arm by arm: what is in that file. */
export const hotspotsSchema = z.strictObject({
  schema: z.literal('assay/hotspots@1'),
  suite: z.string(),
  workload: z.string(),
  title: z.string(),
  content: z.string(),
  scale: z.enum(['smoke', 'standard', 'production']),
  seed: z.number().int(),
  /** Time between two samples as asked for, µs. */
  intervalMicros: z.number().positive(),
  node: z.string(),
  arms: z.array(armSchema).min(1),
  gain: gainSchema.optional(),
})

export type Hotspots = Readonly<z.infer<typeof hotspotsSchema>>
export type ArmHotspots = Readonly<z.infer<typeof armSchema>>
export type CategoryTime = Readonly<z.infer<typeof categorySchema>>
export type Operation = Readonly<z.infer<typeof operationSchema>>
export type Gain = Readonly<z.infer<typeof gainSchema>>
export type NextTarget = Readonly<z.infer<typeof nextSchema>>
