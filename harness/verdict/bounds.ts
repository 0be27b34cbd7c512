import { z } from 'zod'

/**
 * Estimate and bounds of one look: for a comparison of times, of ln(candidate / compared arm); for
 * a budget, in the unit of its counter.
 */
export const boundsSchema = z.strictObject({
  pairs: z.int(),
  m: z.number(),
  se: z.number(),
  /** `se`, inflated if consecutive pairs are correlated. */
  seUsed: z.number(),
  df: z.int(),
  pNominal: z.number().min(0).max(1),
  critical: z.number(),
  lower: z.number(),
  upper: z.number(),
})
export type Bounds = Readonly<z.infer<typeof boundsSchema>>
