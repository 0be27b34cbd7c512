import { z } from 'zod'
import { countNames, exportedOffer } from '../exported-offer.js'
import { looseNumbers } from '../loose-json.js'
import { quoted } from '../number-text.js'
import type { Offer } from '../series.js'

/** pytest-benchmark, `--benchmark-json`: seconds; `data` with `--benchmark-save-data` only. */
const pytestBenchmark = z.looseObject({
  benchmarks: z
    .array(
      z.looseObject({
        name: z.string(),
        fullname: z.string().optional(),
        stats: z.looseObject({
          data: looseNumbers.optional(),
          rounds: z.unknown(),
          mean: z.unknown(),
          stddev: z.unknown(),
        }),
      }),
    )
    .min(1),
})

/** The benchmarks of pytest-benchmark, in seconds; undefined for other documents. */
export function readPytestBenchmark(document: unknown, path: string): Offer[] | undefined {
  const { success, data } = pytestBenchmark.safeParse(document)
  if (!success) return undefined
  const counts = countNames(data.benchmarks.map(({ name }) => name))
  return data.benchmarks.map(({ name, fullname, stats }) => {
    const unique = counts.get(name) === 1
    return exportedOffer(
      { name: unique ? name : (fullname ?? name), values: stats.data, unit: 's' },
      path,
      {
        problem: `${path}: no data of ${quoted(name)}`,
        remedy: 'run pytest with --benchmark-save-data',
        summary: { n: stats.rounds, mean: stats.mean, sd: stats.stddev },
      },
    )
  })
}
