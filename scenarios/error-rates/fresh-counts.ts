import type { FreshCell } from './fresh-decision.js'

/**
 * Number of decisions per true change. They are the smallest that show the goals if every decision
 * is right: 0 of 736 shows at most 0.5 % (exact 95 % interval), 0 of 368 at most 1 %, 0 of 184 at
 * most 2 %, 0 of 73 at most 5 %. A gate of two rounds takes two decisions.
 */
export const FRESH_COUNTS: Readonly<Record<FreshCell, number>> = {
  none: 736,
  '3% faster': 184,
  '10% faster': 368,
  '3% slower': 74,
  '6% slower': 148,
  '12% slower': 368,
  '20% slower': 40,
}

/** Number of decisions in the whole study. */
export const FRESH_TOTAL = Object.values(FRESH_COUNTS).reduce((sum, count) => sum + count, 0)
