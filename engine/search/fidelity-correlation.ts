import { rankCorrelation } from './rank-correlation.js'
import type { OptimizedTrial } from './trial-runner.js'

/** How well scores on a share of the bars foretell those on all of them. */
export interface FidelityCorrelation {
  /** The share, in (0, 1). */
  readonly fidelity: number
  /** Number of points with a score on both. */
  readonly points: number
  /**
   * Spearman's rank correlation of the scores on both; absent if there are fewer than 2 points, or
   * all scores on one of them are equal.
   */
  readonly correlation?: number
}

/** Points on a share and on all bars from which on their correlation counts. */
export const ENOUGH_POINTS = 8
/** The least correlation at which a share is worth its bars. */
const LEAST_CORRELATION = 0.8

/** The trials of one point with a score, by the share of the bars. */
type Levels = ReadonlyMap<number, OptimizedTrial>

/** The correlation of each share of the bars that trials ran on, the smallest share first. */
export function fidelityCorrelations(
  trials: readonly OptimizedTrial[],
): readonly FidelityCorrelation[] {
  const points = pointsOn(trials)
  return sharesOf(trials).map((fidelity) => {
    const both = points.filter((levels) => levels.has(fidelity) && levels.has(1))
    const scoresOn = (share: number) => both.map((levels) => levels.get(share)!.score!)
    const correlation = rankCorrelation(scoresOn(fidelity), scoresOn(1))
    return { fidelity, points: both.length, ...(correlation !== undefined && { correlation }) }
  })
}

/**
 * The trials to add so that each share has enough points that ran on all bars as well, as far as
 * there are such points. Those that no share has selected come first: a selection of the best
 * hides a correlation.
 *
 * @param most  bars to spend at most, in backtests on all bars
 */
export function trialsToCompare(
  trials: readonly OptimizedTrial[],
  most: number,
): readonly Pick<OptimizedTrial, 'parameters' | 'fidelity'>[] {
  const points = pointsOn(trials).filter((levels) => levels.has(1))
  const candidates = [...points].sort((a, b) => a.size - b.size)
  const wanted: Pick<OptimizedTrial, 'parameters' | 'fidelity'>[] = []
  let left = most
  for (const fidelity of sharesOf(trials)) {
    const missing = ENOUGH_POINTS - points.filter((levels) => levels.has(fidelity)).length
    const added = candidates
      .filter((levels) => !levels.has(fidelity))
      .slice(0, Math.max(0, missing))
    for (const levels of added) {
      if (left < fidelity) return wanted
      left -= fidelity
      wanted.push({ parameters: levels.get(1)!.parameters, fidelity })
    }
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

/** The trials of each point, in the order of their first ones. */
function pointsOn(trials: readonly OptimizedTrial[]): readonly Levels[] {
  const points = new Map<string, Map<number, OptimizedTrial>>()
  for (const trial of trials) {
    if (trial.score === undefined || trial.bankrupt !== undefined) continue
    const key = JSON.stringify(trial.parameters)
    const levels = points.get(key) ?? new Map<number, OptimizedTrial>()
    points.set(key, levels.set(trial.fidelity ?? 1, trial))
  }
  return [...points.values()]
}
