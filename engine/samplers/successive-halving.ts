import { mostRaises, pointsOf, rungsOf } from './brackets.js'
import { randomBrackets } from './random-brackets.js'

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
export const successiveHalving = randomBrackets(({ fidelity }) => {
  const raises = mostRaises(fidelity)
  return () => rungsOf(pointsOf(1, raises, fidelity), raises, fidelity)
})
