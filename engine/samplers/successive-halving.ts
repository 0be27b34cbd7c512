import {
  type BracketState,
  mostRaises,
  newBrackets,
  nextOfBrackets,
  observeBrackets,
  pointsOf,
  type Rung,
  rungsOf,
} from './brackets.js'
import { methodOf, type Setting, type Steps, suggestDrawn } from './method.js'
import { randomPoint } from './new-points.js'

/** Draws refused by constraints, or proposed before, until any new point is taken. */
const MOST_REFUSED = 100

/**
 * Successive halving: n random points on the least share of the bars, of which the best 1/η go on
 * to η times the bars, until one has all of them. Each rung costs as much as the others. With
 * n = η^s for the s raises between the least share and all bars, that is one backtest per rung.
 * Another bracket starts where one waits or ends.
 *
 * @source Jamieson & Talwalkar 2016, Non-stochastic best arm identification and hyperparameter
 * optimization, AISTATS, figure 3, with η in place of 2 as in Li et al. 2018, Hyperband, JMLR 18
 * (185)
 */
const steps: Steps<BracketState> = {
  keepsPoints: true,
  start: newBrackets,
  suggest: (setting, state, id) =>
    nextOfBrackets(state, id, rungsFor(setting), () =>
      suggestDrawn(setting, MOST_REFUSED, () => randomPoint(setting.axes, setting.random)),
    ),
  observe(setting, state, observations) {
    observeBrackets(state, observations, rungsFor(setting))
  },
}

function rungsFor({ fidelity }: Setting): () => readonly Rung[] {
  const raises = mostRaises(fidelity)
  return () => rungsOf(pointsOf(1, raises, fidelity), raises, fidelity)
}

export const successiveHalving = methodOf(steps)
