import { categorical, type ParameterSpace, valuesOf } from '../search/parameter-space.js'
import { methodOf, type Steps } from './method.js'
import { newWalk, nextOnWalk, type Walk } from './walk.js'

/** Points in a row that break a constraint before a search gives up. */
const MOST_REFUSED = 10_000_000

/**
 * All points of a grid in cartesian order: the dimension declared last varies fastest. Of an
 * interval, it uses the evenly spaced values of its `points`, so that the points are those of
 * `gridPoints`.
 */
const steps: Steps<Walk> = {
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
  start: newWalk,
  suggest: ({ axes }, walk) => nextOnWalk(axes, walk, MOST_REFUSED, (step) => step),
  observe() {},
}

export const grid = methodOf(steps)
