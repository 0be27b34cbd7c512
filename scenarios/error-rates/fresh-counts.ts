import type { FreshCell } from './fresh-decision.js'

/**
 * Number of decisions per true change. No change has the most, because its promised error rate is
 * the smallest.
 */
export const FRESH_COUNTS: Readonly<Record<FreshCell, number>> = {
  none: 100,
  '3% faster': 30,
  '10% faster': 30,
  '12% slower': 30,
  '20% slower': 30,
}

/** Number of decisions in the whole study. */
export const FRESH_TOTAL = Object.values(FRESH_COUNTS).reduce((sum, count) => sum + count, 0)
