import { z } from 'zod'

/** A number for each profiled arm. */
const ofArms = {
  baseline: z.number().optional(),
  incumbent: z.number().optional(),
  candidate: z.number().optional(),
}

/**
 * CPU of a pass ÷ CPU of the reference computation − 1; absent if the workload has no reference.
 */
const overheadToComputation = z.strictObject(ofArms).optional()

/** The most promising first. */
const nextTargets = z.array(
  z.strictObject({
    category: z.string(),
    share: z.number(),
    effort: z.enum(['small', 'medium', 'large']),
    operations: z.array(z.string()),
  }),
)

/** Where the time of one workload went: shares of the busy time of a pass, without inlining. */
export const workloadProfileSchema = z.strictObject({
  overheadToComputation,
  categories: z.array(
    z.strictObject({
      name: z.string(),
      ...ofArms,
      /** Of the measured gain; negative for a loss. Named categories add up to `gain.explained`. */
      shareOfGain: z.number().optional(),
      /** The shares with inlining, for arms in which they differ by more than five points. */
      withInlining: z.strictObject(ofArms).optional(),
    }),
  ),
  /** Absent below two pairs. */
  gain: z
    .strictObject({
      against: z.enum(['baseline', 'incumbent']),
      /** Improvement of CPU time, by the measured runs and by sampled time. */
      measured: z.number(),
      profiled: z.number(),
      /** The 95 % interval of the profiled improvement; absent in older profiles. */
      profiledCi95: z.array(z.number()).length(2).optional(),
      /** The sampled part of the CPU, where it is too small to divide the gain. */
      sampledShare: z.number().optional(),
      /**
       * The part of the measured gain in named categories, and the rest; absent for small gains.
       */
      explained: z.number().optional(),
      left: z.number().optional(),
    })
    .optional(),
  /** The next targets with the layers of each arm, by share and estimated effort. */
  next: z.strictObject({
    baseline: nextTargets.optional(),
    incumbent: nextTargets.optional(),
    candidate: nextTargets.optional(),
  }),
})

/** The short form of the above for a whole record: that of its first profiled target. */
export const recordProfileSchema = z.strictObject({
  workload: z.string(),
  overheadToComputation,
  categories: z.array(z.strictObject({ name: z.string(), ...ofArms })),
})
