import { Lru } from '../cache/lru.js'
import type { EngineLog } from '../log.js'
import type { LoadedBacktest } from '../simulation/backtest.js'
import { readInput, type SignalInput } from './signal.js'

/**
 * The inputs of a signal at every bar of a loaded backtest, one column per asset and input. Each is
 * read bar by bar from the handle that a strategy would read, so that no column depends on later
 * bars. Combinations of parameters share the columns; those used least recently are dropped first.
 */
export class InputColumns {
  readonly #loaded: LoadedBacktest
  readonly #columns: Lru<Float64Array>

  /** @param maxBytes  of all columns together */
  constructor(loaded: LoadedBacktest, maxBytes: number, log: EngineLog) {
    this.#loaded = loaded
    const weigh = ({ byteLength }: Float64Array) => byteLength + ENTRY_BYTES
    this.#columns = new Lru({ maxBytes, weigh, notes: { name: 'sweep', log } })
  }

  /**
   * The values of an input of an asset, from the first bar traded to the last.
   *
   * @param asset  its number
   * @throws {EngineError} as the indicator's handle
   */
  column(asset: number, input: SignalInput): Float64Array {
    const key = `${asset} ${input.figure} ${input.barsAgo} ${input.indicator.key}`
    const kept = this.#columns.get(key)
    if (kept !== undefined) return kept
    const { assets, clock, end, start } = this.#loaded
    const handle = this.#loaded.newIndicators().handle(assets[asset]!, input.indicator)
    const values = new Float64Array(end - start)
    for (let bar = start; bar < end; bar++) {
      clock.atBar(bar)
      values[bar - start] = readInput(handle, input)
    }
    this.#columns.set(key, values)
    return values
  }
}

// Bytes of an entry without its numbers, as of the shared indicators.
const ENTRY_BYTES = 1024
