import { z } from 'zod'
import { brokenOffer, exportedOffer } from '../exported-offer.js'
import { looseNumbers } from '../loose-json.js'
import { quoted } from '../number-text.js'
import type { Offer } from '../series.js'

const statistics = z.looseObject({ samples: looseNumbers.optional(), avg: z.number() })
const run = z.looseObject({
  name: z.string(),
  stats: statistics.optional(),
  error: z.unknown().optional(),
})
/** mitata 1.x, `format: 'json'`: ns. Before version 1 a benchmark has `stats` without samples. */
const mitata = z.looseObject({
  benchmarks: z
    .array(
      z.union([
        z.looseObject({ runs: z.array(run) }),
        run.extend({ stats: statistics.extend({ p75: z.number() }) }),
      ]),
    )
    .min(1),
})

/** The reason why the n-th values of two files are not pairs. */
const SORTED = 'mitata stores its samples sorted, so pairs cannot be recovered'

/**
 * The benchmarks of mitata: the ns of every sample; mitata itself drops the two smallest and
 * largest. Undefined for other documents.
 */
export function readMitata(document: unknown, path: string): Offer[] | undefined {
  const { success, data } = mitata.safeParse(document)
  if (!success || !data.benchmarks.every((one) => 'runs' in one || 'stats' in one)) return undefined
  const runs = data.benchmarks.flatMap((one) =>
    'runs' in one ? (one.runs as z.infer<typeof run>[]) : [one as z.infer<typeof run>],
  )
  return runs.map((one) => toOffer(one, path))
}

function toOffer({ name, stats, error }: z.infer<typeof run>, path: string): Offer {
  if (stats === undefined)
    return brokenOffer(name, path, `${quoted(name)} failed${messageOf(error)}`)
  return exportedOffer({ name, values: stats.samples, unit: 'ns', unpairable: SORTED }, path, {
    problem: `${path}: no samples of ${quoted(name)}, only their mean and quantiles`,
    remedy: 'run mitata 1.0 or newer with format: { json: { samples: true } }',
  })
}

function messageOf(error: unknown): string {
  const { data } = z.looseObject({ message: z.string() }).safeParse(error)
  return data === undefined ? '' : ` with ${quoted(data.message)}`
}
