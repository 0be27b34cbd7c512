import {
  type BracketState,
  hyperbandRungs,
  newBrackets,
  nextOfBrackets,
  observeBrackets,
} from './brackets.js'
import { methodOf, type Steps, suggestDrawn } from './method.js'
import { randomPoint } from './new-points.js'

/** Draws refused by constraints, or proposed before, until any new point is taken. */
const MOST_REFUSED = 100

/**
 * Hyperband: successive halving of random points in brackets that start on ever larger shares of
 * the bars, from s = s_max down to s = 0, which runs on all bars; then again. Bracket s starts with
 * n = ⌈(s_max + 1)/(s + 1) · η^s⌉ points, so that all brackets cost about the same. If a small
 * share misleads, the brackets that start higher are not misled by it.
 *
 * @source Li, Jamieson, DeSalvo, Rostamizadeh & Talwalkar 2018, Hyperband: a novel bandit-based
 * approach to hyperparameter optimization, JMLR 18 (185), algorithm 1, with B = (s_max + 1) R
 */
const steps: Steps<BracketState> = {
  keepsPoints: true,
  start: newBrackets,
  suggest: (setting, state, id) =>
    nextOfBrackets(state, id, hyperbandRungs(setting), () =>
      suggestDrawn(setting, MOST_REFUSED, () => randomPoint(setting.axes, setting.random)),
    ),
  observe(setting, state, observations) {
    observeBrackets(state, observations, hyperbandRungs(setting))
  },
}

export const hyperband = methodOf(steps)
