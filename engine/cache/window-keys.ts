import { FIELDS, type Field } from '../market/bars.js'
import { Lru } from './lru.js'

/** The longest window that has a key, bars. Longer ones would need numbers nobody has to spare. */
export const LONGEST_KEYED_WINDOW = 4096

/**
 * Bundles, assets and ranges that are remembered at a time; each takes some hundred bytes, which no
 * byte bound counts.
 */
const SERIES_REMEMBERED = 4096

/**
 * Numbers for windows, so that a key costs a multiplication instead of a text. A series is
 * everything a window depends on that stays the same for a whole backtest, an epoch the adjustments
 * that are visible. Each (series, epoch, form) is given a block of consecutive integers once, one
 * for each end and length a window of it can have, and no integer is ever given twice: a key means
 * one window for as long as these keys live, whatever has been forgotten meanwhile.
 */
export class WindowKeys {
  readonly #series = new Lru<SeriesKeys>({ maxEntries: SERIES_REMEMBERED })
  readonly #highest: number
  #next = 1

  /** @param highest  the last integer that may be given; the last safe one, but for tests */
  constructor(highest: number = Number.MAX_SAFE_INTEGER) {
    this.#highest = highest
  }

  /**
   * @param identity  the series: equal texts mean equal windows
   * @param slots     number of bars the series can ever have
   */
  series(identity: string, slots: number): SeriesKeys {
    const known = this.#series.get(identity)
    if (known !== undefined) return known
    const made = new SeriesKeys(slots, (size) => this.#take(size))
    this.#series.set(identity, made)
    return made
  }

  /** Forgets all series. Their keys stay taken: a backtest that goes on meanwhile uses them. */
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

  /** The keys of what is seen while event number `epoch` is the last one visible. */
  epoch(epoch: number): EpochKeys {
    const known = this.#epochs.get(epoch)
    if (known !== undefined) return known
    const made = new EpochKeys(this.#slots, this.#take)
    this.#epochs.set(epoch, made)
    return made
  }
}

/** The keys of one series in one epoch. */
export class EpochKeys {
  /**
   * First key of the block of a form: a field for its array, a number made of fields for a frame.
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
   * @returns undefined where there is none: no such field, a window too long, or no integer left
   */
  ofArray(field: Field, end: number, barCount: number): number | undefined {
    return this.#keyOf(field, end, barCount)
  }

  /**
   * The key of a frame of these fields in this order, see `ofArray`; undefined also where there are
   * more fields than exist.
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

/** A list of fields as one number: a digit for each, none of them zero. */
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
