import { mean } from 'simple-statistics'
import { MINIMUM_PAIRS } from '../../harness/statistics/trimmed.js'
import { compareArms } from '../../harness/verdict/compare.js'
import { boundsAt } from '../../harness/verdict/look.js'
import { certifiableImprovement, noiseOf } from '../../harness/verdict/noise.js'
import type { FreshDecision } from './fresh-decision.js'
import { endingOf, roundsIn } from './fresh-table.js'
import { SHIPPED_RULES, STUDIED_THRESHOLD } from './studied-rules.js'

/** What the pairs of decisions under one load can resolve. */
export interface Resolution {
  /** Half of the 95 % interval of the improvement after ten pairs, per decision. */
  readonly halfWidths: readonly number[]
  /** The smallest improvement certified as above the threshold at ten pairs with 80 % power. */
  readonly certifiable: readonly number[]
}

/** How finely the first ten pairs of each decision measure. */
export function resolutionOf(decisions: readonly FreshDecision[]): Resolution {
  const halfWidths: number[] = []
  const certifiable: number[] = []
  const rule = SHIPPED_RULES['improvement-20']
  for (const decision of decisions) {
    const rounds = roundsIn(decision).slice(0, rule.looks[0])
    const comparison = compareArms(rounds, 'baseline', 'cpu')
    if (comparison === undefined || rounds.length < rule.looks[0]!) continue
    const { ci95 } = comparison.improvement
    if (ci95 !== undefined) halfWidths.push((ci95.upper - ci95.lower) / 2)
    const noise = noiseOf(comparison.estimate)
    const bounds = boundsAt(rounds, 0, rule)
    if (bounds !== undefined)
      certifiable.push(certifiableImprovement(noise, bounds, STUDIED_THRESHOLD))
  }
  return { halfWidths, certifiable }
}

/** Whether the 95 % interval of the first ten pairs covers zero, for each A/A decision. */
export function coverageOf(decisions: readonly FreshDecision[]): boolean[] {
  return decisions
    .filter(({ change }) => change === 0)
    .flatMap((decision) => {
      const rounds = roundsIn(decision).slice(0, MINIMUM_PAIRS)
      const interval = compareArms(rounds, 'baseline', 'cpu')?.improvement.ci95
      return interval === undefined ? [] : [interval.lower <= 0 && interval.upper >= 0]
    })
}

/** Whether the estimate at the end of the rule for layers has the sign of the true change. */
export function signIsRight(decision: FreshDecision): boolean {
  const { pairs } = endingOf(decision, 'improvement-20')
  const rounds = roundsIn(decision).slice(0, pairs)
  const estimate = compareArms(rounds, 'baseline', 'cpu')?.improvement.estimate ?? 0
  return Math.sign(estimate) === Math.sign(decision.change)
}

/**
 * The improvement that the injected work really made, a fraction: its CPU time relative to that of
 * the same arm. It is the mean over the runs of that arm that count.
 *
 * @returns undefined if nothing was injected, or its time was not recorded
 */
export function realisedChange({ change, runs }: FreshDecision): number | undefined {
  const injected = runs.filter(
    ({ injectedMs, voided }) => injectedMs !== undefined && voided === undefined,
  )
  if (change === 0 || injected.length === 0) return undefined
  return mean(
    injected.map(({ cpuMs, injectedMs = 0 }) =>
      change > 0 ? injectedMs / cpuMs : -injectedMs / (cpuMs - injectedMs),
    ),
  )
}
