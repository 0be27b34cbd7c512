import { judgementSchema } from '../../../harness/record/judgement-schema.js'

/** The one object that `assay judge --json` writes on stdout. Throws if there is another text. */
export function objectOn(stdout: string) {
  return judgementSchema.parse(JSON.parse(stdout))
}
