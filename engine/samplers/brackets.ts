import type { Point } from './axes.js'
import type { Observation, Setting, Suggestion } from './method.js'
import { compareObservations } from './observation-order.js'
import type { FidelityOptions } from './sampler.js'

/** One step of a bracket: so many points on such a share of the bars. */
export interface Rung {
  readonly points: number
  /** In (0, 1]. */
  readonly fidelity: number
}

/** Points that compete: the better part of each rung goes on to the next. */
interface Bracket {
  /** From 0, in the order in which they started. */
  readonly number: number
  /** The place of the rung that runs. */
  rung: number
  /** New points that the first rung still gets. */
  fresh: number
  /** Points that go on, and are not proposed on this rung yet. */
  promoted: Point[]
  /** How many proposals of this rung have no answer. */
  running: number
  /** The answers of this rung, in the order in which they came. */
  answered: Observation[]
}

/** The brackets under way. Plain JSON. */
export interface BracketState {
  started: number
  brackets: Bracket[]
  /** The number of the bracket of each proposal without an answer, by id. */
  bracketOf: Record<string, number>
  /** Whether all points of a finite space were proposed. */
  isExhausted: boolean
}

/** Brackets before the first starts. */
export function newBrackets(): BracketState {
  return { started: 0, brackets: [], bracketOf: {}, isExhausted: false }
}

const LEAST = 1 / 27
const REDUCTION = 3
/** Powers that differ from a whole number by less are that number. */
const ROUNDING = 1e-9

/**
 * The number of times the least fidelity can be raised: s_max = ⌊log_η(1/least)⌋.
 *
 * @source Li et al. 2018, algorithm 1
 */
export function mostRaises({ least = LEAST, reduction = REDUCTION }: FidelityOptions): number {
  return Math.floor(Math.log(1 / least) / Math.log(reduction) + ROUNDING)
}

/**
 * The rungs of a bracket: n_i = ⌊n η^−i⌋ points on η^(i−s) of the bars, i from 0 to s.
 *
 * @param points  n, at least 1
 * @param raises  s, a whole number from 0
 * @source Li et al. 2018, algorithm 1
 */
export function rungsOf(
  points: number,
  raises: number,
  { reduction = REDUCTION }: FidelityOptions,
): readonly Rung[] {
  return Array.from({ length: raises + 1 }, (_, i) => ({
    points: Math.max(1, Math.floor(points / powerOf(reduction, i) + ROUNDING)),
    fidelity: 1 / powerOf(reduction, raises - i),
  }))
}

/** ⌈factor · η^s⌉. */
export function pointsOf(
  factor: number,
  raises: number,
  { reduction = REDUCTION }: FidelityOptions,
): number {
  return Math.ceil(factor * powerOf(reduction, raises) - ROUNDING)
}

/** A power by products, which are exact for whole numbers. */
function powerOf(base: number, exponent: number): number {
  let power = 1
  for (let i = 0; i < exponent; i++) power *= base
  return power
}

/**
 * The next proposal of the brackets, the one that started first before the others; a bracket
 * starts as soon as all before it wait for answers, so that a method with brackets never waits.
 *
 * @param rungs  of the bracket with a number
 * @param fresh  a point that was not proposed yet; undefined if there is none
 * @returns undefined if no point is left, and what is left of the brackets waits for answers
 */
export function nextOfBrackets(
  state: BracketState,
  id: number,
  rungs: (bracket: number) => readonly Rung[],
  fresh: () => Suggestion | undefined,
): Suggestion | undefined {
  for (;;) {
    const bracket = state.brackets.find((one) => one.fresh + one.promoted.length > 0)
    if (bracket === undefined) {
      if (state.isExhausted) return undefined
      startBracket(state, rungs)
      continue
    }
    const point = bracket.promoted.shift() ?? fresh()?.point
    if (point === undefined) {
      endOfSpace(state, bracket, rungs)
      continue
    }
    if (bracket.fresh > 0) bracket.fresh--
    bracket.running++
    state.bracketOf[id] = bracket.number
    return { point, fidelity: rungs(bracket.number)[bracket.rung]!.fidelity }
  }
}

/** Takes answers, and raises the brackets whose rungs are complete. */
export function observeBrackets(
  state: BracketState,
  observations: readonly Observation[],
  rungs: (bracket: number) => readonly Rung[],
): void {
  for (const observation of observations) {
    const number = state.bracketOf[observation.id]
    delete state.bracketOf[observation.id]
    const bracket = state.brackets.find((one) => one.number === number)!
    bracket.running--
    bracket.answered.push(observation)
    raiseIfComplete(state, bracket, rungs)
  }
}

function startBracket(state: BracketState, rungs: (bracket: number) => readonly Rung[]): void {
  const number = state.started++
  const fresh = rungs(number)[0]!.points
  state.brackets.push({ number, rung: 0, fresh, promoted: [], running: 0, answered: [] })
}

/** No point is left: the first rung is as large as it has become. */
function endOfSpace(
  state: BracketState,
  bracket: Bracket,
  rungs: (bracket: number) => readonly Rung[],
): void {
  state.isExhausted = true
  bracket.fresh = 0
  raiseIfComplete(state, bracket, rungs)
}

/**
 * The best of a complete rung go on to the next, at least one of them; after the last rung the
 * bracket ends. Of a rung that the space could not fill, the same part goes on.
 */
function raiseIfComplete(
  state: BracketState,
  bracket: Bracket,
  rungs: (bracket: number) => readonly Rung[],
): void {
  const { answered, fresh, promoted, running } = bracket
  if (fresh + promoted.length + running > 0) return
  const own = rungs(bracket.number)
  const [from, to] = [own[bracket.rung]!, own[bracket.rung + 1]]
  if (to === undefined || answered.length === 0) {
    state.brackets.splice(state.brackets.indexOf(bracket), 1)
    return
  }
  const count = Math.max(1, Math.floor((answered.length * to.points) / from.points))
  const best = [...answered].sort(compareObservations).slice(0, count)
  bracket.rung++
  bracket.promoted = best.map(({ point }) => [...point])
  bracket.answered = []
}

/** The rungs of the brackets of Hyperband, by number: s = s_max, s_max − 1 … 0, and again. */
export function hyperbandRungs({ fidelity }: Setting): (bracket: number) => readonly Rung[] {
  const most = mostRaises(fidelity)
  return (bracket) => {
    const raises = most - (bracket % (most + 1))
    const points = pointsOf((most + 1) / (raises + 1), raises, fidelity)
    return rungsOf(points, raises, fidelity)
  }
}
