import { z } from 'zod'
import { InputError } from '../errors.js'
import { shown } from './number-text.js'
import type { Offer, Summary, Unit } from './series.js'

/** A number, or what programs write where JSON has none. */
type LooseNumber = number | null | 'NaN' | 'Infinity' | '-Infinity'

/** Checked in one go: a million items of a schema take longer than everything else. */
const numbers = z.custom<readonly LooseNumber[]>(
  (value) => Array.isArray(value) && value.every(isLooseNumber),
)

/** hyperfine 1.x, `--export-json`: seconds. */
const hyperfine = z.looseObject({
  results: z.array(z.looseObject({ command: z.string(), times: numbers.optional() })),
})

/**
 * `vitest bench --outputJson`: ms; vitest 4 empties its samples whatever the configuration says,
 * other writers of the shape keep them.
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
 * Results of tinybench, or older tasks, as people write them down: ms; `latency.samples` since
 * version 3, `samples` before it.
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

/** What exports say of samples they leave out. */
const summarized = z.object({ n: z.int().min(2), mean: z.number(), sd: z.number().nonnegative() })

const namedArrays = z.record(z.string(), numbers)

/**
 * What a JSON document offers: an array of numbers, an object of such arrays, or the export of
 * hyperfine, vitest bench or tinybench.
 *
 * @param path as the user gave it, for messages
 * @throws {InputError} it is no JSON, or none of these
 */
export function readJsonDocument(text: string, path: string): Offer[] {
  const document = parseLoosely(text, path)
  const plain = numbers.safeParse(document)
  if (plain.success) return [offer('1', [], plain.data)]
  const exported =
    fromHyperfine(document, path) ?? fromVitest(document, path) ?? fromTinybench(document, path)
  if (exported !== undefined) return numbered(exported)
  const named = namedArrays.safeParse(document)
  if (named.success)
    return Object.entries(named.data).map(([name, values]) => offer(name, [], values))
  throw new InputError(
    `${path} holds ${describe(document)}; give an array of numbers, or an export of hyperfine, vitest bench or tinybench (bench.results)`,
  )
}

function fromHyperfine(document: unknown, path: string): Offer[] | undefined {
  const { success, data } = hyperfine.safeParse(document)
  return success
    ? data.results.map(({ command, times }) =>
        exportedOffer(command, times, 's', undefined, {
          told: `${path}: no times for ${shown(command)}`,
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
    const alone = all.filter((other) => other.name === name).length === 1
    const told = `${path}: no samples of ${shown(name)}`
    const remedy =
      'vitest leaves them out of --outputJson: let a reporter write them, see docs/compare.md'
    const rest = { n: sampleCount, mean, sd }
    return exportedOffer(alone ? name : `${fullName} > ${name}`, samples, 'ms', SORTED, {
      told,
      remedy,
      rest,
    })
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
    const told = `${path}: no samples of ${name === '' ? `task ${index + 1}` : shown(name)}`
    const remedy = 'make the Bench with retainSamples: true'
    const found = latency ?? result?.latency
    const rest = { n: found?.samplesCount, mean: found?.mean, sd: found?.sd }
    return exportedOffer(name === '' ? String(index + 1) : name, values, 'ms', SORTED, {
      told,
      remedy,
      rest,
    })
  })
}

/** Tinybench, and vitest bench with it, sorts its samples: which ran when is lost. */
const SORTED = 'tinybench stores its samples sorted, so which belong together is lost'

function exportedOffer(
  name: string,
  values: readonly LooseNumber[] | undefined,
  unit: Unit,
  unpairable: string | undefined,
  missing: Missing,
): Offer {
  return {
    name,
    read: () => ({
      ...(values === undefined || values.length === 0
        ? { values: [], summary: summaryOf(missing) }
        : offer(name, [], values).read()),
      unit,
      ...(unpairable !== undefined && { unpairable }),
    }),
  }
}

/**
 * That an export leaves its values out, what would bring them, and what it says of them instead.
 */
interface Missing {
  readonly told: string
  readonly remedy: string
  readonly rest?: { readonly [Key in 'n' | 'mean' | 'sd']: unknown }
}

/** @throws {InputError} there is nothing instead of the values either */
function summaryOf({ told, remedy, rest }: Missing): Summary {
  const { success, data } = summarized.safeParse(rest)
  if (!success) throw new InputError(`${told}; ${remedy}`)
  return {
    ...data,
    missing: `this takes the samples, and the file holds their number, mean and standard deviation only; ${remedy}`,
  }
}

/** Each can be chosen by its number too. */
function numbered(offers: readonly Offer[]): Offer[] {
  return offers.map((one, index) => ({ ...one, aliases: [String(index + 1)] }))
}

function offer(name: string, aliases: readonly string[], values: readonly LooseNumber[]): Offer {
  return {
    name,
    aliases,
    read: () => ({
      values: toNumbers(values),
    }),
  }
}

function toNumbers(values: readonly LooseNumber[]): Float64Array {
  const numbers = new Float64Array(values.length)
  for (let index = 0; index < numbers.length; index += 1) {
    const value = values[index]!
    numbers[index] = typeof value === 'number' ? value : Number(value ?? Number.NaN)
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

/** JSON, and the NaN and Infinity some programs write into arrays of numbers. */
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
    `${path} is no JSON: ${error instanceof Error ? error.message : String(error)}; write it again`,
    {
      cause: error,
    },
  )
}

function describe(document: unknown): string {
  if (Array.isArray(document)) {
    const odd = document.findIndex((item) => !isLooseNumber(item))
    return `an array whose element ${odd + 1} is ${shown(JSON.stringify(document[odd]) ?? 'nothing')}`
  }
  if (typeof document !== 'object' || document === null) return shown(JSON.stringify(document))
  return `an object with the keys ${Object.keys(document).slice(0, 5).map(shown).join(', ') || 'none'}`
}
