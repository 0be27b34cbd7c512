import { z } from 'zod'
import { InputError } from '../../errors.js'
import { defined } from '../../evidence/defined.js'
import { checkRange, quoted } from '../number-text.js'
import type { Offer } from '../series.js'

const line = z.looseObject({ type: z.enum(['Metric', 'Point']), metric: z.string() })
const declaration = z.looseObject({ type: z.string(), contains: z.string().optional() })
const point = z.looseObject({
  value: z.number(),
  tags: z.record(z.string(), z.unknown()).nullish(),
})

/** k6, `--summary-export`, or `handleSummary` with `values`. */
const summary = z.looseObject({
  metrics: z.record(
    z.string(),
    z.looseObject({
      contains: z.string().optional(),
      avg: z.number().optional(),
      values: z.looseObject({ avg: z.number().optional() }).optional(),
    }),
  ),
})

const UNITS: Readonly<Record<string, string>> = { time: 'ms', data: 'B' }
/** Metrics of a summary that hold ms although it does not state their unit. */
const TIMES = /_(?:duration|blocked|connecting|handshaking|sending|waiting|receiving)\b/

interface Found {
  readonly values: number[]
  unit: string | undefined
  /** The metric is a distribution, not a count or a rate. */
  trend: boolean
  failures: number
}

/**
 * `k6 run --out json`, one line per measurement: the values of every trend, e.g.
 * `http_req_duration` in ms. Undefined for other documents.
 */
export function readK6Points(documents: readonly unknown[], path: string): Offer[] | undefined {
  if (!documents.slice(0, 3).every((one) => line.safeParse(one).success)) return undefined
  const found = new Map<string, Found>()
  for (const [index, document] of documents.entries())
    addLine(found, document, `${path}, line ${index + 1}`)
  return [...found].filter(([, { trend }]) => trend).map(([name, one]) => toOffer(name, one, path))
}

function addLine(found: Map<string, Found>, document: unknown, place: string): void {
  const { success, data } = line.safeParse(document)
  if (!success) throw new InputError(`${place} is neither a metric nor a point of k6; restore it`)
  const entry = found.get(data.metric) ?? { values: [], unit: undefined, trend: false, failures: 0 }
  found.set(data.metric, entry)
  if (data.type === 'Metric') {
    const metric = declaration.parse(data.data)
    entry.trend = metric.type === 'trend'
    entry.unit = UNITS[metric.contains ?? '']
    return
  }
  const { value, tags } = point.parse(data.data)
  checkRange(value, () => place)
  entry.values.push(value)
  if (tags?.expected_response === 'false') entry.failures += 1
}

function toOffer(name: string, { values, unit, failures }: Found, path: string): Offer {
  const failed =
    failures === 0
      ? undefined
      : `${path}: ${failures} of ${values.length} requests in ${quoted(name)} failed; correct that and measure again`
  return { name, read: () => ({ values: new Float64Array(values), ...defined({ unit, failed }) }) }
}

/**
 * Summaries of k6, one per line. Every trend gives a series of its means, one value per run.
 * Undefined for other documents.
 */
export function readK6Runs(documents: readonly unknown[], path: string): Offer[] | undefined {
  const { success, data } = z.array(summary).min(1).safeParse(documents)
  if (!success) return undefined
  const means = data.flatMap(({ metrics }) =>
    Object.entries(metrics).flatMap(([name, { avg, values, contains }]) => {
      const mean = avg ?? values?.avg
      return mean === undefined ? [] : [{ name, mean, contains }]
    }),
  )
  const names = new Set(means.map(({ name }) => name))
  if (names.size === 0) return undefined
  return [...names].map((name) => {
    const runs = means.filter((one) => one.name === name)
    const unit = UNITS[runs[0]?.contains ?? (TIMES.test(name) ? 'time' : '')]
    return meansOffer(
      name,
      runs.map(({ mean }) => mean),
      unit,
      path,
    )
  })
}

/** One summary alone. Undefined for other documents. */
export function readK6Summary(document: unknown, path: string): Offer[] | undefined {
  return readK6Runs([document], path)
}

function meansOffer(
  name: string,
  values: readonly number[],
  unit: string | undefined,
  path: string,
): Offer {
  return {
    name,
    read: () => {
      if (values.length < 2)
        throw new InputError(
          `${path}: a summary of k6 holds neither samples nor their deviation; run k6 with --out json=run.ndjson, or put the summaries of at least ten runs into one file, one per line`,
        )
      for (const value of values) checkRange(value, () => `${path}, ${quoted(name)}`)
      return { values: new Float64Array(values), ...defined({ unit }) }
    },
  }
}
