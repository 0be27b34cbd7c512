import { z } from 'zod'
import { exactTQuantile } from '../../statistics/exact-quantile.js'
import { brokenOffer, exportedOffer } from '../exported-offer.js'
import { looseNumbers } from '../loose-json.js'
import { parseNumber, quoted } from '../number-text.js'
import type { Offer } from '../series.js'

/** benchmark.js 1 and 2: a benchmark, as JSON; seconds per operation. */
const benchmark = z.looseObject({
  name: z.string().optional(),
  stats: z.looseObject({
    sample: looseNumbers,
    deviation: z.number(),
    mean: z.number(),
    rme: z.number(),
  }),
})

/** `RegExp#test x 4,166,810 ops/sec ±17.96% (15 runs sampled)` */
const RESULT = /^(.+) x ([\d,.]+) ops\/sec ±([\d.]+)% \((\d+) runs? sampled\)$/
/**
 * The margin of error is printed with two decimals. A smaller margin consists mostly of rounding.
 */
const LEAST_MARGIN = 0.1

/**
 * The benchmarks of benchmark.js: the seconds of every cycle. Takes a suite or an array of
 * benchmarks with their `stats`. Undefined for other documents.
 */
export function readBenchmarkJs(document: unknown, path: string): Offer[] | undefined {
  if (typeof document !== 'object' || document === null) return undefined
  // A suite is an array-like object.
  const list = Object.entries(document).flatMap(([key, one]) => (/^\d+$/.test(key) ? [one] : []))
  const { success, data } = z
    .array(benchmark)
    .min(1)
    .safeParse('stats' in document ? [document] : list)
  if (!success) return undefined
  return data.map(({ name = '', stats }, index) => {
    const called = name === '' ? String(index + 1) : name
    if (stats.sample.length === 0)
      return brokenOffer(called, path, `${quoted(called)} failed, or never ran`)
    return exportedOffer({ name: called, values: stats.sample, unit: 's' }, path, {
      problem: `${path}: no samples of ${quoted(called)}`,
      remedy: 'save the stats of every benchmark',
    })
  })
}

/**
 * The lines that benchmark.js prints. Each has the mean rate of a benchmark, its margin of error
 * and the number of samples, from which the mean and deviation of the time per operation follow.
 * Undefined for other texts.
 */
export function readBenchmarkJsText(text: string, path: string): Offer[] | undefined {
  if (!text.includes(' ops/sec ±')) return undefined
  const found = text.split('\n').flatMap((line) => {
    const [, name, rate = '', margin = '', n = ''] = RESULT.exec(line.trim()) ?? []
    const hz = parseNumber(rate.replaceAll(',', ''))
    return name === undefined || hz === undefined
      ? []
      : [toOffer(name, hz, Number(margin), Number(n), path)]
  })
  return found.length === 0 ? undefined : found
}

/** @param hz operations per second  @param margin of the mean, at 95 %, in percent of it */
function toOffer(name: string, hz: number, margin: number, n: number, path: string): Offer {
  const remedy =
    'save its samples: JSON.stringify(suite.map(({ name, stats }) => ({ name, stats })))'
  if (n < 2 || hz <= 0 || margin < LEAST_MARGIN)
    return brokenOffer(
      name,
      path,
      `the variation of ${quoted(name)} does not follow from ±${margin} % of ${n} runs; ${remedy}`,
    )
  const mean = 1 / hz
  const sd = ((margin / 100) * mean * Math.sqrt(n)) / exactTQuantile(0.975, n - 1)
  return exportedOffer({ name, values: undefined, unit: 's' }, path, {
    problem: `${path}: no samples of ${quoted(name)}`,
    remedy,
    summary: { n, mean, sd },
  })
}
