import type { Goal } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import type { Change, Sequence, SequenceLayer } from '../evidence/sequence-evidence.js'
import { tQuantile } from '../statistics/student-t.js'
import { improvementOf } from './compare.js'
import {
  averageChange,
  type Cumulative,
  type LogChange,
  multiplyChanges,
  toCumulative,
} from './cumulative.js'

/** Why a layer is not evaluated. */
export type SkipReason =
  | 'goal-met'
  | 'diminishing-returns'
  | 'heavy-not-needed'
  | 'whole-not-reached'

/** What ended the evaluation of further layers. */
export interface Stop {
  /** The layer after which it was so. */
  readonly after: string
  readonly reason: 'goal-met' | 'diminishing-returns'
  /** Of diminishing returns: what the last two layers gained together. */
  readonly returns?: Returns
}

export interface Returns {
  readonly layers: readonly string[]
  /** A fraction. */
  readonly gain: number
  /** One-sided. */
  readonly upper90: number
}

/** Whether heavy layers are called for, decided where the ordinary ones end. */
export interface HeavyPhase {
  readonly warranted: boolean
  /**
   * What the ordinary layers reached; absent where none was accepted, or not all of it was
   * measured.
   */
  readonly reached?: Cumulative
  /** Ids of the heavy layers there are. */
  readonly layers: readonly string[]
}

/** Where a sequence stands. */
export interface SequenceState {
  /** Ids of the accepted layers, in order: the incumbent of the next one. */
  readonly stack: readonly string[]
  /** The layer to evaluate next; absent where nothing is left to evaluate. */
  readonly next?: SequenceLayer
  readonly skipped: Readonly<Record<string, SkipReason>>
  /** One at most for the ordinary layers and one for the heavy ones. */
  readonly stops: readonly Stop[]
  /** Absent while ordinary layers are left. */
  readonly heavy?: HeavyPhase
}

/**
 * Diminishing returns: the last two layers together gain less than this, and more than
 * `GAIN_EXCLUDED` is excluded.
 */
export const GAIN_LEAST = 0.02
export const GAIN_EXCLUDED = 0.04
const GAIN_CONFIDENCE = 0.9

/**
 * Follows a sequence as far as its steps go: which layers are accepted, which are left out and why,
 * and which comes next.
 *
 * The aspired goal is met where it is certified: the lower 95 % bound of the accepted stack against
 * the pure baseline reaches it. Returns diminish where the last two layers that were measured gain
 * less than 2 % together and the upper 90 % bound of that is below 4 %; what they measured counts,
 * accepted or not, because the question is what is left to be found, but the loss of a layer that
 * was not taken is no loss. Either ends the ordinary layers. Heavy layers are then a question of
 * the goal alone: they are evaluated where it is not met, and the same rules end them, by their own
 * steps.
 *
 * @throws {InvalidEvidenceError} a step is there that these rules skip, out of order, or was judged
 * against another stack than the accepted one
 * @source docs/methodology.md, "One layer after the other"
 */
export function followSequence({ goal, layers }: Sequence): SequenceState {
  const walk = new Walk(goal, layers)
  for (const layer of layers) walk.pass(layer)
  return walk.state()
}

/**
 * Steps through the layers in order; what it knows is what the layers before the present one
 * showed.
 */
class Walk {
  private readonly accepted: SequenceLayer[] = []
  /** Non-standalone layers of the phase at hand that were evaluated. */
  private phase: SequenceLayer[] = []
  private readonly skipped: Record<string, SkipReason> = {}
  private readonly stops: Stop[] = []
  private stop: Stop | undefined
  private heavy: HeavyPhase | undefined
  private next: SequenceLayer | undefined
  private readonly goal: Goal
  private readonly layers: readonly SequenceLayer[]

  constructor(goal: Goal, layers: readonly SequenceLayer[]) {
    this.goal = goal
    this.layers = layers
  }

  pass(layer: SequenceLayer): void {
    if (this.next !== undefined) {
      if (layer.step !== undefined)
        throw contradiction(`${layer.id} was evaluated before ${this.next.id}`)
      return
    }
    if (layer.heavy && this.heavy === undefined) this.beginHeavy()
    const reason = this.reasonToSkip(layer)
    if (reason !== undefined) {
      if (layer.step !== undefined)
        throw contradiction(`${layer.id} was evaluated, which the rules skip (${reason})`)
      this.skipped[layer.id] = reason
    } else if (layer.step === undefined) this.next = layer
    else this.take(layer, layer.step)
  }

  state(): SequenceState {
    if (this.next === undefined && this.heavy === undefined) this.beginHeavy()
    const { skipped, stops, heavy, next } = this
    return {
      stack: this.accepted.map(({ id }) => id),
      skipped,
      stops,
      ...(heavy && { heavy }),
      ...(next && { next }),
    }
  }

  private beginHeavy(): void {
    const reached = reachedBy(this.accepted)
    const isMet = meets(reached, this.goal)
    this.heavy = {
      warranted: !isMet,
      ...(reached && { reached: toCumulative(reached) }),
      layers: this.layers
        .filter(({ heavy, standalone }) => heavy && !standalone)
        .map(({ id }) => id),
    }
    this.phase = []
    this.stop = undefined
  }

  private reasonToSkip({ id, standalone, heavy }: SequenceLayer): SkipReason | undefined {
    if (Object.keys(this.skipped).some((whole) => id.startsWith(`${whole}.`)))
      return 'whole-not-reached'
    if (heavy && this.heavy?.warranted === false) return 'heavy-not-needed'
    return standalone ? undefined : this.stop?.reason
  }

  private take(layer: SequenceLayer, step: NonNullable<SequenceLayer['step']>): void {
    const expected = layer.standalone ? [] : this.accepted.map(({ id }) => id)
    if (step.incumbent.join() !== expected.join())
      throw contradiction(
        `${layer.id} was judged against ${step.incumbent.join(', ') || 'the pure baseline'}`,
      )
    if (layer.standalone) return
    this.phase.push(layer)
    if (step.verdict === 'accepted') this.accepted.push(layer)
    this.stop = this.reasonToStop(layer.id)
    if (this.stop !== undefined) this.stops.push(this.stop)
  }

  private reasonToStop(after: string): Stop | undefined {
    if (meets(reachedBy(this.accepted), this.goal)) return { after, reason: 'goal-met' }
    const returns = returnsOf(this.phase)
    if (returns === undefined || returns.gain >= GAIN_LEAST || returns.upper90 >= GAIN_EXCLUDED)
      return undefined
    return { after, reason: 'diminishing-returns', returns }
  }
}

/**
 * What the last two layers that were measured gained together; undefined where there are not two,
 * or the last one was not measured.
 */
export function returnsOf(layers: readonly SequenceLayer[]): Returns | undefined {
  const measured = layers.flatMap((layer) => {
    const gain = gainOf(layer)
    return gain === undefined ? [] : [{ id: layer.id, gain }]
  })
  const lastTwo = measured.slice(-2)
  if (lastTwo.length < 2 || lastTwo[1]!.id !== layers.at(-1)!.id) return undefined
  const { m, se, df } = multiplyChanges(lastTwo.map(({ gain }) => gain))
  const half = se === 0 ? 0 : tQuantile(GAIN_CONFIDENCE, df) * se
  return {
    layers: lastTwo.map(({ id }) => id),
    gain: improvementOf(m),
    upper90: improvementOf(m - half),
  }
}

/**
 * What a layer added on its targets; the loss of one that was not accepted is not taken. Undefined
 * where nothing was measured.
 */
function gainOf(layer: SequenceLayer): LogChange | undefined {
  const additional = additionalChange(layer)
  if (additional === undefined || layer.step?.verdict === 'accepted') return additional
  return { ...additional, m: Math.min(0, additional.m) }
}

/**
 * What a layer changes on its targets, over the arm it was judged against; undefined where nothing
 * was measured.
 */
export function additionalChange({ step }: SequenceLayer): LogChange | undefined {
  const changes = (step?.workloads ?? []).flatMap(({ role, additional }) =>
    role === 'target' && additional !== undefined ? [toLogChange(additional)] : [],
  )
  return changes.length === 0 ? undefined : averageChange(changes)
}

/**
 * The last of some layers against the pure baseline, on every workload that one of them must win
 * on.
 *
 * @param layers each on top of those before it
 * @returns undefined where there is none, or one of these workloads was not measured
 */
export function reachedBy(layers: readonly SequenceLayer[]): LogChange | undefined {
  const last = layers.at(-1)
  return last && overTargets(layers, (id) => changeOf(last, id, 'cumulative'))
}

/**
 * The product of what accepted layers gained one by one, on every workload that one of them must
 * win on. Optimistic: a layer is accepted where chance is in its favour more often than where it is
 * not.
 *
 * @returns undefined where there is none, or one of these workloads was not measured for all
 */
export function productOf(layers: readonly SequenceLayer[]): LogChange | undefined {
  return overTargets(layers, (id) => {
    const changes = layers.map((layer) => changeOf(layer, id, 'additional'))
    const known = changes.filter((change) => change !== undefined)
    return known.length === changes.length ? multiplyChanges(known) : undefined
  })
}

function overTargets(
  layers: readonly SequenceLayer[],
  changeOn: (workload: string) => LogChange | undefined,
): LogChange | undefined {
  const targets = new Set(
    layers.flatMap(({ step }) =>
      (step?.workloads ?? []).flatMap(({ id, role }) => (role === 'target' ? [id] : [])),
    ),
  )
  const changes = [...targets].map(changeOn)
  const known = changes.filter((change) => change !== undefined)
  return known.length === 0 || known.length < changes.length ? undefined : averageChange(known)
}

function changeOf(
  { step }: SequenceLayer,
  workload: string,
  which: 'additional' | 'cumulative',
): LogChange | undefined {
  const change = step?.workloads.find(({ id }) => id === workload)?.[which]
  return change && toLogChange(change)
}

/** The lower 95 % bound decides: an estimate above the goal is no proof of it. */
function meets(reached: LogChange | undefined, { aspired }: Goal): boolean {
  if (reached === undefined) return false
  const { improvement, ci95 } = toCumulative(reached)
  return (ci95?.lower ?? improvement) >= aspired
}

/**
 * An improvement and its interval back on the log scale: 1 − exp(m ∓ t⁻¹(0.975, df)·se), solved for
 * m and se.
 */
export function toLogChange({ improvement, ci95, df }: Change): LogChange {
  const m = Math.log1p(-improvement)
  if (ci95 === undefined) return { m, se: 0, df }
  return { m, se: (Math.log1p(-ci95[0]!) - Math.log1p(-ci95[1]!)) / (2 * tQuantile(0.975, df)), df }
}

function contradiction(what: string): InvalidEvidenceError {
  return new InvalidEvidenceError(
    `sequence.json contradicts itself: ${what}; restore it or evaluate again`,
  )
}
