import { z } from 'zod'
import { tUpperQuantile } from '../statistics/student-t.js'

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

/**
 * The bounds of an estimate: m ∓ c·SE, with c for a one-sided tail.
 *
 * @source Student 1908, Biometrika 6
 */
export function boundsOf(
  { pairs, m, se, seUsed, df }: Pick<Bounds, 'pairs' | 'm' | 'se' | 'seUsed' | 'df'>,
  pNominal: number,
): Bounds {
  const critical = tUpperQuantile(pNominal, df)
  return {
    pairs,
    m,
    se,
    seUsed,
    df,
    pNominal,
    critical,
    lower: m - critical * seUsed,
    upper: m + critical * seUsed,
  }
}
