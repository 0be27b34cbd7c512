import { pointKey } from '../parameter-space.js'
import { rankCorrelation } from './rank-correlation.js'
import type { OptimizedTrial } from './trial-runner.js'

/** How well scores on a share of the bars foretell those on all of them. */
export interface FidelityCorrelation {
  /** The share, in (0, 1). */
  readonly fidelity: number
  /** Number of points of the sample with a score on both. */
  readonly points: number
  /**
   * Spearman's rank correlation of the scores on both; absent if there are fewer than 2 points, or
   * all scores on one of them are equal.
   */
  readonly correlation?: number
}

/**
 * Points of the sample: the first that a method proposed. It had hardly learned when it did, and no
 * share selected them; among the best of a selection, even a good correlation disappears.
 */
const ENOUGH_POINTS = 8
/** At most this many backtests run to complete the sample, and this part of a budget. */
const MOST_BACKTESTS = 1.5 * ENOUGH_POINTS
const PART_OF_BUDGET = 1 / 6
/** The least correlation at which a share is worth its bars. */
const LEAST_CORRELATION = 0.8

/** The trials of one point with a score, by the share of the bars. */
type Levels = ReadonlyMap<number, OptimizedTrial>

/** What is kept of a budget to complete the sample, in backtests. */
export function keptForComparison(budget: number): number {
  return Math.min(MOST_BACKTESTS, PART_OF_BUDGET * budget)
}

/**
 * The correlation over the sample of each share of the bars that trials ran on, the smallest share
 * first.
 */
export function fidelityCorrelations(
  trials: readonly OptimizedTrial[],
): readonly FidelityCorrelation[] {
  const sample = sampleOf(trials)
  return sharesOf(trials).map((fidelity) => {
    const both = sample.filter((levels) => levels.has(fidelity) && levels.has(1))
    const scoresOn = (share: number) => both.map((levels) => levels.get(share)!.score!)
    const correlation = rankCorrelation(scoresOn(fidelity), scoresOn(1))
    return { fidelity, points: both.length, ...(correlation !== undefined && { correlation }) }
  })
}

/**
 * The trials to add so that the points of the sample ran on each share and on all bars, one point
 * after the other.
 *
 * @param most  bars to spend at most, in backtests on all bars
 */
export function trialsToCompare(
  trials: readonly OptimizedTrial[],
  most: number,
): readonly Pick<OptimizedTrial, 'parameters' | 'fidelity'>[] {
  const shares = sharesOf(trials)
  if (shares.length === 0) return []
  const wanted: Pick<OptimizedTrial, 'parameters' | 'fidelity'>[] = []
  let left = most
  for (const levels of sampleOf(trials)) {
    const missing = [...shares, 1].filter((share) => !levels.has(share))
    left -= missing.reduce((sum, share) => sum + share, 0)
    if (left < 0) break
    const { parameters } = [...levels.values()][0]!
    for (const fidelity of missing) wanted.push({ parameters, ...(fidelity < 1 && { fidelity }) })
  }
  return wanted
}

/**
 * A sentence for the user if shares of the bars are not shown to foretell the scores on all;
 * undefined if each does.
 *
 * @param method  of the search, for the sentence
 */
export function fidelityNote(
  method: string,
  correlations: readonly FidelityCorrelation[],
): string | undefined {
  const unmeasured = correlations.filter(({ points }) => points < ENOUGH_POINTS)
  const weak = correlations.filter(
    ({ points, correlation = 0 }) => points >= ENOUGH_POINTS && correlation < LEAST_CORRELATION,
  )
  const weakest = [...weak].sort((a, b) => (a.correlation ?? 0) - (b.correlation ?? 0))[0]
  if (weakest !== undefined) return weakNote(method, weakest, correlations)
  const fewest = [...unmeasured].sort((a, b) => a.points - b.points)[0]
  if (fewest === undefined) return undefined
  const counted = `${fewest.points} ${fewest.points === 1 ? 'point' : 'points'}`
  return `${method} is not shown to pay here: ${counted} ran on both ${percent(fewest.fidelity)} of the sessions and all of them, and ${ENOUGH_POINTS} are needed to measure their rank correlation; spend more trials, or search on all sessions, with tpe for example`
}

function weakNote(
  method: string,
  { fidelity, points, correlation }: FidelityCorrelation,
  all: readonly FidelityCorrelation[],
): string {
  const found =
    correlation === undefined
      ? 'cannot be measured, as all scores are equal'
      : `is ${correlation.toFixed(2)}, below ${LEAST_CORRELATION}, so that good points are dropped early`
  const good = all.find(
    (one, i) => one.points >= ENOUGH_POINTS && all.slice(i).every((level) => isStrong(level)),
  )
  const remedy =
    good === undefined
      ? 'search on all sessions, with tpe for example'
      : `start at ${percent(good.fidelity)} of the sessions (least ${good.fidelity.toFixed(3)}), or search on all of them`
  return `${method} does not pay here: over ${points} points, the rank correlation of the scores on ${percent(fidelity)} of the sessions with those on all ${found}; ${remedy}`
}

function isStrong({ points, correlation = 0 }: FidelityCorrelation): boolean {
  return points >= ENOUGH_POINTS && correlation >= LEAST_CORRELATION
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`
}

/** Shares below 1, ascending. */
function sharesOf(trials: readonly OptimizedTrial[]): readonly number[] {
  const shares = new Set(trials.flatMap(({ fidelity }) => fidelity ?? []))
  return [...shares].sort((a, b) => a - b)
}

/** The first points with a score, in the order of their first trials. */
function sampleOf(trials: readonly OptimizedTrial[]): readonly Levels[] {
  const points = new Map<string, Map<number, OptimizedTrial>>()
  for (const trial of trials) {
    if (trial.score === undefined || trial.bankrupt !== undefined) continue
    const key = pointKey(trial.parameters)
    const levels = points.get(key) ?? new Map<number, OptimizedTrial>()
    points.set(key, levels.set(trial.fidelity ?? 1, trial))
  }
  return [...points.values()].slice(0, ENOUGH_POINTS)
}
