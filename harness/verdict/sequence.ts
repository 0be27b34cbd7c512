import type { Goal } from '../contract.js'
import { InvalidEvidenceError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import type { Sequence, SequenceLayer } from '../evidence/sequence-evidence.js'
import { type Cumulative, type LogChange, toCumulative } from './cumulative.js'
import { type Returns, reachedBy, returnsOf } from './sequence-changes.js'

export const STOP_REASONS = ['goal-met', 'diminishing-returns'] as const
type StopReason = (typeof STOP_REASONS)[number]

export const SKIP_REASONS = [...STOP_REASONS, 'heavy-not-needed', 'whole-not-reached'] as const
/** Why a layer is not evaluated. */
export type SkipReason = (typeof SKIP_REASONS)[number]

/** Why the remaining layers are not evaluated. */
export interface Stop {
  /** The last layer that was evaluated. */
  readonly after: string
  readonly reason: StopReason
  /** What the last two layers gained together, if diminishing returns are the reason. */
  readonly returns?: Returns
}

/** Whether heavy layers are evaluated, decided after the ordinary layers. */
export interface HeavyPhase {
  readonly warranted: boolean
  /**
   * The improvement by the ordinary layers; absent if none was accepted, or if a target was not
   * measured.
   */
  readonly reached?: Cumulative
  /** Ids of all heavy layers of the suite. */
  readonly layers: readonly string[]
}

/** The state of a sequence after the steps so far. */
export interface SequenceState {
  /** Ids of the accepted layers, in order. Together they are the incumbent of the next layer. */
  readonly stack: readonly string[]
  /** The layer to evaluate next; absent at the end. */
  readonly next?: SequenceLayer
  readonly skipped: Readonly<Record<string, SkipReason>>
  /** At most one for the ordinary layers and one for the heavy layers. */
  readonly stops: readonly Stop[]
  /** Absent while ordinary layers are left. */
  readonly heavy?: HeavyPhase
}

/**
 * Returns diminish if the last two layers together gain less than `GAIN_LEAST`, and their upper 90
 * % bound is below `GAIN_EXCLUDED`.
 */
export const GAIN_LEAST = 0.02
export const GAIN_EXCLUDED = 0.04

/**
 * The state of a sequence after its steps: which layers are accepted, which are skipped and why,
 * and which comes next.
 *
 * Two rules end the ordinary layers. The aspired goal is met if the lower 95 % bound of the
 * accepted stack against the pure baseline reaches it. Returns diminish if the last two measured
 * layers together gain less than 2 % and the upper 90 % bound of that gain is below 4 %. If a
 * layer was not accepted, its gain counts, since it shows how much is left to find; its loss does
 * not. Heavy layers are evaluated only if the goal is not met; the same two rules end them,
 * applied to the steps of heavy layers only.
 *
 * @throws {InvalidEvidenceError} a step contradicts these rules, is out of order, or was not
 * compared with the accepted stack
 * @source docs/methodology.md, "One layer after the other"
 */
export function followSequence({ goal, layers }: Sequence): SequenceState {
  const walk = new Walk(goal, layers)
  for (const layer of layers) walk.pass(layer)
  return walk.state()
}

/** Goes through the layers in order and collects the state of the sequence. */
class Walk {
  private readonly accepted: SequenceLayer[] = []
  /** Evaluated layers of the present phase (ordinary or heavy) that are not standalone. */
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
        throw contradiction(`${layer.id} was evaluated although the rules skip it (${reason})`)
      this.skipped[layer.id] = reason
    } else if (layer.step === undefined) this.next = layer
    else this.take(layer, layer.step)
  }

  state(): SequenceState {
    if (this.next === undefined && this.heavy === undefined) this.beginHeavy()
    const { skipped, stops, heavy, next } = this
    return defined({ stack: this.accepted.map(({ id }) => id), skipped, stops, heavy, next })
  }

  private beginHeavy(): void {
    const reached = reachedBy(this.accepted)
    const isMet = meets(reached, this.goal)
    this.heavy = defined({
      warranted: !isMet,
      reached: reached && toCumulative(reached),
      layers: this.layers
        .filter(({ heavy, standalone }) => heavy && !standalone)
        .map(({ id }) => id),
    })
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

/** The lower 95 % bound decides: an estimate above the goal does not prove it. */
function meets(reached: LogChange | undefined, { aspired }: Goal): boolean {
  if (reached === undefined) return false
  const { improvement, ci95 } = toCumulative(reached)
  return (ci95?.lower ?? improvement) >= aspired
}

function contradiction(what: string): InvalidEvidenceError {
  return new InvalidEvidenceError(
    `sequence.json contradicts itself: ${what}; restore it or evaluate again`,
  )
}
