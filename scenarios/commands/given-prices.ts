import type { IngestOptions } from '../../engine/index.js'
import { defined } from '../../harness/evidence/defined.js'
import { type GivenReading, readingOptions } from './given-reading.js'

/** The options of every command that trades on price files or a bundle, as given. */
export interface GivenPrices extends GivenReading {
  /** Price files. Undefined if a bundle is given. */
  readonly csv?: readonly string[]
  /** Directory of a bundle. */
  readonly bundle?: string
  readonly adjustments?: string
  readonly priceScale?: number
  readonly volumeScale?: number
  readonly roundPrice?: boolean
  readonly roundVolume?: boolean
}

/** How to read the given price files, as the engine takes it. @param name  of the bundle */
export function ingestOptions(given: GivenPrices, name: string): IngestOptions {
  const { adjustments, priceScale, volumeScale } = given
  return {
    name,
    scales: defined({ price: priceScale, volume: volumeScale }),
    fitScales: true,
    roundPrice: given.roundPrice === true,
    roundVolume: given.roundVolume === true,
    ...readingOptions(given),
    ...defined({ adjustments }),
  }
}
