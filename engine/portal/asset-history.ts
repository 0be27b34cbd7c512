import { EngineError } from '../errors.js'
import type { AdjustmentTimeline } from '../market/adjustment-timeline.js'
import { type Bars, FIELDS, type Field } from '../market/bars.js'
import type { Clock } from './clock.js'

/** One asset as of the clock: its bars, adjusted by the splits and dividends effective by then. */
export class AssetHistory {
  readonly bars: Bars
  readonly #timeline: AdjustmentTimeline
  readonly #clock: Clock
  // A map, not an object: an object also has what its prototype has, such as 'constructor'.
  readonly #columns = new Map<Field, Float64Array>()
  #epoch = -1
  #seen = -1

  constructor(bars: Bars, timeline: AdjustmentTimeline, clock: Clock) {
    this.bars = bars
    this.#timeline = timeline
    this.#clock = clock
  }

  /**
   * The index in a column after the current bar, where windows end; 0 or less before the asset's
   * first bar.
   */
  get end(): number {
    return this.#clock.bar + 1 - this.bars.firstSession
  }

  /** Number of bars known so far, untraded ones included. */
  get available(): number {
    return Math.max(0, Math.min(this.end, this.bars.length))
  }

  /**
   * The number of the last event that is visible now, −1 before the first. Within an epoch, the
   * values up to the current bar do not change.
   */
  get epoch(): number {
    if (this.#seen !== this.#clock.moves) this.#follow()
    return this.#epoch
  }

  /**
   * The whole column, adjusted as of now; element `i` is calendar index `bars.firstSession + i`.
   * Read up to the current bar only.
   *
   * @throws {EngineError} `strategy-misuse`: unknown field
   */
  column(field: Field): Float64Array {
    if (this.#seen !== this.#clock.moves) this.#follow()
    let column = this.#columns.get(field)
    if (column === undefined) {
      if (!FIELDS.includes(field)) throw unknownField(field)
      column = this.#timeline.column(field, this.#epoch)
      this.#columns.set(field, column)
    }
    return column
  }

  /** The value of the current bar, NaN (volume 0) if the asset has none. */
  current(field: Field): number {
    return (
      this.column(field)[this.#clock.bar - this.bars.firstSession] ??
      (field === 'volume' ? 0 : Number.NaN)
    )
  }

  /** Drops the columns if a new epoch has begun; otherwise they stay valid. */
  #follow(): void {
    this.#seen = this.#clock.moves
    if (this.#timeline.events === 0) return
    const epoch = this.#timeline.epochAt(this.#clock.session, this.#clock.view)
    if (epoch === this.#epoch) return
    this.#epoch = epoch
    this.#columns.clear()
  }
}

function unknownField(field: string): EngineError {
  return new EngineError(
    'strategy-misuse',
    `unknown field '${field}'; use one of ${FIELDS.join(', ')}`,
  )
}
