import type { IndicatorSource } from '../ports.js'
import { checkBarsAgo, type IndicatorHandle } from './handle.js'
import { IndicatorReading } from './reading.js'

/** The plain source: every read computes the value afresh from the asset's history. */
export function plainIndicatorSource(): IndicatorSource {
  return {
    handle: (indicator, history, { bundle }) =>
      new PlainHandle(new IndicatorReading(indicator, history, bundle.manifest.scales)),
  }
}

class PlainHandle implements IndicatorHandle {
  readonly #reading: IndicatorReading

  constructor(reading: IndicatorReading) {
    this.#reading = reading
  }

  get ready(): boolean {
    return this.#reading.ready
  }

  get value(): number {
    return this.#reading.value(0)
  }

  get sum(): number {
    return this.#reading.sum(0)
  }

  previous(barsAgo: number): number {
    checkBarsAgo(barsAgo)
    return this.#reading.value(barsAgo)
  }
}
