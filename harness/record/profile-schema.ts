import { z } from 'zod'

/** One number per arm that was profiled. */
const ofArms = {
  baseline: z.number().optional(),
  incumbent: z.number().optional(),
  candidate: z.number().optional(),
}

/**
 * CPU of a pass ÷ CPU of the reference computation − 1; absent where the workload has no reference.
 */
const overheadToComputation = z.strictObject(ofArms).optional()

/** The best first. */
const nextTargets = z.array(
  z.strictObject({
    category: z.string(),
    share: z.number(),
    effort: z.enum(['small', 'medium', 'large']),
    operations: z.array(z.string()),
  }),
)

/**
 * Where the time of one workload went: shares of the busy time of a pass, by profiles without
 * inlining.
 */
export const workloadProfileSchema = z.strictObject({
  overheadToComputation,
  categories: z.array(
    z.strictObject({
      name: z.string(),
      ...ofArms,
      /**
       * Of the measured gain; negative where the category got dearer. The shares do not add up to
       * one: `gain.explained` says how far they come.
       */
      shareOfGain: z.number().optional(),
      /** The shares with inlining, of those arms in which they differ by more than five points. */
      withInlining: z.strictObject(ofArms).optional(),
    }),
  ),
  /** Absent where fewer than two pairs count. */
  gain: z
    .strictObject({
      against: z.enum(['baseline', 'incumbent']),
      /** Improvement of CPU time: by the measured runs, and by sampled time. */
      measured: z.number(),
      profiled: z.number(),
      /**
       * The part of the measured gain that named categories account for, and what is left; absent
       * where there may be no gain.
       */
      explained: z.number().optional(),
      left: z.number().optional(),
    })
    .optional(),
  /** What to optimize next with the layers of an arm, by share and estimated effort. */
  next: z.strictObject({
    baseline: nextTargets.optional(),
    incumbent: nextTargets.optional(),
    candidate: nextTargets.optional(),
  }),
})

/**
 * The short form of the above that stands for a whole record: that of its first profiled target,
 * which it names.
 */
export const recordProfileSchema = z.strictObject({
  workload: z.string(),
  overheadToComputation,
  categories: z.array(z.strictObject({ name: z.string(), ...ofArms })),
})
