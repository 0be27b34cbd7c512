import { z } from 'zod'
import { InputError } from '../../errors.js'
import type { Offer } from '../series.js'

const bench = z.looseObject({ name: z.string(), value: z.number(), unit: z.string() })
/** `data.js` or `data.json` of github-action-benchmark: one value per benchmark and commit. */
const history = z.looseObject({
  entries: z.record(z.string(), z.array(z.looseObject({ benches: z.array(bench) }))),
})
/** Its input for the tools `customSmallerIsBetter` and `customBiggerIsBetter`. */
const custom = z.array(bench).min(1)

/**
 * Refuses what github-action-benchmark stores: one value per benchmark and commit, whose `range` is
 * a text without a size of its sample. Undefined for other documents.
 *
 * @throws {InputError} it is such a file
 */
export function readGithubActionBenchmark(document: unknown, path: string): Offer[] | undefined {
  if (!history.safeParse(document).success && !custom.safeParse(document).success) return undefined
  throw refusal(path)
}

/**
 * Refuses its `data.js`. Undefined for other texts.
 *
 * @throws {InputError} it is that file
 */
export function readBenchmarkData(text: string, path: string): Offer[] | undefined {
  if (!/^\s*window\.BENCHMARK_DATA\s*=/.test(text)) return undefined
  throw refusal(path)
}

function refusal(path: string): InputError {
  return new InputError(
    `${path} is data of github-action-benchmark: one value per benchmark and commit, without samples, so no difference can be judged; compare the outputs that your benchmark program wrote, e.g. of go test -bench, JMH or Google Benchmark`,
  )
}
