import { join } from 'node:path'
import { z } from 'zod'
import { readStored } from '../../harness/system/files.js'
import { CHARACTERISTICS } from './fresh-data.js'

const FRESH_CONDITIONS = join(CHARACTERISTICS, 'fresh-conditions.json')

/**
 * How fresh decisions were measured that their runs cannot tell; written by whoever measures,
 * printed on the page.
 */
const conditionsSchema = z.array(
  z.strictObject({
    /** Decisions begun then or later were measured so. */
    since: z.iso.datetime(),
    /** One sentence or more, with their stops. */
    text: z.string().min(1),
  }),
)
export type FreshConditions = readonly Readonly<z.infer<typeof conditionsSchema>[number]>[]

/**
 * What was noted below a root; empty where there is nothing.
 *
 * @throws {InvalidEvidenceError} the file is damaged
 */
export function readFreshConditions(root: string): FreshConditions {
  return readStored(join(root, FRESH_CONDITIONS), conditionsSchema) ?? []
}
