import { slideSums } from '../indicators/exact-sums.js'
import { averageOfSum } from '../indicators/formulas.js'
import { checkBarsAgo, type IndicatorHandle } from '../indicators/handle.js'
import { IndicatorReading, requireSame } from '../indicators/reading.js'
import type { EngineLog } from '../log.js'
import type { AssetHistory } from '../portal/asset-history.js'
import type { Clock } from '../portal/clock.js'
import type { CacheControl, IndicatorScope, IndicatorSource } from '../ports.js'
import { GuardedStore } from './guarded-store.js'
import { type CacheStore, Lru } from './lru.js'

/** An indicator source that keeps its values for later backtests. */
export type SharedIndicators = IndicatorSource & CacheControl

export interface SharedIndicatorsOptions {
  /** Maximum bytes of columns. */
  readonly maxBytes: number
  readonly log: EngineLog
  /** The storage of the columns. If absent, an LRU of `maxBytes`. */
  readonly store?: CacheStore<Float64Array>
}

/**
 * Keeps the values of declared indicators, computed once for all backtests of an engine: one column
 * for each bundle identity, range, dividend policy, asset and indicator, and one for its sums.
 *
 * An element of a column belongs to one slot of the calendar: it is the value when the bar of the
 * slot is current, with the splits and dividends visible then. So one column serves all epochs. It
 * is right for the current bar of an asset without events, and otherwise as long as no event has
 * become visible since the slot: before the open of a session with an event, and behind an event
 * that `previous` goes back over, values are computed afresh.
 *
 * A value is computed when it is first read. Only sums are computed ahead, because then each takes
 * one addition; nothing hands them out before their bar.
 */
export function sharedIndicators({
  maxBytes,
  log,
  store: given,
}: SharedIndicatorsOptions): SharedIndicators {
  const notes = { name: 'indicators', log }
  const weigh = ({ byteLength }: Float64Array) => byteLength + ENTRY_BYTES
  const lru = new Lru<Float64Array>({ maxBytes, weigh, notes })
  const store = new GuardedStore('indicators', given ?? lru, log)
  return {
    handle(indicator, history, scope) {
      const reading = new IndicatorReading(indicator, history, scope.bundle.manifest.scales)
      const series = seriesOf(history, scope)
      const columnOf = (figure: Figure): Column => {
        const key = `${figure} ${indicator.key} ${series}`
        const kept = store.get(key)
        const operation = kept === undefined ? 'miss' : 'hit'
        const { name, hitRate } = store
        log.debug?.({ cache: name, operation, key, hitRate }, `cache ${operation}`)
        if (kept !== undefined) return { values: kept, kept: true }
        const values = new Float64Array(history.bars.length).fill(UNKNOWN)
        store.set(key, values)
        return { values, kept: false }
      }
      return history.hasEvents
        ? new EventfulHandle(reading, scope.clock, columnOf)
        : new SharedHandle(reading, scope.clock, columnOf)
    },
    clear: () => lru.clear(),
    counters() {
      const { hits, misses, evictions, refusals, bytes, entries } = lru.counters()
      return {
        'indicators.hits': hits,
        'indicators.misses': misses,
        'indicators.evictions': evictions,
        'indicators.refusals': refusals,
        'indicators.bytes': bytes,
        'indicators.entries': entries,
        'indicators.fallbacks': store.fallbacks,
      }
    },
  }
}

// Bytes of an entry without its numbers: its array, key and place in the map. Measured on Node
// 20.20 with 50 000 entries (890 bytes) and rounded up.
const ENTRY_BYTES = 1024

/**
 * Stands for a value that was not computed yet. A user's function that returns infinity is
 * therefore computed at every read.
 */
const UNKNOWN = Number.POSITIVE_INFINITY

// The text is unambiguous for every asset id, because only an asset id contains a space.
function seriesOf({ bars }: AssetHistory, { bundle, range, dividendPolicy }: IndicatorScope) {
  return `${bundle.identity} ${range.from} ${range.to} ${dividendPolicy} ${bars.asset}`
}

type Figure = 'value' | 'sum'

interface Column {
  readonly values: Float64Array
  /** Whether another backtest may have written to it. */
  readonly kept: boolean
}

/** Until the first read, a handle has no columns. */
const NO_VALUES = new Float64Array(0)

class SharedHandle implements IndicatorHandle {
  readonly #reading: IndicatorReading
  readonly #history: AssetHistory
  readonly #clock: Clock
  readonly #columnOf: (figure: Figure) => Column
  readonly #first: number
  readonly #hasEvents: boolean
  readonly #skipsSlots: boolean
  /** The first bar with enough bars, of an asset that skips no slots. */
  readonly #readyFrom: number
  #values: Float64Array = NO_VALUES
  #sums: Float64Array = NO_VALUES

  constructor(reading: IndicatorReading, clock: Clock, columnOf: (figure: Figure) => Column) {
    this.#reading = reading
    this.#history = reading.history
    this.#clock = clock
    this.#columnOf = columnOf
    this.#first = reading.history.bars.firstSession
    this.#hasEvents = reading.history.hasEvents
    this.#skipsSlots = reading.history.skipsSlots
    this.#readyFrom = this.#first + reading.indicator.bars - 1
  }

  get ready(): boolean {
    return this.#clock.bar >= this.#readyFrom && (!this.#skipsSlots || this.#reading.ready)
  }

  // Small enough for V8 to inline: a call would put its result on the heap. Outside the column an
  // element is undefined, and neither that nor NaN is below infinity.
  get value(): number {
    const value = this.#values[this.#clock.bar - this.#first]!
    return value < UNKNOWN ? value : this.find('value', 0)
  }

  get sum(): number {
    const sum = this.#sums[this.#clock.bar - this.#first]!
    return sum < UNKNOWN ? sum : this.find('sum', 0)
  }

  previous(barsAgo: number): number {
    checkBarsAgo(barsAgo)
    return this.find('value', barsAgo)
  }

  /** The value or sum of so many bars ago, wherever it is. */
  protected find(figure: Figure, barsAgo: number): number {
    const slot = this.#slotOf(barsAgo)
    if (slot < 0) return this.#reading[figure](barsAgo)
    const values = this.#columnFor(figure, slot, barsAgo)
    const found = values[slot]!
    return found === UNKNOWN ? this.#compute(figure, values, slot, barsAgo) : found
  }

  /** The slot whose element is the value of so many bars ago; −1 if none is. */
  #slotOf(barsAgo: number): number {
    const slot = this.#clock.bar - this.#first - barsAgo
    const history = this.#history
    // The bars of other slots would have to be counted.
    if (barsAgo > 0 && history.skipsSlots) return -1
    if (slot < 0 || !this.#hasEvents) return slot
    return history.epochAt(this.#first + slot) === history.epoch ? slot : -1
  }

  /** The column of a figure, fetched at its first read. */
  #columnFor(figure: Figure, slot: number, barsAgo: number): Float64Array {
    const had = figure === 'sum' ? this.#sums : this.#values
    if (had.length > 0) return had
    const { values, kept } = this.#columnOf(figure)
    const { indicator } = this.#reading
    // Another backtest used the function; one that reads anything else betrays itself here.
    if (kept && indicator.kind === 'own' && values[slot] !== UNKNOWN)
      requireSame(indicator, values[slot]!, this.#reading.value(barsAgo))
    if (figure === 'sum') this.#sums = values
    else this.#values = values
    return values
  }

  #compute(figure: Figure, values: Float64Array, slot: number, barsAgo: number): number {
    const { kind } = this.#reading.indicator
    if (kind === 'sma' || kind === 'rolling-sum') this.#computeAhead(figure, values, slot)
    if (values[slot] === UNKNOWN) values[slot] = this.#reading[figure](barsAgo)
    return values[slot]!
  }

  /** Computes the sums from a slot to the next event, and what follows from them. */
  #computeAhead(figure: Figure, values: Float64Array, slot: number): void {
    const history = this.#history
    const { indicator, power } = this.#reading
    const { kind, bars } = indicator
    if (history.skipsSlots || slot + 1 < bars) return
    const from = slot + 1 - bars
    const ticks = history.ticksBetween(indicator.fields[0]!, from, this.#epochEnd(slot))
    const sums = values.subarray(from)
    const end = slideSums(ticks, bars, bars - 1, ticks.length, sums)
    if (figure === 'sum') return
    for (let i = bars - 1; i < end; i++)
      sums[i] = kind === 'sma' ? averageOfSum(sums[i]!, bars, power) : sums[i]! / power
  }

  /** The first slot after `slot` at which another event is visible. */
  #epochEnd(slot: number): number {
    const history = this.#history
    const { length } = history.bars
    if (!this.#hasEvents) return length
    const epoch = history.epochAt(this.#first + slot)
    let end = slot + 1
    while (end < length && history.epochAt(this.#first + end) === epoch) end++
    return end
  }
}

/**
 * The handle of an asset with splits or dividends. Before an open, the current bar is not that of
 * the session, and events of it may be visible.
 */
class EventfulHandle extends SharedHandle {
  readonly #now: Clock

  constructor(reading: IndicatorReading, clock: Clock, columnOf: (figure: Figure) => Column) {
    super(reading, clock, columnOf)
    this.#now = clock
  }

  override get value(): number {
    return this.#now.session === this.#now.bar ? super.value : this.find('value', 0)
  }

  override get sum(): number {
    return this.#now.session === this.#now.bar ? super.sum : this.find('sum', 0)
  }
}
