import { join } from 'node:path'
import { z } from 'zod'
import { readStored } from '../system/files.js'
import { packageRoot } from '../system/package-root.js'

/** The part that decision records quote. */
const quotedSchema = z.looseObject({
  schema: z.literal('assay/characteristics@1'),
  line: z.string().min(1),
})

/**
 * The published error rates in one line.
 *
 * @param root of the package
 * @returns undefined if none were published
 * @throws {InvalidEvidenceError} the file is damaged
 */
export function publishedErrorRates(root: string = packageRoot()): string | undefined {
  const path = join(root, 'docs', 'characteristics', 'characteristics.json')
  const problem = 'is damaged; restore it, or derive it with: npx assay characteristics'
  return readStored(path, quotedSchema, problem)?.line
}
