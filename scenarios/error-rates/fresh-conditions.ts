import { join } from 'node:path'
import { z } from 'zod'
import { readStored } from '../../harness/system/files.js'
import { CHARACTERISTICS } from './fresh-data.js'

const FRESH_CONDITIONS = join(CHARACTERISTICS, 'fresh-conditions.json')

/**
 * Notes on how fresh decisions were measured that their runs do not show. Written by hand, printed
 * on the page.
 */
const conditionsSchema = z.array(
  z.strictObject({
    /** The note is about decisions that started then or later. */
    since: z.iso.datetime(),
    /** Whole sentences. */
    text: z.string().min(1),
  }),
)
export type FreshConditions = readonly Readonly<z.infer<typeof conditionsSchema>[number]>[]

/**
 * The notes below a root; empty if there are none.
 *
 * @throws {InvalidEvidenceError} the file is damaged
 */
export function readFreshConditions(root: string): FreshConditions {
  return readStored(join(root, FRESH_CONDITIONS), conditionsSchema) ?? []
}
