import { EngineError } from '../errors.js'
import type { ParameterSpace } from '../search/parameter-space.js'
import { type Axes, axesOf, type Point } from './axes.js'
import { type NewPoints, newPoints } from './new-points.js'
import { RandomSource, wordsOf } from './random-source.js'
import type {
  Answer,
  FidelityOptions,
  PendingPoint,
  Proposal,
  Sampler,
  SamplerOptions,
  SamplerState,
} from './sampler.js'

/** A point to propose. */
export interface Suggestion {
  readonly point: Point
  readonly fidelity?: number
}

/** An answered proposal. */
export interface Observation extends PendingPoint {
  /** Finite, or absent. */
  readonly score?: number
  /** 0 if the constraints on the result hold. */
  readonly violation: number
}

/** What a method has to work with. */
export interface Setting {
  readonly axes: Axes
  readonly random: RandomSource
  readonly seed: number
  readonly fidelity: FidelityOptions
  /** Proposals without an answer, in the order of their ids. */
  readonly pending: () => readonly PendingPoint[]
  readonly points: NewPoints
}

/**
 * The steps of a method. Everything that changes is in its state, which is plain JSON; what else it
 * keeps must follow from the state.
 */
export interface Steps<State> {
  /** The space to search, if not the given one. */
  readonly spaceOf?: (space: ParameterSpace) => ParameterSpace
  /** Whether `points` must keep the proposals of a finite space, so that none repeats. */
  readonly keepsPoints: boolean
  start(setting: Setting): State
  /**
   * The next point, or undefined while it waits for answers and when it is exhausted.
   *
   * @param id  that the proposal gets
   */
  suggest(setting: Setting, state: State, id: number): Suggestion | undefined
  /** @param observations  in the order of their ids */
  observe(setting: Setting, state: State, observations: readonly Observation[]): void
}

/**
 * Suggests the first draw that may be proposed; if none of `most` may, any point that may;
 * undefined if all points were proposed.
 */
export function suggestDrawn(
  { points }: Setting,
  most: number,
  draw: () => Point | undefined,
): Suggestion | undefined {
  for (let draws = 0; draws < most; draws++) {
    const point = draw()
    if (point !== undefined && points.accepts(point)) return { point }
  }
  const point = points.any()
  return point === undefined ? undefined : { point }
}

/** A method of search, whatever its state. */
export interface Method {
  start(name: string, space: ParameterSpace, options: SamplerOptions): Sampler
  /** Continues from a state, which is copied. */
  restore(space: ParameterSpace, saved: SamplerState): Sampler
}

/** A method from its steps. */
export function methodOf<State>(steps: Steps<State>): Method {
  return {
    start: (name, space, options) => {
      const words = wordsOf(options.seed ?? 1)
      const run = new Run(steps, space, { method: name, options, words, pending: [], seen: [] })
      run.own = steps.start(run.setting)
      return run
    },
    restore: (space, saved) => {
      const copy = structuredClone(saved)
      const run = new Run(steps, space, { ...copy, words: [...copy.words] })
      run.own = copy.own as State
      run.proposed = copy.proposed
      return run
    },
  }
}

interface Start extends Pick<SamplerState, 'method' | 'options' | 'pending' | 'seen'> {
  readonly words: number[]
}

class Run<State> implements Sampler {
  readonly method: string
  readonly setting: Setting
  own!: State
  proposed = 0
  readonly #steps: Steps<State>
  readonly #options: SamplerOptions
  readonly #dimensions: string
  readonly #words: number[]
  readonly #pending: Map<number, PendingPoint>

  constructor(steps: Steps<State>, space: ParameterSpace, start: Start) {
    const axes = axesOf(steps.spaceOf?.(space) ?? space)
    const random = new RandomSource(start.words)
    this.method = start.method
    this.#steps = steps
    this.#options = start.options
    this.#dimensions = dimensionsText(space)
    this.#words = start.words
    this.#pending = new Map(start.pending.map((pending) => [pending.id, pending]))
    this.setting = {
      axes,
      random,
      seed: start.options.seed ?? 1,
      fidelity: start.options.fidelity ?? {},
      pending: () => [...this.#pending.values()],
      points: newPoints(axes, random, steps.keepsPoints ? start.seen : undefined),
    }
  }

  ask(count: number): readonly Proposal[] {
    if (!(Number.isInteger(count) && count >= 0))
      throw new EngineError('input-invalid', `ask ${count}; give a whole number, at least 0`)
    const proposals: Proposal[] = []
    while (proposals.length < count) {
      const suggestion = this.#steps.suggest(this.setting, this.own, this.proposed)
      if (suggestion === undefined) break
      proposals.push(this.#propose(suggestion))
    }
    return proposals
  }

  tell(answers: readonly Answer[]): void {
    const seen = new Set<number>()
    for (const answer of answers) {
      this.#check(answer, seen.has(answer.id))
      seen.add(answer.id)
    }
    const observations = [...answers]
      .sort((a, b) => a.id - b.id)
      .map(({ id, score, violation = 0 }) => ({
        ...this.#pending.get(id)!,
        ...(Number.isFinite(score) && { score: score! }),
        violation,
      }))
    for (const { id } of observations) this.#pending.delete(id)
    if (observations.length > 0) this.#steps.observe(this.setting, this.own, observations)
  }

  state(): SamplerState {
    return structuredClone({
      method: this.method,
      options: this.#options,
      dimensions: this.#dimensions,
      proposed: this.proposed,
      words: this.#words,
      pending: this.setting.pending(),
      seen: this.setting.points.seen(),
      own: this.own,
    })
  }

  #propose({ point, fidelity }: Suggestion): Proposal {
    const id = this.proposed++
    const share = fidelity === undefined || fidelity === 1 ? {} : { fidelity }
    this.#pending.set(id, { id, point, ...share })
    this.setting.points.add(point)
    return { id, parameters: this.setting.axes.parametersOf(point), ...share }
  }

  #check({ id, violation = 0 }: Answer, repeated: boolean): void {
    if (repeated || !this.#pending.has(id)) {
      const fault = id < this.proposed ? 'which is answered already' : 'which was not proposed'
      throw new EngineError(
        'input-invalid',
        `answer to proposal ${id}, ${fault}; answer each proposal once`,
      )
    }
    if (!(violation >= 0 && violation < Number.POSITIVE_INFINITY))
      throw new EngineError(
        'input-invalid',
        `violation ${violation} of proposal ${id}; give a finite number, at least 0`,
      )
  }
}

/** The dimensions of a space, to compare; constraints are functions and cannot be compared. */
export function dimensionsText({ dimensions }: ParameterSpace): string {
  return JSON.stringify(dimensions)
}
