import { hyperbandRungs } from './brackets.js'
import { randomBrackets } from './random-brackets.js'

/**
 * Hyperband: successive halving of random points in brackets that start on ever larger shares of
 * the bars, from s = s_max down to s = 0, which runs on all bars; then again. Bracket s starts with
 * n = ⌈(s_max + 1)/(s + 1) · η^s⌉ points, so that all brackets cost about the same. If a small
 * share misleads, the brackets that start higher are not misled by it.
 *
 * @source Li, Jamieson, DeSalvo, Rostamizadeh & Talwalkar 2018, Hyperband: a novel bandit-based
 * approach to hyperparameter optimization, JMLR 18 (185), algorithm 1, with B = (s_max + 1) R
 */
export const hyperband = randomBrackets(hyperbandRungs)
