import { join } from 'node:path'
import { z } from 'zod'
import { readStored } from '../../harness/system/files.js'

const FRESH_CONDITIONS = 'fresh-conditions.json'

/**
 * Notes on how fresh decisions were measured, about facts that the runs do not show. They are
 * written by hand and printed on the page.
 */
const conditionsSchema = z.array(
  z.strictObject({
    /** The note is about decisions that started at this time or later. */
    since: z.iso.datetime(),
    /** The note, in whole sentences. */
    text: z.string().min(1),
  }),
)
export type FreshConditions = readonly Readonly<z.infer<typeof conditionsSchema>[number]>[]

/**
 * The notes in a folder; empty if there are none.
 *
 * @throws {InvalidEvidenceError} the file is damaged
 */
export function readFreshConditions(folder: string): FreshConditions {
  return readStored(join(folder, FRESH_CONDITIONS), conditionsSchema) ?? []
}
