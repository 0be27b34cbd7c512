import { z } from 'zod'
import { SCALE_NAMES, type Suite } from '../contract.js'
import { InputError, messageOf } from '../errors.js'
import { criterionSchema } from '../evidence/evidence.js'
import { EVIDENCE_FILES } from '../evidence/evidence-store.js'
import { metricSchema } from '../evidence/field-schemas.js'
import { goalSchema } from '../evidence/sequence-evidence.js'
import { leftOutBy, SEQUENCE_ID } from '../evidence/sequence-id.js'
import { packageFile } from '../system/package-root.js'
import { describeValue } from './outcome-contract.js'

const id = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'lower case, digits, dots and dashes only')
const method = z.custom<(...args: unknown[]) => unknown>(
  (value) => typeof value === 'function',
  'must be a function',
)

const workloadsSchema = z.array(
  z.looseObject({
    id,
    title: z.string(),
    parallel: z.boolean().optional(),
    scales: z.looseObject({}).refine((scales) => SCALE_NAMES.every((name) => name in scales), {
      error: `give ${SCALE_NAMES.join(', ')}`,
    }),
    describe: method.optional(),
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

/**
 * A value as a suite, checked as far as that is possible without running a workload.
 *
 * @param name how messages call it
 * @throws {InputError} it is not a suite; names the field and what it must be
 */
export function checkSuite(value: unknown, name: string): Suite {
  const parsed = parseSuite(value, name)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = issue?.path.join('.') || 'export suite'
    throw new InputError(
      `${name}: ${where}: ${issue?.message ?? 'not a suite'}; see ${packageFile('harness/contract.ts')} for what a suite holds`,
    )
  }
  const suite = value as Suite
  refuseDuplicates(suite.layers, 'layer', name)
  refuseDuplicates([...suite.workloads, ...(suite.profiled ?? [])], 'workload', name)
  refuseReserved(suite, name)
  refuseSequence(suite.layers, name)
  const ids = new Set(suite.workloads.map(({ id }) => id))
  for (const layer of suite.layers) checkWorkloadNames(layer, ids, name)
  for (const workload of [...suite.workloads, ...(suite.profiled ?? [])])
    checkDescriptions(workload, name)
  return suite
}

/** @throws {InputError} a field of the suite throws when it is read; names the field */
function parseSuite(value: unknown, name: string) {
  refuseUnreadable(value, suiteSchema.shape, name, '')
  const { layers, workloads, profiled } = (value ?? {}) as Record<string, unknown>
  for (const [list, shape, where] of [
    [layers, suiteSchema.shape.layers.element.shape, 'layers'],
    [workloads, workloadsSchema.element.shape, 'workloads'],
    [profiled, workloadsSchema.element.shape, 'profiled'],
  ] as const) {
    if (!Array.isArray(list)) continue
    for (const [index, item] of list.entries())
      refuseUnreadable(item, shape, name, `${where}.${index}.`)
  }
  try {
    return suiteSchema.safeParse(value)
  } catch (cause) {
    throw unreadable(name, 'a field', cause)
  }
}

function refuseUnreadable(value: unknown, shape: object, name: string, where: string): void {
  if (typeof value !== 'object' || value === null) return
  for (const key of Object.keys(shape)) {
    try {
      Reflect.get(value, key)
    } catch (cause) {
      throw unreadable(name, `${where}${key}`, cause)
    }
  }
}

function unreadable(name: string, field: string, cause: unknown): InputError {
  return new InputError(
    `${name}: ${field} cannot be read (${messageOf(cause)}); give a plain value instead of a getter that throws`,
    { cause },
  )
}

/** @throws {InputError} `describe` throws, or does not return a text; names the workload */
function checkDescriptions(workload: Suite['workloads'][number], name: string): void {
  for (const scale of SCALE_NAMES) {
    let text: unknown
    try {
      text = workload.describe?.(workload.scales[scale]) ?? ''
    } catch (cause) {
      throw new InputError(
        `${name}: workload ${workload.id}: describe throws at ${scale} scale (${messageOf(cause)}); return one line of text`,
        { cause },
      )
    }
    if (typeof text !== 'string')
      throw new InputError(
        `${name}: workload ${workload.id}: describe returned ${describeValue(text)} at ${scale} scale; return one line of text`,
      )
  }
}

/** Words of the command line in place of a name. */
const RESERVED_LAYERS = ['none', 'baseline']
const RESERVED_WORKLOADS = ['all', ...EVIDENCE_FILES]

/** @throws {InputError} an id is the name of a file of the evidence, or a word of the commands */
function refuseReserved({ layers, workloads, profiled = [] }: Suite, name: string): void {
  const layer = layers.find(({ id }) => RESERVED_LAYERS.includes(id))
  const workload = [...workloads, ...profiled].find(({ id }) => RESERVED_WORKLOADS.includes(id))
  const reserved =
    layer !== undefined
      ? `layer has the id ${layer.id}`
      : workload && `workload has the id ${workload.id}`
  if (reserved !== undefined)
    throw new InputError(`${name}: a ${reserved}, which is reserved; give it another id`)
}

/** @throws {InputError} a layer names a workload the suite does not have, or one twice */
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
  const reserved = layers.find(({ id }) => leftOutBy(id) !== undefined)
  if (reserved !== undefined)
    throw new InputError(
      `${name}: a layer has the id ${reserved.id}, which stands for all layers but one; give it another id`,
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
