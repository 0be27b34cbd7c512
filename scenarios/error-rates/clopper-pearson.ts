import jstat from 'jstat'
import type { Interval } from '../../harness/statistics/interval.js'

const { ibeta } = jstat.jStat
const TAIL = 0.025

/**
 * The exact 95 % interval of a probability, from the number of times an event occurred in
 * independent trials. It covers the probability at least 95 % of the time, and more often if the
 * binomial distribution is coarse.
 *
 * @param count trials with the event, 0 … trials
 * @param trials ≥ 1
 * @source Clopper & Pearson 1934, Biometrika 26; checked against scipy.stats.binomtest(k,
 * n).proportion_ci('exact')
 */
export function clopperPearson(count: number, trials: number): Interval {
  return {
    lower: count === 0 ? 0 : betaQuantile(TAIL, count, trials - count + 1),
    upper: count === trials ? 1 : betaQuantile(1 - TAIL, count + 1, trials - count),
  }
}

/**
 * Found by bisection, since the distribution function increases. jstat's own quantile is inexact
 * near 0 and 1.
 */
function betaQuantile(p: number, a: number, b: number): number {
  let low = 0
  let high = 1
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2
    if (ibeta(middle, a, b) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}
