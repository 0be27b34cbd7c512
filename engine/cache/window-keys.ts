import { FIELDS, type Field } from '../market/bars.js'
import { Lru } from './lru.js'

/**
 * The longest window that has a key, in bars. Longer windows would need blocks that use up the
 * integers.
 */
export const LONGEST_KEYED_WINDOW = 4096

/**
 * Maximum number of series kept. Each takes some hundred bytes that do not count towards a byte
 * limit.
 */
const SERIES_REMEMBERED = 4096

/**
 * Integer keys of windows: each costs a multiplication, while a text would have to be built. The
 * content of a window depends on its series (everything that stays the same for a whole backtest),
 * its epoch (the set of visible adjustments), its form, its end and its length. Each combination
 * of series, epoch and form gets a block of consecutive integers, one for each possible end and
 * length. An integer is never used twice, so a key always means the same window, even after
 * `clear`.
 */
export class WindowKeys {
  readonly #series = new Lru<SeriesKeys>({ maxEntries: SERIES_REMEMBERED })
  readonly #highest: number
  #next = 1

  /** @param highest  the last integer to use; lower than the last safe integer only in tests */
  constructor(highest: number = Number.MAX_SAFE_INTEGER) {
    this.#highest = highest
  }

  /**
   * @param identity  text that identifies the series; equal texts mean equal windows
   * @param slots     number of bars the series can ever have
   */
  series(identity: string, slots: number): SeriesKeys {
    const existing = this.#series.get(identity)
    if (existing !== undefined) return existing
    const series = new SeriesKeys(slots, (size) => this.#take(size))
    this.#series.set(identity, series)
    return series
  }

  /**
   * Drops all series. Their keys are not given out again, because a running backtest may still use
   * them.
   */
  clear(): void {
    this.#series.clear()
  }

  #take(size: number): number | undefined {
    if (this.#next + size - 1 > this.#highest) return undefined
    const first = this.#next
    this.#next += size
    return first
  }
}

/** The keys of one series. */
export class SeriesKeys {
  readonly #epochs = new Map<number, EpochKeys>()
  readonly #slots: number
  readonly #take: (size: number) => number | undefined

  constructor(slots: number, take: (size: number) => number | undefined) {
    this.#slots = slots
    this.#take = take
  }

  /** The keys of windows made while event number `epoch` is the last visible event. */
  epoch(epoch: number): EpochKeys {
    const existing = this.#epochs.get(epoch)
    if (existing !== undefined) return existing
    const keys = new EpochKeys(this.#slots, this.#take)
    this.#epochs.set(epoch, keys)
    return keys
  }
}

/** The keys of one series in one epoch. */
export class EpochKeys {
  /**
   * First key of the block of each form. A form is the field of an array, or the number of a frame
   * (`formOf`).
   */
  readonly #blocks = new Map<Field | number, number>()
  readonly #slots: number
  readonly #longest: number
  readonly #take: (size: number) => number | undefined

  constructor(slots: number, take: (size: number) => number | undefined) {
    this.#slots = slots
    this.#longest = Math.min(slots, LONGEST_KEYED_WINDOW)
    this.#take = take
  }

  /**
   * The key of an array.
   *
   * @param end  number of bars of the series up to the current one, `barCount` … slots
   * @returns undefined if there is none: unknown field, window too long, or no integer left
   */
  ofArray(field: Field, end: number, barCount: number): number | undefined {
    return this.#keyOf(field, end, barCount)
  }

  /**
   * The key of a frame with these fields in this order; see `ofArray`. It is also undefined if the
   * list is longer than the number of fields.
   */
  ofFrame(fields: readonly Field[], end: number, barCount: number): number | undefined {
    const form = formOf(fields)
    return form === undefined ? undefined : this.#keyOf(form, end, barCount)
  }

  #keyOf(form: Field | number, end: number, barCount: number): number | undefined {
    if (barCount > this.#longest) return undefined
    const block = this.#blocks.get(form) ?? this.#newBlock(form)
    return block === undefined ? undefined : block + (end - 1) * this.#longest + (barCount - 1)
  }

  #newBlock(form: Field | number): number | undefined {
    if (typeof form === 'string' && !FIELD_DIGITS.has(form)) return undefined
    const block = this.#take(this.#slots * this.#longest)
    if (block !== undefined) this.#blocks.set(form, block)
    return block
  }
}

const FIELD_DIGITS: ReadonlyMap<Field, number> = new Map(FIELDS.map((field, i) => [field, i + 1]))

/** Converts a list of fields to one number, with a non-zero digit for each field. */
function formOf(fields: readonly Field[]): number | undefined {
  if (fields.length > FIELDS.length) return undefined
  let form = 0
  for (const field of fields) {
    const digit = FIELD_DIGITS.get(field)
    if (digit === undefined) return undefined
    form = form * (FIELDS.length + 1) + digit
  }
  return form
}
