import type { Point } from './axes.js'
import { methodOf, type Observation, type Setting, type Steps, suggestDrawn } from './method.js'
import { compareObservations } from './observation-order.js'
import { parzenOf, promisingDraw } from './parzen.js'
import { sobolPoint } from './quasi-random.js'

/** Answers before the densities are used; until then, points are those of a Sobol sequence. */
const FIRST = 10
/** Draws from the density of good points, of which the most promising is proposed. */
const DRAWS = 24
/** The most points that count as good. */
const MOST_GOOD = 25
/** Answers that keep their full weight; older ones lose it step by step. */
const RECENT = 25
/** Factor of the least width of a kernel at a good point. */
const NARROWING = 0.25
/** Proposals refused by constraints, or proposed before, until any new point is taken. */
const MOST_REFUSED = 20

interface TpeState {
  /** Elements of the Sobol sequence that were taken. */
  taken: number
  /** In the order of the answers. */
  observations: Observation[]
}

/**
 * Tree-structured Parzen estimator: splits the answered points into the best tenth and the rest,
 * estimates the density of each, and proposes the draw at which the density of good points exceeds
 * that of the rest most. The better of the good points weigh more. Points without an answer count
 * as the rest, so that a batch spreads.
 *
 * @source Bergstra, Bardenet, Bengio & Kégl 2011, Algorithms for hyper-parameter optimization,
 * NIPS 24; split, draws and fading weights of the rest as in Optuna 3.1's default sampler; weights
 * of the good by rank as in CMA-ES; densities: see `parzenOf`
 */
const steps: Steps<TpeState> = {
  keepsPoints: true,
  start: () => ({ taken: 0, observations: [] }),
  suggest(setting, state) {
    const { observations } = state
    const draw =
      observations.length < FIRST
        ? () => sobolPoint(setting, state.taken++)
        : promisingPoints(setting, observations)
    return suggestDrawn(setting, MOST_REFUSED, draw)
  },
  observe(_, state, observations) {
    state.observations.push(...observations)
  },
}

/**
 * Draws of promising points, from the densities of the good points and of the rest.
 *
 * @param observations  at least one, in the order of the answers
 */
function promisingPoints(
  { axes, pending, random }: Setting,
  observations: readonly Observation[],
): () => Point | undefined {
  const ranks = [...observations.keys()].sort((a, b) =>
    compareObservations(observations[a]!, observations[b]!),
  )
  const count = Math.min(Math.ceil(observations.length / 10), MOST_GOOD)
  const at = (place: number): Point => observations[place]!.point
  const good = ranks.slice(0, count).map(at)
  const rest = ranks.slice(count).sort((a, b) => a - b)
  const others = [...rest.map(at), ...pending().map(({ point }) => point)]
  const ofGood = parzenOf(axes, good, weightsByRank(count), NARROWING)
  const ofRest = parzenOf(axes, others, weightsByAge(others.length), 1)
  return () => promisingDraw(ofGood, ofRest, DRAWS, random)
}

/** ln(n + 1) − ln(rank), scaled to a mean of 1. */
function weightsByRank(count: number): readonly number[] {
  const raw = Array.from({ length: count }, (_, i) => Math.log((count + 1) / (i + 1)))
  const mean = raw.reduce((sum, weight) => sum + weight, 0) / count
  return raw.map((weight) => weight / mean)
}

/** The newest weigh 1; the older ones rise from nearly 0 to it. */
function weightsByAge(count: number): readonly number[] {
  const old = Math.max(0, count - RECENT)
  return Array.from({ length: count }, (_, i) =>
    i >= old || old < 2 ? 1 : 1 / count + ((1 - 1 / count) * i) / (old - 1),
  )
}

export const tpe = methodOf(steps)
