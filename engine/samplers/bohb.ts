import { groupBy } from '../group-by.js'
import type { Point } from './axes.js'
import {
  type BracketState,
  hyperbandRungs,
  newBrackets,
  nextOfBrackets,
  observeBrackets,
} from './brackets.js'
import { methodOf, type Observation, type Setting, type Steps, suggestDrawn } from './method.js'
import { randomPoint } from './new-points.js'
import { compareObservations } from './observation-order.js'
import { parzenOf, promisingDraw } from './parzen.js'

/** ρ: the part of the points that are random. */
const RANDOM = 1 / 3
/** N_s: draws from the density of good points, of which the most promising is proposed. */
const DRAWS = 64
/** q: the part of the observations that count as good. */
const GOOD = 0.15
/** Factor of the least width of a kernel at a good point. */
const NARROWING = 0.25
/** Rounds of draws that may not be proposed, until any new point is taken. */
const MOST_REFUSED = 3

interface BohbState extends BracketState {
  /** In the order of the answers. */
  observations: Observation[]
}

/**
 * BOHB: the brackets of Hyperband with points from a model. Of the observations on the largest
 * share of the bars that has at least N_min + 2 of them, N_min one more than the number of axes,
 * the best N_l = max(N_min, q N) and the worst N_g = max(N_min, N − N_l) give two densities; the
 * draw with the highest ratio of both is proposed. A third of the points are random, so that the
 * guarantees of Hyperband hold. Proposals without an answer count as bad, so that a batch spreads.
 *
 * @source Falkner, Klein & Hutter 2018, BOHB: robust and efficient hyperparameter optimization at
 * scale, ICML, algorithm 2; densities: see `parzenOf`, whose prior takes the place of the factor
 * b_w of the widths
 */
const steps: Steps<BohbState> = {
  keepsPoints: true,
  start: () => ({ ...newBrackets(), observations: [] }),
  suggest: (setting, state, id) =>
    nextOfBrackets(state, id, hyperbandRungs(setting), () =>
      suggestDrawn(setting, MOST_REFUSED, drawsOf(setting, state.observations)),
    ),
  observe(setting, state, observations) {
    state.observations.push(...observations)
    observeBrackets(state, observations, hyperbandRungs(setting))
  },
}

/** Draws of one point: random ones, or promising ones if the model is used and there is one. */
function drawsOf(setting: Setting, observations: readonly Observation[]): () => Point | undefined {
  const { axes, pending, points, random } = setting
  const least = axes.list.length + 1
  const isRandom = random.next() < RANDOM
  const ranked = isRandom ? undefined : largestShare(observations, least + 2)
  if (ranked === undefined) return () => randomDraw(setting)
  const count = Math.max(least, Math.ceil(GOOD * ranked.length))
  const good = ranked.slice(0, count).map(({ point }) => point)
  const rest = ranked.slice(-Math.max(least, ranked.length - count))
  const bad = [...rest, ...pending()].map(({ point }) => point)
  const ofGood = parzenOf(
    axes,
    good,
    good.map(() => 1),
    NARROWING,
  )
  const ofRest = parzenOf(
    axes,
    bad,
    bad.map(() => 1),
    1,
  )
  return () => promisingDraw(ofGood, ofRest, DRAWS, random, points.accepts)
}

/** A random point that may be proposed; undefined if none of some draws may. */
function randomDraw({ axes, points, random }: Setting): Point | undefined {
  for (let draw = 0; draw < DRAWS; draw++) {
    const point = randomPoint(axes, random)
    if (points.accepts(point)) return point
  }
  return undefined
}

/**
 * The observations on the largest share of the bars that has enough, the best first; undefined if
 * none has.
 */
function largestShare(
  observations: readonly Observation[],
  enough: number,
): readonly Observation[] | undefined {
  const byShare = groupBy(observations, ({ fidelity = 1 }) => fidelity)
  const shares = [...byShare.keys()].sort((a, b) => b - a)
  const share = shares.find((one) => byShare.get(one)!.length >= enough)
  return share === undefined ? undefined : [...byShare.get(share)!].sort(compareObservations)
}

export const bohb = methodOf(steps)
