import type { Point } from './axes.js'
import { methodOf, type Observation, type Setting, type Steps } from './method.js'
import { randomPoint } from './new-points.js'
import { compareObservations } from './observation-order.js'
import { type Parzen, parzenOf } from './parzen.js'

/** Points drawn at random before the densities are used. */
const FIRST = 10
/** Draws from the density of good points, of which the most promising is proposed. */
const DRAWS = 24
/** The most points that count as good. */
const MOST_GOOD = 25
/** Answers that keep their full weight; older ones lose it step by step. */
const RECENT = 25
/** Proposals refused by constraints, or proposed before, until any new point is taken. */
const MOST_REFUSED = 20

interface TpeState {
  /** In the order of the answers. */
  observations: Observation[]
}

/**
 * Tree-structured Parzen estimator: splits the answered points into the best tenth and the rest,
 * estimates the density of each on every axis, and proposes, axis by axis, the draw at which the
 * density of good points exceeds that of the rest most. Points without an answer count as the rest,
 * so that a batch spreads.
 *
 * @source Bergstra, Bardenet, Bengio & Kégl 2011, Algorithms for hyper-parameter optimization,
 * NIPS 24; settings as of Optuna 3.1's default sampler
 */
const steps: Steps<TpeState> = {
  keepsPoints: true,
  start: () => ({ observations: [] }),
  suggest(setting, { observations }) {
    const { axes, points, random } = setting
    if (observations.length < FIRST) {
      const first = randomPoint(axes, random)
      const point = points.accepts(first) ? first : points.any()
      return point === undefined ? undefined : { point }
    }
    const densities = densitiesOf(setting, observations)
    for (let tries = 0; tries < MOST_REFUSED; tries++) {
      const point = densities.map((pair) => mostPromising(pair, setting))
      if (points.accepts(point)) return { point }
    }
    const point = points.any()
    return point === undefined ? undefined : { point }
  },
  observe(_, state, observations) {
    state.observations.push(...observations)
  },
}

interface Densities {
  readonly good: Parzen
  readonly rest: Parzen
}

function densitiesOf(
  { axes, pending }: Setting,
  observations: readonly Observation[],
): readonly Densities[] {
  const ranks = [...observations.keys()].sort((a, b) =>
    compareObservations(observations[a]!, observations[b]!),
  )
  const count = Math.min(Math.ceil(observations.length / 10), MOST_GOOD)
  const inTime = (places: number[]) =>
    places.sort((a, b) => a - b).map((place) => observations[place]!.point)
  const good = inTime(ranks.slice(0, count))
  const rest = [...inTime(ranks.slice(count)), ...pending().map(({ point }) => point)]
  const [goodWeights, restWeights] = [weightsOf(good.length), weightsOf(rest.length)]
  return axes.list.map((axis, i) => {
    const on = (points: readonly Point[]) => points.map((point) => point[i]!)
    return {
      good: parzenOf(axis, on(good), goodWeights),
      rest: parzenOf(axis, on(rest), restWeights),
    }
  })
}

function mostPromising({ good, rest }: Densities, { random }: Setting): number {
  let best = good.sample(random)
  let highest = good.logDensity(best) - rest.logDensity(best)
  for (let draw = 1; draw < DRAWS; draw++) {
    const coordinate = good.sample(random)
    const ratio = good.logDensity(coordinate) - rest.logDensity(coordinate)
    if (ratio <= highest) continue
    best = coordinate
    highest = ratio
  }
  return best
}

/** The newest weigh 1; the older ones rise from nearly 0 to it. */
function weightsOf(count: number): readonly number[] {
  const old = Math.max(0, count - RECENT)
  return Array.from({ length: count }, (_, i) =>
    i >= old || old < 2 ? 1 : 1 / count + ((1 - 1 / count) * i) / (old - 1),
  )
}

export const tpe = methodOf(steps)
