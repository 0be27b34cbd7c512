import type { FreshDecision } from './fresh-decision.js'
import type { ShippedRule } from './studied-rules.js'

/** The true changes for which pairs are measured until the gate of 5 % has decided, too. */
const STRICT_CHANGES: readonly number[] = [0, -0.06]

/**
 * The rules for which the pairs of a fresh decision are measured. Decisions older than designs were
 * measured for two rules only.
 */
export function freshRules({
  change,
  design,
}: Pick<FreshDecision, 'change' | 'design'>): readonly ShippedRule[] {
  const both = ['improvement-20', 'gate'] as const
  return design !== undefined && STRICT_CHANGES.includes(change) ? [...both, 'gate-5'] : both
}
