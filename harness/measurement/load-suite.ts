import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { type Arm, SCALE_NAMES, type Suite } from '../contract.js'
import { InputError } from '../errors.js'
import { criterionSchema } from '../evidence/evidence.js'
import { metricSchema } from '../evidence/field-schemas.js'
import { goalSchema, SEQUENCE_ID } from '../evidence/sequence-evidence.js'
import { compiledModule } from '../system/package-root.js'

/** A suite, and the address from which measured processes import it. */
export interface LoadedSuite {
  readonly suite: Suite
  /** Address of its compiled module. */
  readonly address: string
  /** Path of the module, if the suite is that of another project; absent for our own suite. */
  readonly foreignFile?: string
  /** Addresses for the arms that measure another version of the suite. */
  readonly versions?: Readonly<Partial<Record<Arm, string>>>
}

/** Address of the module an arm measures. */
export function addressOf({ address, versions }: LoadedSuite, arm: Arm): string {
  return versions?.[arm] ?? address
}

const id = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'lower case, digits, dots and dashes only')
const method = z.custom<(...args: unknown[]) => unknown>(
  (value) => typeof value === 'function',
  'a function is missing',
)

const workloadsSchema = z.array(
  z.looseObject({
    id,
    title: z.string(),
    parallel: z.boolean().optional(),
    scales: z.looseObject(Object.fromEntries(SCALE_NAMES.map((name) => [name, z.unknown()]))),
    prepare: method,
    run: method,
    reference: method.optional(),
    canonical: method,
    diverge: method,
  }),
)

const suiteSchema = z.looseObject({
  name: z.string().min(1),
  baseline: method,
  layers: z.array(
    z.looseObject({
      id,
      title: z.string(),
      hypothesis: z.string(),
      workloads: z.array(id).min(1),
      guards: z.array(id).optional(),
      metric: metricSchema,
      criterion: criterionSchema,
      standalone: z.boolean().optional(),
      phase: z.literal('heavy').optional(),
      apply: method,
    }),
  ),
  workloads: workloadsSchema,
  profiled: workloadsSchema.optional(),
  categories: z
    .looseObject({
      categories: z.array(
        z.looseObject({ name: z.string().min(1), sources: z.array(z.string().min(1)) }),
      ),
      callers: z.array(z.string().min(1)),
    })
    .optional(),
  goal: goalSchema.optional(),
  passEnvironment: z.array(z.string()).optional(),
})

/** Our own suite, which the composition root passes in. */
export function ownSuite(suite: Suite): LoadedSuite {
  return { suite: checkSuite(suite, 'the suite'), address: compiledModule(suite.module) }
}

/**
 * Another project's suite: a module that exports `suite`.
 *
 * @param module path, absolute or relative to `cwd`
 * @throws {InputError} the module does not exist, or does not export a suite; the message names
 * what is missing
 */
export async function loadSuite(module: string, cwd: string): Promise<LoadedSuite> {
  const foreignFile = resolve(cwd, module)
  if (!existsSync(foreignFile))
    throw new InputError(
      `--suite ${module}: no such file; give the path of a compiled module that exports suite`,
    )
  return await importSuite(foreignFile, `--suite ${module}`)
}

/**
 * The suite that a compiled module exports.
 *
 * @param foreignFile absolute path
 * @param name        its name in error messages
 * @throws {InputError} the module cannot be imported, or does not export a suite; the message
 * names what is missing
 */
export async function importSuite(foreignFile: string, name: string): Promise<LoadedSuite> {
  const address = pathToFileURL(foreignFile).href
  let exported: unknown
  try {
    exported = ((await import(address)) as { suite?: unknown }).suite
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause)
    throw new InputError(`${name}: cannot be imported (${what}); give a compiled ES module`, {
      cause,
    })
  }
  return { suite: checkSuite(exported, name), address, foreignFile }
}

function checkSuite(value: unknown, name: string): Suite {
  const parsed = suiteSchema.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = issue?.path.join('.') || 'export suite'
    throw new InputError(
      `${name}: ${where}: ${issue?.message ?? 'not a suite'}; see harness/contract.ts for what a suite holds`,
    )
  }
  const suite = value as Suite
  refuseDuplicates(suite.layers, 'layer', name)
  refuseDuplicates([...suite.workloads, ...(suite.profiled ?? [])], 'workload', name)
  refuseSequence(suite.layers, name)
  const ids = new Set(suite.workloads.map(({ id }) => id))
  for (const layer of suite.layers) checkWorkloadNames(layer, ids, name)
  return suite
}

/**
 * @throws {InputError} a layer names a workload that is not in the suite, or names a workload
 * twice
 */
function checkWorkloadNames(
  { id, workloads, guards = [] }: Suite['layers'][number],
  ids: ReadonlySet<string>,
  name: string,
): void {
  const missing = [...workloads, ...guards].find((workload) => !ids.has(workload))
  if (missing !== undefined)
    throw new InputError(
      `${name}: layer ${id} names workload ${missing}, which the suite does not have`,
    )
  const both = guards.find((workload) => workloads.includes(workload))
  if (both !== undefined)
    throw new InputError(
      `${name}: layer ${id} must win on ${both} and names it among its guards; name it once`,
    )
}

/** @throws {InputError} the layers cannot be evaluated as a sequence */
function refuseSequence(layers: Suite['layers'], name: string): void {
  if (layers.some(({ id }) => id === SEQUENCE_ID))
    throw new InputError(
      `${name}: a layer has the id ${SEQUENCE_ID}, which stands for all layers; give it another id`,
    )
  const firstHeavy = layers.findIndex(({ phase }) => phase === 'heavy')
  const late = layers.find(
    ({ phase, standalone }, index) =>
      firstHeavy >= 0 && index > firstHeavy && phase !== 'heavy' && standalone !== true,
  )
  if (late !== undefined)
    throw new InputError(`${name}: layer ${late.id} comes after a heavy one; put heavy layers last`)
}

function refuseDuplicates(
  items: readonly { readonly id: string }[],
  kind: string,
  name: string,
): void {
  const twice = items.find(
    (item, index) => items.findIndex((other) => other.id === item.id) !== index,
  )
  if (twice !== undefined)
    throw new InputError(`${name}: two ${kind}s have the id ${twice.id}; ids must be unique`)
}
