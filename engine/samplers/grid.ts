import { categorical, type ParameterSpace, valuesOf } from '../search/parameter-space.js'
import { pointNumber } from './axes.js'
import { methodOf, type Steps } from './method.js'
import { noneFound } from './new-points.js'

/** Points in a row that break a constraint before a search gives up. */
const MOST_REFUSED = 10_000_000

interface GridState {
  /** The number of the next point. */
  next: number
  found: boolean
}

/**
 * All points of a grid in cartesian order: the dimension declared last varies fastest. Of an
 * interval, it uses the evenly spaced values of its `points`, so that the points are those of
 * `gridPoints`.
 */
const steps: Steps<GridState> = {
  keepsPoints: false,
  spaceOf: ({ dimensions, constraints }: ParameterSpace) => ({
    dimensions: Object.fromEntries(
      Object.entries(dimensions).map(([name, dimension]) => [
        name,
        categorical(...new Set(valuesOf(dimension))),
      ]),
    ),
    constraints,
  }),
  start: () => ({ next: 0, found: false }),
  suggest({ axes }, state) {
    const last = Math.min(axes.size, state.next + MOST_REFUSED)
    while (state.next < last) {
      const point = pointNumber(axes, state.next++)
      if (!axes.allows(point)) continue
      state.found = true
      return { point }
    }
    if (state.found && last === axes.size) return undefined
    throw noneFound(state.found ? MOST_REFUSED : last)
  },
  observe() {},
}

export const grid = methodOf(steps)
