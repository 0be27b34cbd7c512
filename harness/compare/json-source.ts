import { z } from 'zod'
import { InputError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import { packageFile } from '../system/package-root.js'
import { type FormatReader, readKnownFormat } from './known-format.js'
import { isLooseNumber, looseNumbers, parseLoosely, toNumbers } from './loose-json.js'
import { quoted } from './number-text.js'
import { readAsv } from './readers/asv.js'
import { readAutocannon } from './readers/autocannon.js'
import { readBenchmarkDotNet } from './readers/benchmark-dotnet.js'
import { readBenchmarkJs } from './readers/benchmark-js.js'
import { readCriterion } from './readers/criterion.js'
import { readGithubActionBenchmark } from './readers/github-action-benchmark.js'
import { readGoogleBenchmark } from './readers/google-benchmark.js'
import { readHyperfine } from './readers/hyperfine.js'
import { readJmh } from './readers/jmh.js'
import { readK6Summary } from './readers/k6.js'
import { readMitata } from './readers/mitata.js'
import { readPyperf } from './readers/pyperf.js'
import { readPytestBenchmark } from './readers/pytest-benchmark.js'
import { readTinybench } from './readers/tinybench.js'
import { readVitestBench } from './readers/vitest-bench.js'
import type { Offer } from './series.js'
import { unitOfName } from './unit.js'

/** Formats of exports. To add one, write a file and a line. */
const READERS: readonly FormatReader<unknown>[] = [
  readHyperfine,
  readVitestBench,
  readGoogleBenchmark,
  // Before pytest-benchmark, which also has benchmarks with a name and stats.
  readMitata,
  readPytestBenchmark,
  readPyperf,
  readCriterion,
  readJmh,
  readAsv,
  readBenchmarkDotNet,
  readBenchmarkJs,
  readAutocannon,
  readK6Summary,
  readGithubActionBenchmark,
  readTinybench,
]
const FORMATS = `give an array of numbers, an object of such arrays, one object per line, or an export of a program that ${packageFile('docs/compare.md')} lists, e.g. tinybench (bench.results)`

const namedArrays = z.record(z.string(), looseNumbers)

/**
 * The series of a JSON document: an array of numbers, an object of such arrays, or the export of
 * another program.
 *
 * @param path as the user gave it, for messages
 * @throws {InputError} it is not valid JSON, or has none of these forms
 */
export function readJsonDocument(text: string, path: string): readonly Offer[] {
  const document = parseLoosely(text, path)
  const plain = looseNumbers.safeParse(document)
  if (plain.success) return [{ name: '1', read: () => ({ values: toNumbers(plain.data, path) }) }]
  const exported = readKnownFormat(READERS, document, path)
  if (exported !== undefined) return exported
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
  throw new InputError(`${path} holds ${describe(document)}; ${FORMATS}`)
}

function describe(document: unknown): string {
  if (Array.isArray(document)) {
    const odd = document.findIndex((item) => !isLooseNumber(item))
    return `an array whose element ${odd + 1} is ${quoted(JSON.stringify(document[odd]) ?? 'nothing')}`
  }
  if (typeof document !== 'object' || document === null) return quoted(JSON.stringify(document))
  return `an object with the keys ${Object.keys(document).slice(0, 5).map(quoted).join(', ') || 'none'}`
}
