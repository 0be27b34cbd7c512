import { defined } from '../../evidence/defined.js'
import { brokenOffer } from '../exported-offer.js'
import { checkRange, parseNumber, quoted } from '../number-text.js'
import type { Offer } from '../series.js'

/** `BenchmarkParse/short-8  10000000  72.1 ns/op  48 B/op`; the second word counts iterations. */
const RESULT = /^(Benchmark\S*)\s+\d+\s+(?:.*\s)?(\S+) ns\/op\b/
const FAILURE = /^\s*--- FAIL: (Benchmark\S*)/
/** Go ends the output of a package that failed with this line. */
const PACKAGE_FAILURE = /^(?:FAIL\b|panic: )/

interface Found {
  readonly values: number[]
  failed: boolean
}

/**
 * The benchmarks of `go test -bench`, each with its ns per operation in every repetition
 * (`-count`); undefined for other texts. Each can also be chosen without `Benchmark` and without
 * the number of processors.
 *
 * @param path as the user gave it, for messages
 */
export function readGoBenchmarks(text: string, path: string): Offer[] | undefined {
  if (!text.includes('ns/op')) return undefined
  const found = new Map<string, Found>()
  let packageFailed = false
  for (const [index, line] of text.split('\n').entries()) {
    const [, name, cell = ''] = RESULT.exec(line) ?? []
    const value = parseNumber(cell)
    if (name !== undefined && value !== undefined) {
      checkRange(value, () => `${path}, line ${index + 1}`)
      entryOf(found, name).values.push(value)
      continue
    }
    const failed = FAILURE.exec(line)?.[1]
    if (failed !== undefined) entryOf(found, failed).failed = true
    else packageFailed ||= PACKAGE_FAILURE.test(line)
  }
  if (![...found.values()].some(({ values }) => values.length > 0)) return undefined
  // A failure that names a benchmark concerns only that one.
  const all = packageFailed && ![...found.values()].some(({ failed }) => failed)
  return [...found].map(([name, { values, failed }]) => toOffer(name, values, failed || all, path))
}

function entryOf(found: Map<string, Found>, name: string): Found {
  const entry = found.get(name) ?? { values: [], failed: false }
  found.set(name, entry)
  return entry
}

function toOffer(name: string, values: readonly number[], failed: boolean, path: string): Offer {
  const problem = failed ? `${quoted(name)} or its package failed` : undefined
  const short = name.replace(/-\d+$/, '')
  const aliases = [short, short.replace(/^Benchmark/, ''), name.replace(/^Benchmark/, '')]
  if (values.length === 0)
    return {
      ...brokenOffer(name, path, problem ?? `${quoted(name)} has no times`),
      aliases,
    }
  return {
    name,
    aliases,
    read: () => ({
      values: new Float64Array(values),
      unit: 'ns',
      ...defined({ failed: problem && `${problem}; correct it and measure again` }),
    }),
  }
}
