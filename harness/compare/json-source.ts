import { z } from 'zod'
import { InputError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import { checkRange, quoted } from './number-text.js'
import type { Offer, Summary, Unit } from './series.js'

/** A number, or what programs write for NaN and infinity, which JSON lacks. */
type LooseNumber = number | null | 'NaN' | 'Infinity' | '-Infinity'

/** Checked as a whole: a schema that checks each item of a million is too slow. */
const numbers = z.custom<readonly LooseNumber[]>(
  (value) => Array.isArray(value) && value.every(isLooseNumber),
)

/** hyperfine 1.x, `--export-json`: seconds. */
const hyperfine = z.looseObject({
  results: z.array(z.looseObject({ command: z.string(), times: numbers.optional() })),
})

/**
 * `vitest bench --outputJson`: ms. Vitest 4 always leaves the samples out; other programs that
 * write this shape keep them.
 */
const vitestBench = z.looseObject({
  files: z.array(
    z.looseObject({
      groups: z.array(
        z.looseObject({
          fullName: z.string(),
          benchmarks: z.array(
            z.looseObject({
              name: z.string(),
              samples: numbers.optional(),
              sampleCount: z.unknown().optional(),
              mean: z.unknown().optional(),
              sd: z.unknown().optional(),
            }),
          ),
        }),
      ),
    }),
  ),
})

const statistics = z.looseObject({ samples: numbers.optional() })
/**
 * Results of tinybench, or tasks of its older versions, saved as JSON: ms. `latency.samples` since
 * version 3, `samples` before.
 */
const tinybench = z
  .array(
    z.looseObject({
      name: z.string().optional(),
      latency: statistics.optional(),
      samples: numbers.optional(),
      result: z
        .looseObject({ latency: statistics.optional(), samples: numbers.optional() })
        .optional(),
    }),
  )
  .min(1)
  .refine((tasks) => tasks.every(({ latency, samples, result }) => latency ?? samples ?? result))

/** What an export without samples must hold instead. */
const summarized = z.object({ n: z.int().min(2), mean: z.number(), sd: z.number().nonnegative() })

const namedArrays = z.record(z.string(), numbers)

/**
 * The series of a JSON document: an array of numbers, an object of such arrays, or the export of
 * hyperfine, vitest bench or tinybench.
 *
 * @param path as the user gave it, for messages
 * @throws {InputError} it is not valid JSON, or none of these
 */
export function readJsonDocument(text: string, path: string): Offer[] {
  const document = parseLoosely(text, path)
  const plain = numbers.safeParse(document)
  if (plain.success) return [{ name: '1', read: () => ({ values: toNumbers(plain.data, path) }) }]
  const exported =
    fromHyperfine(document, path) ?? fromVitest(document, path) ?? fromTinybench(document, path)
  if (exported !== undefined) return numbered(exported)
  const named = namedArrays.safeParse(document)
  if (named.success)
    return Object.entries(named.data).map(([name, values]) => ({
      name,
      read: () => ({ values: toNumbers(values, `${path}, ${quoted(name)}`) }),
    }))
  throw new InputError(
    `${path} holds ${describe(document)}; give an array of numbers, or an export of hyperfine, vitest bench or tinybench (bench.results)`,
  )
}

function fromHyperfine(document: unknown, path: string): Offer[] | undefined {
  const { success, data } = hyperfine.safeParse(document)
  return success
    ? data.results.map(({ command, times }) =>
        exportedOffer({ name: command, values: times, unit: 's' }, path, {
          problem: `${path}: no times for ${quoted(command)}`,
          remedy: 'export with hyperfine --export-json',
        }),
      )
    : undefined
}

function fromVitest(document: unknown, path: string): Offer[] | undefined {
  const { success, data } = vitestBench.safeParse(document)
  if (!success) return undefined
  const all = data.files.flatMap(({ groups }) =>
    groups.flatMap(({ fullName, benchmarks }) => benchmarks.map((one) => ({ fullName, ...one }))),
  )
  return all.map(({ fullName, name, samples, sampleCount, mean, sd }) => {
    const unique = all.filter((other) => other.name === name).length === 1
    return exportedOffer(
      {
        name: unique ? name : `${fullName} > ${name}`,
        values: samples,
        unit: 'ms',
        unpairable: SORTED,
      },
      path,
      {
        problem: `${path}: no samples of ${quoted(name)}`,
        remedy:
          'vitest leaves them out of --outputJson: let a reporter write them, see docs/compare.md',
        summary: { n: sampleCount, mean, sd },
      },
    )
  })
}

function fromTinybench(document: unknown, path: string): Offer[] | undefined {
  const wrapped = z
    .looseObject({ results: z.unknown().optional(), tasks: z.unknown().optional() })
    .safeParse(document)
  const tasks = Array.isArray(document)
    ? document
    : wrapped.success
      ? (wrapped.data.tasks ?? wrapped.data.results)
      : undefined
  const { success, data } = tinybench.safeParse(tasks)
  if (!success) return undefined
  return data.map(({ name = '', latency, samples, result }, index) => {
    const values = latency?.samples ?? samples ?? result?.latency?.samples ?? result?.samples
    const statistics = latency ?? result?.latency
    return exportedOffer(
      { name: name === '' ? String(index + 1) : name, values, unit: 'ms', unpairable: SORTED },
      path,
      {
        problem: `${path}: no samples of ${name === '' ? `task ${index + 1}` : quoted(name)}`,
        remedy: 'make the Bench with retainSamples: true',
        summary: { n: statistics?.samplesCount, mean: statistics?.mean, sd: statistics?.sd },
      },
    )
  })
}

/** Tinybench, and so vitest bench, sorts its samples. */
const SORTED = 'tinybench stores its samples sorted, so pairs cannot be recovered'

/** One benchmark of an export. */
interface Exported {
  readonly name: string
  readonly values: readonly LooseNumber[] | undefined
  readonly unit: Unit
  readonly unpairable?: string
}

/** What to report, or to use, where an export holds no values. */
interface Fallback {
  readonly problem: string
  /** How to get the values. */
  readonly remedy: string
  /** Not checked. */
  readonly summary?: { readonly [Key in 'n' | 'mean' | 'sd']: unknown }
}

function exportedOffer(
  { name, values, unit, unpairable }: Exported,
  path: string,
  fallback: Fallback,
): Offer {
  return {
    name,
    read: () => ({
      ...(values === undefined || values.length === 0
        ? { values: [], summary: summaryOf(name, path, fallback) }
        : { values: toNumbers(values, `${path}, ${quoted(name)}`) }),
      unit,
      ...defined({ unpairable }),
    }),
  }
}

/** @throws {InputError} the export holds neither values nor their summary */
function summaryOf(name: string, path: string, { problem, remedy, summary }: Fallback): Summary {
  const { success, data } = summarized.safeParse(summary)
  if (!success) throw new InputError(`${problem}; ${remedy}`)
  for (const key of ['mean', 'sd'] as const)
    checkRange(data[key], () => `${path}, ${quoted(name)}, ${key}`)
  return {
    ...data,
    missing: `this needs the samples, and the file holds only their number, mean and standard deviation; ${remedy}`,
  }
}

/** Each can also be chosen by its number. */
function numbered(offers: readonly Offer[]): Offer[] {
  return offers.map((one, index) => ({ ...one, aliases: [String(index + 1)] }))
}

/** @param place where the array stands, for messages */
function toNumbers(values: readonly LooseNumber[], place: string): Float64Array {
  const numbers = new Float64Array(values.length)
  for (let index = 0; index < numbers.length; index += 1) {
    const value = values[index]!
    const number = typeof value === 'number' ? value : Number(value ?? Number.NaN)
    checkRange(number, () => `${place}, element ${index + 1}`)
    numbers[index] = number
  }
  return numbers
}

function isLooseNumber(value: unknown): value is LooseNumber {
  return (
    typeof value === 'number' ||
    value === null ||
    value === 'NaN' ||
    value === 'Infinity' ||
    value === '-Infinity'
  )
}

/** JSON, or an array of numbers into which a program wrote NaN or Infinity. */
function parseLoosely(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (/^[\s\d.,eE+\-[\]NaInfityul]*$/.test(text))
      return parseStrictly(
        text.replace(/-?(NaN|Infinity)/g, '"$&"').replaceAll('"-NaN"', '"NaN"'),
        path,
      )
    throw notJson(path, error)
  }
}

function parseStrictly(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw notJson(path, error)
  }
}

function notJson(path: string, error: unknown): InputError {
  return new InputError(
    `${path} is not valid JSON: ${error instanceof Error ? error.message : String(error)}; write it again`,
    { cause: error },
  )
}

function describe(document: unknown): string {
  if (Array.isArray(document)) {
    const odd = document.findIndex((item) => !isLooseNumber(item))
    return `an array whose element ${odd + 1} is ${quoted(JSON.stringify(document[odd]) ?? 'nothing')}`
  }
  if (typeof document !== 'object' || document === null) return quoted(JSON.stringify(document))
  return `an object with the keys ${Object.keys(document).slice(0, 5).map(quoted).join(', ') || 'none'}`
}
