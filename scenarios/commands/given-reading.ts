import type { ReadingOptions } from '../../engine/index.js'
import { defined } from '../../harness/evidence/defined.js'

/** The options of every command that reads price files, as given. */
export interface GivenReading {
  readonly dateFormat?: string
  readonly decimalComma?: boolean
  readonly thousandsComma?: boolean
  readonly timezone?: string
  readonly assumeVolume?: string
}

/** The given options as the engine takes them. */
export function readingOptions(given: GivenReading): ReadingOptions {
  const { dateFormat, decimalComma, thousandsComma, timezone, assumeVolume } = given
  return defined({
    dateFormat,
    decimalComma: decimalComma ? true : thousandsComma ? false : undefined,
    timezone,
    assumeVolume,
  })
}
