import type { Parameters } from '../../engine/index.js'
import { quantileOf, type ScoredTrial } from './compared-trials.js'
import type { DimensionScale } from './dimension-scale.js'

/** The trials around the best one. */
export interface Neighbourhood {
  readonly count: number
  /**
   * The median of their lead over the median trial, as a fraction of that of the best: 1 on a
   * plateau, 0 around a peak that stands alone.
   */
  readonly kept: number
}

/** Steps into which an axis is divided at most. */
const STEPS = 20
/** Farther trials, in steps per axis, are not neighbours. */
const FARTHEST = 5
/** Fewest trials from which a median is of use. */
const LEAST_TRIALS = 8

/**
 * The neighbours of the best trial: about two per dimension, the nearest by steps, of which an axis
 * has as many as values were tried, at most 20. Another category is one step away.
 *
 * @returns undefined for few trials, if all are equal, and if none is near
 */
export function neighbourhoodOf(
  trials: readonly ScoredTrial[],
  best: ScoredTrial,
  scales: readonly DimensionScale[],
  sign: 1 | -1,
): Neighbourhood | undefined {
  if (trials.length < LEAST_TRIALS) return undefined
  const sorted = trials.map(({ score }) => sign * score).sort((a, b) => a - b)
  const median = quantileOf(sorted, 0.5)
  const lead = sign * best.score - median
  if (!(lead > 0)) return undefined
  const limit = FARTHEST * Math.sqrt(scales.length)
  const near = trials
    .map(({ parameters, score }) => ({ score, far: distance(parameters, best.parameters, scales) }))
    .filter(({ far }) => far > 0 && far <= limit)
    .sort((a, b) => a.far - b.far)
  if (near.length === 0) return undefined
  const last = near[Math.min(near.length, 2 * scales.length) - 1]!.far
  const scores = near
    .filter(({ far }) => far <= last)
    .map(({ score }) => sign * score)
    .sort((a, b) => a - b)
  return { count: scores.length, kept: (quantileOf(scores, 0.5) - median) / lead }
}

/** In steps. */
function distance(a: Parameters, b: Parameters, scales: readonly DimensionScale[]): number {
  const squares = scales.map(({ name, place, cells, isExact }) => {
    const steps = isExact ? Math.min(STEPS, Math.max(1, cells - 1)) : STEPS
    const isNumber = typeof a[name] === 'number' && typeof b[name] === 'number'
    if (!isNumber) return a[name] === b[name] ? 0 : 1
    return (steps * (place(a[name]!) - place(b[name]!))) ** 2
  })
  return Math.sqrt(squares.reduce((sum, value) => sum + value, 0))
}
