import { join } from 'node:path'
import { CHARACTERISTICS, type HostClaim } from './fresh-data.js'

/** The cells of the study of interference, below the root of a checkout. */
export const INTERFERENCE_CELLS = join(CHARACTERISTICS, 'interference.jsonl')

/** The host of these cells. */
export const INTERFERENCE_HOST: HostClaim = {
  data: INTERFERENCE_CELLS,
  environment: join(CHARACTERISTICS, 'interference-environment.json'),
}
