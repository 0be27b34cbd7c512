import { z } from 'zod'
import { defined } from '../../evidence/defined.js'
import { brokenOffer, exportedOffer } from '../exported-offer.js'
import { quoted } from '../number-text.js'
import type { Offer } from '../series.js'

/** Google Benchmark, `--benchmark_format=json`: one entry per repetition, and their aggregates. */
const googleBenchmark = z.looseObject({
  benchmarks: z
    .array(
      z.looseObject({
        name: z.string(),
        run_name: z.string().optional(),
        run_type: z.string().optional(),
        real_time: z.number().optional(),
        time_unit: z.enum(['ns', 'us', 'ms', 's']).optional(),
        error_occurred: z.boolean().optional(),
        error_message: z.string().optional(),
      }),
    )
    .min(1)
    .refine((entries) => entries.some((entry) => 'real_time' in entry)),
})

type Entry = z.infer<typeof googleBenchmark>['benchmarks'][number]

/**
 * The benchmarks of Google Benchmark: the real time of each repetition, without aggregates.
 * Undefined for other documents.
 */
export function readGoogleBenchmark(document: unknown, path: string): Offer[] | undefined {
  const { success, data } = googleBenchmark.safeParse(document)
  if (!success) return undefined
  const groups = new Map<string, Entry[]>()
  for (const entry of data.benchmarks) {
    const name = entry.run_name ?? entry.name
    const group = groups.get(name) ?? []
    groups.set(name, group)
    if (entry.run_type !== 'aggregate') group.push(entry)
  }
  return [...groups].map(([name, entries]) => toOffer(name, entries, path))
}

function toOffer(name: string, entries: readonly Entry[], path: string): Offer {
  const failed = entries.find((entry) => entry.error_occurred === true)
  const units = new Set(entries.map((entry) => entry.time_unit ?? 'ns'))
  if (failed !== undefined)
    return brokenOffer(
      name,
      path,
      `${quoted(name)} failed with ${quoted(failed.error_message ?? 'an error')}`,
    )
  if (units.size > 1) return brokenOffer(name, path, `${quoted(name)} has times in several units`)
  const values = entries.flatMap(({ real_time: time }) => time ?? [])
  return exportedOffer({ name, values, ...defined({ unit: [...units][0] }) }, path, {
    problem: `${path}: only aggregates of ${quoted(name)}`,
    remedy: 'run with --benchmark_repetitions, and without --benchmark_report_aggregates_only',
  })
}
