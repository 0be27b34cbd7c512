import type { Axis, Point } from './axes.js'
import { methodOf, type Observation, type Setting, type Steps, suggestDrawn } from './method.js'
import { compareObservations } from './observation-order.js'
import { sobolPoint } from './quasi-random.js'
import type { RandomSource } from './random-source.js'

/** Members per axis, and the bounds of their number. */
const PER_AXIS = 2
const FEWEST = 8
const MOST = 40
/** The part of the members that count as leading. */
const LEADING = 0.2
/** The factor of a difference is drawn from this range (dither). */
const LEAST_FACTOR = 0.4
const MOST_FACTOR = 0.9
/** The chance that a coordinate changes. */
const CROSSOVER = 0.9
/** The chance that a listed value changes to any. */
const MUTATION = 0.05
/** Children refused by constraints, or proposed before, until any new point is taken. */
const MOST_REFUSED = 50

interface EvolutionState {
  /** Elements of the Sobol sequence that were taken. */
  taken: number
  members: Observation[]
  /** The member that has its turn to get a child. */
  turn: number
  /** The parent of each child without an answer: the place of the member, by id. */
  parents: Record<string, number>
}

/**
 * Differential evolution, in a steady state: each member in turn gets a child, which lies from it
 * towards a leading member and along the difference of two others, and which takes its place at
 * once if it is not worse. A listed value comes from one of the four.
 *
 * @source Storn & Price 1997, Differential evolution, J. Global Optimization 11; the mutation
 * current-to-pbest/1 of Zhang & Sanderson 2009, JADE, IEEE Trans. Evol. Comput. 13
 */
const steps: Steps<EvolutionState> = {
  keepsPoints: true,
  start: () => ({ taken: 0, members: [], turn: 0, parents: {} }),
  suggest(setting, state, id) {
    const breeds = state.members.length >= sizeOf(setting)
    if (breeds) {
      state.parents[id] = state.turn
      state.turn = (state.turn + 1) % state.members.length
    }
    return suggestDrawn(setting, MOST_REFUSED, () =>
      breeds
        ? childOf(setting, state.members, state.parents[id]!)
        : sobolPoint(setting, state.taken++),
    )
  },
  observe(setting, state, observations) {
    for (const child of observations) {
      const parent = state.parents[child.id]
      delete state.parents[child.id]
      if (parent !== undefined) replaceIfNotWorse(state.members, parent, child)
      else if (state.members.length < sizeOf(setting)) state.members.push(child)
      else replaceIfNotWorse(state.members, worstOf(state.members), child)
    }
  },
}

function sizeOf({ axes }: Setting): number {
  return Math.min(MOST, Math.max(FEWEST, PER_AXIS * axes.list.length))
}

/** Compares without the ids: of equals, the child stays, so that members cross plateaus. */
function replaceIfNotWorse(members: Observation[], place: number, child: Observation): void {
  if (compareObservations({ ...child, id: -1 }, members[place]!) < 0) members[place] = child
}

function worstOf(members: readonly Observation[]): number {
  const worst = [...members].sort(compareObservations).at(-1)!
  return members.indexOf(worst)
}

function childOf(
  { axes, random }: Setting,
  members: readonly Observation[],
  parent: number,
): Point {
  const leaders = [...members].sort(compareObservations)
  const leader = leaders[random.below(Math.ceil(LEADING * members.length))]!
  const [first, second] = random.permutation(members.length).filter((place) => place !== parent)
  const family = [members[parent]!, leader, members[first!]!, members[second!]!]
  const points = family.map(({ point }) => point)
  const factor = LEAST_FACTOR + (MOST_FACTOR - LEAST_FACTOR) * random.next()
  const forced = random.below(axes.list.length)
  return axes.list.map((axis, i) => {
    const four = points.map((point) => point[i]!)
    if (i !== forced && random.next() >= CROSSOVER) return four[0]!
    return axis.kind === 'categorical'
      ? mixedValue(axis, four, random)
      : movedNumber(axis, four, factor)
  })
}

function mixedValue({ size }: Axis, four: readonly number[], random: RandomSource): number {
  return random.next() < MUTATION ? random.below(size) : four[random.below(four.length)]!
}

/** x + F (leader − x) + F (first − second); beyond an end, half the way to it. */
function movedNumber(axis: Axis, four: readonly number[], factor: number): number {
  const [own, leader, first, second] = four.map((coordinate) => axis.shareOf(coordinate))
  const share = own! + factor * (leader! - own!) + factor * (first! - second!)
  if (share < 0) return axis.coordinateOf(own! / 2)
  return axis.coordinateOf(share < 1 ? share : Math.min((1 + own!) / 2, 1 - 2 ** -53))
}

export const differentialEvolution = methodOf(steps)
