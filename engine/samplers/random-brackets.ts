import {
  type BracketState,
  newBrackets,
  nextOfBrackets,
  observeBrackets,
  type Rung,
} from './brackets.js'
import { type Method, methodOf, type Setting, suggestDrawn } from './method.js'
import { randomPoint } from './new-points.js'

/** Draws refused by constraints, or proposed before, until any new point is taken. */
const MOST_REFUSED = 100

/**
 * A method whose brackets start with random points.
 *
 * @param rungsOf  for a search, the rungs of the bracket with a number
 */
export function randomBrackets(
  rungsOf: (setting: Setting) => (bracket: number) => readonly Rung[],
): Method {
  return methodOf<BracketState>({
    keepsPoints: true,
    start: newBrackets,
    suggest: (setting, state, id) =>
      nextOfBrackets(state, id, rungsOf(setting), () =>
        suggestDrawn(setting, MOST_REFUSED, () => randomPoint(setting.axes, setting.random)),
      ),
    observe: (setting, state, observations) =>
      observeBrackets(state, observations, rungsOf(setting)),
  })
}
