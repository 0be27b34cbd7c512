import { z } from 'zod'
import { defined } from '../../evidence/defined.js'
import { exportedOffer } from '../exported-offer.js'
import { quoted } from '../number-text.js'
import type { Offer } from '../series.js'

/** Old versions have one of the two. */
const means = z
  .looseObject({ average: z.number().optional(), mean: z.number().optional() })
  .refine(({ average, mean }) => (average ?? mean) !== undefined)
/** autocannon, `--json`: a histogram of latencies in ms, requests per second; no samples. */
const autocannon = z.looseObject({
  title: z.string().optional(),
  url: z.string().optional(),
  requests: means,
  latency: means,
  errors: z.number().optional(),
  timeouts: z.number().optional(),
  non2xx: z.number().optional(),
})

type Run = z.infer<typeof autocannon>

/**
 * Runs of autocannon, one per line. Each address has two series, the mean latency and the rate of
 * requests, with one value per run. The requests within a run are not samples, because they wait
 * for each other. Undefined for other documents.
 */
export function readAutocannonRuns(
  documents: readonly unknown[],
  path: string,
): Offer[] | undefined {
  const { success, data } = z.array(autocannon).min(1).safeParse(documents)
  if (!success) return undefined
  const groups = new Map<string, Run[]>()
  for (const run of data) {
    const name = run.title ?? run.url ?? ''
    groups.set(name, [...(groups.get(name) ?? []), run])
  }
  return [...groups].flatMap(([name, runs]) => offersOf(name, runs, groups.size > 1, path))
}

/** A single run, which gives a summary of one process. Undefined for other documents. */
export function readAutocannon(document: unknown, path: string): Offer[] | undefined {
  return readAutocannonRuns(Array.isArray(document) ? document : [document], path)
}

function offersOf(name: string, runs: readonly Run[], several: boolean, path: string): Offer[] {
  const prefix = several ? `${name} ` : ''
  const failed = failureOf(name, runs)
  const fallback = {
    problem: `${path}: this is a summary of autocannon without samples, of a single run`,
    remedy:
      'run it at least ten times and append each result: autocannon --json URL >> runs.ndjson; each run is then one value',
  }
  const series = [
    {
      name: `${prefix}latency`,
      values: runs.map(({ latency }) => latency.average ?? latency.mean ?? Number.NaN),
      unit: 'ms',
    },
    {
      name: `${prefix}requests`,
      values: runs.map(({ requests }) => requests.average ?? requests.mean ?? Number.NaN),
      unit: 'requests/s',
      higherIsBetter: true,
    },
  ]
  return series.map(({ values, ...one }) =>
    exportedOffer(
      { ...one, values: runs.length < 2 ? undefined : values, ...defined({ failed }) },
      path,
      fallback,
    ),
  )
}

function failureOf(name: string, runs: readonly Run[]): string | undefined {
  const count = runs.reduce(
    (sum, { errors = 0, timeouts = 0, non2xx = 0 }) => sum + errors + timeouts + non2xx,
    0,
  )
  return count === 0
    ? undefined
    : `${count} requests to ${quoted(name)} failed, so its figures do not measure its work; correct that and measure again`
}
