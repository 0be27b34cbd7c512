import type { Axes, Axis, Point } from './axes.js'
import { methodOf, type Observation, type Setting, type Steps, suggestDrawn } from './method.js'
import { compareObservations } from './observation-order.js'
import { drawnPlace, type RandomSource } from './random-source.js'
import { eigenOf, unitMatrix } from './symmetric-matrix.js'

/** The first step, as a share of every axis. */
const FIRST_STEP = 1 / 7
/** A step so small that the search is stuck. */
const LEAST_STEP = 1e-9
/** Draws outside the axes, against a constraint, or proposed before, until any point is taken. */
const MOST_REFUSED = 100
/** How fast the chances of listed values follow a generation. */
const LEARNED = 0.5
/** The least chance of a listed value, as a part of an even chance. */
const LEAST_CHANCE = 0.1

/**
 * A normal distribution over the axes of numbers, in shares, chances on those of listed values, and
 * the generation drawn from them.
 */
interface CmaState {
  mean: number[]
  step: number
  covariance: number[][]
  /** The chance of each listed value, by axis; none for an axis of numbers. */
  chances: number[][]
  /** A standard normal draw whose opposite is next; empty if none is. */
  opposite: number[]
  /** Path of the covariance. */
  path: number[]
  /** Path of the step, in coordinates without correlation. */
  stepPath: number[]
  /** Generations since the start or the last restart. */
  generations: number
  /** Points of a generation. */
  size: number
  /** How many points of the present one are proposed. */
  proposed: number
  answered: Observation[]
}

/**
 * CMA-ES: draws generations of points from a normal distribution, and moves and shapes it by the
 * better half of each. Every second draw is the opposite of the one before. A search that is stuck
 * starts again elsewhere with twice the points. A step on an axis of listed numbers stays at least
 * half as wide as the distance between two; the chances of listed values move towards those of the
 * better half.
 *
 * @source Hansen 2016, The CMA evolution strategy: a tutorial, arXiv:1604.00772, with positive
 * weights and two points fewer, which suits small budgets; opposites: Brockhoff et al. 2010,
 * Mirrored sampling and sequential selection for evolution strategies; restarts: Auger & Hansen
 * 2005, A restart CMA evolution strategy with increasing population size; chances: Hamano et al.
 * 2024, CatCMA, arXiv:2405.09962, without their adapted rate
 */
const steps: Steps<CmaState> = {
  keepsPoints: true,
  start: ({ axes }) => {
    const { length } = numbersOf(axes)
    const even = axes.list.map(({ kind, size }) =>
      kind === 'categorical' ? new Array<number>(size).fill(1 / size) : [],
    )
    return distributionAt(new Array<number>(length).fill(0.5), firstSize(length), even)
  },
  suggest(setting, state) {
    if (state.proposed === state.size) return undefined
    const suggestion = suggestDrawn(setting, MOST_REFUSED, drawsOf(setting, state))
    if (suggestion !== undefined) state.proposed++
    return suggestion
  },
  observe(setting, state, observations) {
    state.answered.push(...observations)
    if (state.answered.length < state.size) return
    const best = state.answered.sort(compareObservations)
    const isFlat = best[0]!.score === best.at(-1)!.score
    const numbers = numbersOf(setting.axes)
    if (numbers.length > 0) follow(state, best, numbers)
    learnChances(state, best)
    if (isFlat || !(state.step > LEAST_STEP)) restart(setting, state)
    state.proposed = 0
    state.answered = []
  },
}

interface NumberAxis {
  readonly axis: Axis
  /** Its place in a point. */
  readonly place: number
}

function numbersOf({ list }: Axes): readonly NumberAxis[] {
  return list.flatMap((axis, place) => (axis.kind === 'categorical' ? [] : [{ axis, place }]))
}

function firstSize(axes: number): number {
  return Math.max(4, 2 + Math.floor(3 * Math.log(Math.max(1, axes))))
}

function distributionAt(mean: number[], size: number, chances: number[][]): CmaState {
  const zeros = () => new Array<number>(mean.length).fill(0)
  return {
    mean,
    step: FIRST_STEP,
    covariance: unitMatrix(mean.length),
    chances,
    opposite: [],
    path: zeros(),
    stepPath: zeros(),
    generations: 0,
    size,
    proposed: 0,
    answered: [],
  }
}

function restart({ random }: Setting, state: CmaState): void {
  const mean = state.mean.map(() => random.next())
  Object.assign(state, distributionAt(mean, 2 * state.size, state.chances))
}

/** Draws points of the distribution; undefined outside the axes, except for the last, cut off. */
function drawsOf({ axes, random }: Setting, state: CmaState): () => Point | undefined {
  const { mean, step, covariance, chances } = state
  const numbers = numbersOf(axes)
  const { values, vectors } = eigenOf(covariance)
  const lengths = values.map((value) => Math.sqrt(Math.max(0, value)))
  let draws = 0
  return () => {
    const normal = normalDraw(state, draws === 0, random)
    draws++
    const along = lengths.map((length, i) => length * normal[i]!)
    const shares = mean.map((share, i) => {
      const drawn = vectors[i]!.reduce((sum, part, j) => sum + part * along[j]!, 0)
      return (
        share + step * drawn + margin(numbers[i]!.axis, step, covariance[i]![i]!) * random.normal()
      )
    })
    if (draws < MOST_REFUSED && shares.some((share) => share < 0 || share >= 1)) return undefined
    const point = chances.map((ofAxis) => drawnPlace(ofAxis, 1, random))
    for (const [i, { axis, place }] of numbers.entries())
      point[place] = axis.coordinateOf(Math.max(0, Math.min(1 - 2 ** -53, shares[i]!)))
    return point
  }
}

/** The opposite of the last draw, or a new one. */
function normalDraw(state: CmaState, mayBeOpposite: boolean, random: RandomSource): number[] {
  if (mayBeOpposite && state.opposite.length > 0) {
    const opposite = state.opposite.map((part) => -part)
    state.opposite = []
    return opposite
  }
  state.opposite = state.mean.map(() => random.normal())
  return state.opposite
}

/** Moves the chances of listed values towards those in the better half of a generation. */
function learnChances(state: CmaState, best: readonly Observation[]): void {
  const weights = weightsOf(best.length)
  state.chances = state.chances.map((chances, place) => {
    if (chances.length === 0) return chances
    const found = new Array<number>(chances.length).fill(0)
    for (const [k, weight] of weights.entries()) found[best[k]!.point[place]!]! += weight
    const moved = chances.map((chance, value) =>
      Math.max(LEAST_CHANCE / chances.length, (1 - LEARNED) * chance + LEARNED * found[value]!),
    )
    const total = moved.reduce((sum, chance) => sum + chance, 0)
    return moved.map((chance) => chance / total)
  })
}

/** What is missing to the least spread of an axis: half the distance of two listed numbers. */
function margin({ size }: Axis, step: number, variance: number): number {
  if (!Number.isFinite(size)) return 0
  const least = 0.5 / size
  return Math.sqrt(Math.max(0, least * least - step * step * variance))
}

/** Moves the distribution to the better half of a generation. */
function follow(
  state: CmaState,
  best: readonly Observation[],
  numbers: readonly NumberAxis[],
): void {
  const { covariance, mean, step } = state
  const weights = weightsOf(best.length)
  const rates = ratesOf(mean.length, weights)
  const moves = weights.map((_, k) =>
    numbers.map(({ axis, place }, i) => (axis.shareOf(best[k]!.point[place]!) - mean[i]!) / step),
  )
  const move = mean.map((_, i) =>
    weights.reduce((sum, weight, k) => sum + weight * moves[k]![i]!, 0),
  )
  state.generations++
  state.mean = mean.map((share, i) => share + step * move[i]!)
  const straight = withoutCorrelation(covariance, move)
  const pace = Math.sqrt(rates.stepRate * (2 - rates.stepRate) * rates.effective)
  state.stepPath = state.stepPath.map(
    (part, i) => (1 - rates.stepRate) * part + pace * straight[i]!,
  )
  const length = Math.hypot(...state.stepPath)
  const settled = Math.sqrt(1 - (1 - rates.stepRate) ** (2 * state.generations))
  const moves1 = Number(length / settled / rates.expected < 1.4 + 2 / (mean.length + 1))
  const drift = Math.sqrt(rates.pathRate * (2 - rates.pathRate) * rates.effective)
  state.path = state.path.map((part, i) => (1 - rates.pathRate) * part + moves1 * drift * move[i]!)
  const { path } = state
  const missed = (1 - moves1) * rates.pathRate * (2 - rates.pathRate)
  state.covariance = covariance.map((row, i) =>
    row.map((value, j) => {
      const ofMoves = weights.reduce((sum, w, k) => sum + w * moves[k]![i]! * moves[k]![j]!, 0)
      const ofPath = path[i]! * path[j]! + missed * value
      return (1 - rates.one - rates.many) * value + rates.one * ofPath + rates.many * ofMoves
    }),
  )
  state.step = step * Math.exp((rates.stepRate / rates.damping) * (length / rates.expected - 1))
}

/** C^(−1/2) × a vector. */
function withoutCorrelation(covariance: readonly number[][], vector: readonly number[]): number[] {
  const { values, vectors } = eigenOf(covariance)
  const along = values.map((value, j) => {
    const part = vector.reduce((sum, x, i) => sum + vectors[i]![j]! * x, 0)
    return part / Math.sqrt(Math.max(value, 1e-20))
  })
  return vector.map((_, i) => along.reduce((sum, part, j) => sum + vectors[i]![j]! * part, 0))
}

/** The weights of the better half of a generation, the best first; their sum is 1. */
function weightsOf(size: number): readonly number[] {
  const half = Math.floor(size / 2)
  const raw = Array.from({ length: half }, (_, i) => Math.log((size + 1) / 2) - Math.log(i + 1))
  const total = raw.reduce((sum, weight) => sum + weight, 0)
  return raw.map((weight) => weight / total)
}

/** The learning rates of the tutorial, table 1, for `axes` axes. */
function ratesOf(axes: number, weights: readonly number[]) {
  const effective = 1 / weights.reduce((sum, weight) => sum + weight * weight, 0)
  const stepRate = (effective + 2) / (axes + effective + 5)
  const one = 2 / ((axes + 1.3) ** 2 + effective)
  const many = (2 * (effective - 2 + 1 / effective)) / ((axes + 2) ** 2 + effective)
  return {
    effective,
    stepRate,
    pathRate: (4 + effective / axes) / (axes + 4 + (2 * effective) / axes),
    one,
    many: Math.min(1 - one, Math.max(0, many)),
    damping: 1 + 2 * Math.max(0, Math.sqrt((effective - 1) / (axes + 1)) - 1) + stepRate,
    /** The expected length of a standard normal vector. */
    expected: Math.sqrt(axes) * (1 - 1 / (4 * axes) + 1 / (21 * axes * axes)),
  }
}

export const cmaEs = methodOf(steps)
