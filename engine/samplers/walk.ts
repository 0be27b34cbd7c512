import { type Axes, pointNumber } from './axes.js'
import type { Suggestion } from './method.js'
import { noneFound } from './new-points.js'

/** How far a walk over all points of a finite space is. */
export interface Walk {
  /** The number of steps taken, those to points that break a constraint included. */
  taken: number
  /** Whether a point satisfied the constraints. */
  found: boolean
}

/** A walk before its first step. */
export function newWalk(): Walk {
  return { taken: 0, found: false }
}

/**
 * The next point of a walk that satisfies the constraints; undefined at its end.
 *
 * @param most    points in a row that break a constraint before the walk gives up
 * @param placed  the number of the point at each step, in cartesian order
 * @throws {EngineError} `input-invalid`: no such point was found
 */
export function nextOnWalk(
  axes: Axes,
  walk: Walk,
  most: number,
  placed: (step: number) => number,
): Suggestion | undefined {
  const last = Math.min(axes.size, walk.taken + most)
  while (walk.taken < last) {
    const point = pointNumber(axes, placed(walk.taken++))
    if (!axes.allows(point)) continue
    walk.found = true
    return { point }
  }
  if (walk.found && last === axes.size) return undefined
  throw noneFound(walk.found ? most : last)
}
