import { z } from 'zod'
import { digestSchema } from './field-schemas.js'

/** Name of the file in an evidence folder that binds the runs to the code that ran. */
export const MODULES = 'modules.json'

const moduleDigestsSchema = z.record(z.string(), digestSchema)

/**
 * `modules.json`: every module that a measured process has loaded, and every module named in
 * these, each with the hash of its bytes. Names are relative to the project of the suite; those of
 * the harness begin with `assay/`.
 */
export const modulesSchema = z.strictObject({
  schema: z.literal('assay/modules@1'),
  modules: moduleDigestsSchema,
})
/** `sha256:…` by name, ascending. */
export type ModuleDigests = Readonly<z.infer<typeof moduleDigestsSchema>>
