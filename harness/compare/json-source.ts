import { z } from 'zod'
import { InputError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import { isLooseNumber, looseNumbers, parseLoosely, toNumbers } from './loose-json.js'
import { quoted } from './number-text.js'
import { readCriterion } from './readers/criterion.js'
import { readGoogleBenchmark } from './readers/google-benchmark.js'
import { readHyperfine } from './readers/hyperfine.js'
import { readPyperf } from './readers/pyperf.js'
import { readPytestBenchmark } from './readers/pytest-benchmark.js'
import { readTinybench } from './readers/tinybench.js'
import { readVitestBench } from './readers/vitest-bench.js'
import type { Offer } from './series.js'
import { unitOfName } from './unit.js'

/**
 * One format of exports: its benchmarks, or undefined where the document has another format. A new
 * one takes a file and a line in `READERS`.
 */
export type JsonReader = (document: unknown, path: string) => Offer[] | undefined

const READERS: readonly JsonReader[] = [
  readHyperfine,
  readVitestBench,
  readGoogleBenchmark,
  readPytestBenchmark,
  readPyperf,
  readCriterion,
  readTinybench,
]
const FORMATS =
  'give an array of numbers, or an export of hyperfine, vitest bench, Google Benchmark, pytest-benchmark, pyperf, criterion (sample.json) or tinybench (bench.results)'

const namedArrays = z.record(z.string(), looseNumbers)

/**
 * The series of a JSON document: an array of numbers, an object of such arrays, or the export of
 * another program.
 *
 * @param path as the user gave it, for messages
 * @throws {InputError} it is not valid JSON, or none of these
 */
export function readJsonDocument(text: string, path: string): readonly Offer[] {
  const document = parseLoosely(text, path)
  const plain = looseNumbers.safeParse(document)
  if (plain.success) return [{ name: '1', read: () => ({ values: toNumbers(plain.data, path) }) }]
  for (const read of READERS) {
    const exported = read(document, path)
    if (exported !== undefined) return numbered(exported)
  }
  const named = namedArrays.safeParse(document)
  if (named.success)
    return Object.entries(named.data).map(([name, values]) => ({
      name,
      column: true,
      read: () => ({
        values: toNumbers(values, `${path}, ${quoted(name)}`),
        ...defined({ unit: unitOfName(name) }),
      }),
    }))
  throw new InputError(`${path} holds ${describe(document)}; ${remedyFor(document)}`)
}

/** Each can also be chosen by its number. */
function numbered(offers: readonly Offer[]): Offer[] {
  return offers.map((one, index) => ({
    ...one,
    aliases: [...(one.aliases ?? []), String(index + 1)],
  }))
}

function remedyFor(document: unknown): string {
  const first: unknown = Array.isArray(document) ? document[0] : document
  const ofAutocannon =
    typeof first === 'object' && first !== null && 'requests' in first && 'latency' in first
  return ofAutocannon
    ? 'this is a summary of autocannon without samples: write one number per run, e.g. its mean latency, and give those'
    : FORMATS
}

function describe(document: unknown): string {
  if (Array.isArray(document)) {
    const odd = document.findIndex((item) => !isLooseNumber(item))
    return `an array whose element ${odd + 1} is ${quoted(JSON.stringify(document[odd]) ?? 'nothing')}`
  }
  if (typeof document !== 'object' || document === null) return quoted(JSON.stringify(document))
  return `an object with the keys ${Object.keys(document).slice(0, 5).map(quoted).join(', ') || 'none'}`
}
