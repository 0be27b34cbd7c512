import { EngineError } from '../errors.js'
import type { AdjustmentTimeline } from '../market/adjustment-timeline.js'
import { type Bars, FIELDS, type Field, observedField } from '../market/bars.js'
import type { Clock } from './clock.js'
import { type OwnBars, ownBars } from './own-bars.js'
import { WindowCopies } from './window-copies.js'

/**
 * One asset at the current time: its bars, adjusted by the splits and dividends effective by then.
 */
export class AssetHistory {
  readonly bars: Bars
  readonly #timeline: AdjustmentTimeline
  readonly #clock: Clock
  // A map and not an object, because an object also has the properties of its prototype, such as
  // 'constructor'.
  readonly #columns = new Map<Field, Float64Array>()
  /** The same columns without the slots of other calendars. */
  readonly #ownColumns = new Map<Field, Float64Array>()
  readonly #own: OwnBars | undefined
  readonly #copies = new WindowCopies()
  #epoch = -1
  #seen = -1

  /**
   * @param ownCalendar  if true, slots without a row belong to the calendars of other assets, and
   * windows do not count them
   */
  constructor(bars: Bars, timeline: AdjustmentTimeline, clock: Clock, ownCalendar = false) {
    this.bars = bars
    this.#timeline = timeline
    this.#clock = clock
    this.#own = ownCalendar && bars.hasGaps ? ownBars(bars) : undefined
  }

  /** Whether windows of the asset skip slots of the bundle's calendar. */
  get skipsSlots(): boolean {
    return this.#own !== undefined
  }

  /**
   * The largest number of bars a window can have now; also the place in the bars where windows
   * end. It is 0 or less before the asset's first bar.
   */
  get end(): number {
    const slots = this.#clock.bar + 1 - this.bars.firstSession
    return this.#own === undefined ? slots : this.#own.until(slots)
  }

  /** Number of bars so far, including untraded ones. */
  get available(): number {
    return Math.max(0, Math.min(this.end, this.bars.length))
  }

  /**
   * The number of the last event that is visible now; −1 before the first event. Within an epoch,
   * the values up to the current bar do not change.
   */
  get epoch(): number {
    if (this.#seen !== this.#clock.moves) this.#follow()
    return this.#epoch
  }

  /** Whether the asset has events, so that its past values change. */
  get hasEvents(): boolean {
    return this.#timeline.events > 0
  }

  /** The epoch when the bar of a calendar index is current. */
  epochAt(session: number): number {
    return this.#timeline.epochAt(session)
  }

  /**
   * A window of the last `barCount` bars as a view of a whole column. It is for caches and never
   * for a strategy, which could write to it and read later bars through its buffer.
   *
   * @param barCount  1 … `end`
   * @throws {EngineError} `strategy-misuse`: unknown field
   */
  view(field: Field, barCount: number): Float64Array {
    const { end } = this
    const column = this.#own === undefined ? this.column(field) : this.#ownColumn(field, this.#own)
    return column.subarray(end - barCount, end)
  }

  /** The same window in ticks (volume: in units); see `view`. */
  tickView(field: Field, barCount: number): Float64Array {
    const { end } = this
    const ticks = this.ticks(field)
    if (this.#own === undefined) return ticks.subarray(end - barCount, end)
    const positions = this.#own.positions.subarray(end - barCount, end)
    return Float64Array.from(positions, (position) => ticks[position]!)
  }

  /** The copy of a window that a strategy gets. */
  copy(window: Float64Array): Float64Array {
    return this.#copies.of(window)
  }

  /** The calendar index of each of the last `barCount` bars, in a new array. */
  sessions(barCount: number): Int32Array {
    const from = this.end - barCount
    const { firstSession } = this.bars
    const positions = this.#own?.positions
    const sessions = new Int32Array(barCount)
    for (let i = 0; i < barCount; i++)
      sessions[i] = firstSession + (positions?.[from + i] ?? from + i)
    return sessions
  }

  /**
   * The first calendar index with a history of `barCount` bars; undefined if it is not below `to`.
   */
  firstWith(barCount: number, to: number): number | undefined {
    const position = this.#own === undefined ? barCount - 1 : this.#own.positions[barCount - 1]
    const session = this.bars.firstSession + (position ?? Number.POSITIVE_INFINITY)
    return session < to ? session : undefined
  }

  /**
   * The whole column, adjusted as of now. Element `i` belongs to calendar index `bars.firstSession
   * + i`. Only elements up to the current bar may be read.
   *
   * @throws {EngineError} `strategy-misuse`: unknown field
   */
  column(field: Field): Float64Array {
    if (this.#seen !== this.#clock.moves) this.#follow()
    let column = this.#columns.get(field)
    if (column === undefined) {
      if (observedField(field) === undefined) throw unknownField(field)
      column = this.#timeline.column(field, this.#epoch)
      this.#columns.set(field, column)
    }
    return column
  }

  /**
   * The whole column in ticks (volume: in units), adjusted as of now; see `column`. It is for the
   * engine and never for a strategy. Only elements up to the current bar may be read, and none may
   * be written.
   *
   * @throws {EngineError} `strategy-misuse`: unknown field
   */
  ticks(field: Field): Float64Array {
    if (this.#seen !== this.#clock.moves) this.#follow()
    if (observedField(field) === undefined) throw unknownField(field)
    return this.#timeline.ticks(field, this.#epoch)
  }

  /**
   * The elements of `ticks` from `from` to before `to`; see there. It is cheaper than the whole
   * column where events are visible.
   *
   * @throws {EngineError} `strategy-misuse`: unknown field
   */
  ticksBetween(field: Field, from: number, to: number): Float64Array {
    if (this.#seen !== this.#clock.moves) this.#follow()
    if (observedField(field) === undefined) throw unknownField(field)
    return this.#timeline.ticksBetween(field, this.#epoch, from, to)
  }

  /** The ticks of the current bar. If the asset has none, NaN, or 0 for volume. */
  currentTicks(field: Field): number {
    if (this.#seen !== this.#clock.moves) this.#follow()
    if (observedField(field) === undefined) throw unknownField(field)
    const i = this.#clock.bar - this.bars.firstSession
    return this.#timeline.tickAt(field, this.#epoch, i) ?? (field === 'volume' ? 0 : Number.NaN)
  }

  /** The value of the current bar. If the asset has none, NaN, or 0 for volume. */
  current(field: Field): number {
    return this.currentTicks(field) / this.#timeline.power(field)
  }

  #ownColumn(field: Field, own: OwnBars): Float64Array {
    const column = this.column(field)
    let rows = this.#ownColumns.get(field)
    if (rows === undefined) {
      rows = own.rowsOf(column)
      this.#ownColumns.set(field, rows)
    }
    return rows
  }

  /** Drops the columns if a new epoch has begun. Within an epoch they stay valid. */
  #follow(): void {
    this.#seen = this.#clock.moves
    if (this.#timeline.events === 0) return
    const epoch = this.#timeline.epochAt(this.#clock.session, this.#clock.view)
    if (epoch === this.#epoch) return
    this.#epoch = epoch
    this.#columns.clear()
    this.#ownColumns.clear()
  }
}

function unknownField(field: string): EngineError {
  return new EngineError(
    'strategy-misuse',
    `unknown field '${field}'; use one of ${FIELDS.join(', ')}`,
  )
}
