import { z } from 'zod'
import { brokenOffer, countNames, exportedOffer } from '../exported-offer.js'
import { looseNumbers } from '../loose-json.js'
import { quoted } from '../number-text.js'
import type { Offer } from '../series.js'

const measurement = z.looseObject({
  IterationMode: z.string(),
  IterationStage: z.string(),
  Operations: z.number().positive(),
  Nanoseconds: z.number(),
})
/** BenchmarkDotNet, `*-report-full.json` or `*-report.json`: ns. */
const report = z.looseObject({
  HostEnvironmentInfo: z.unknown(),
  Benchmarks: z
    .array(
      z.looseObject({
        FullName: z.string().optional(),
        DisplayInfo: z.string(),
        Statistics: z
          .looseObject({
            OriginalValues: looseNumbers.optional(),
            N: z.unknown().optional(),
            Mean: z.unknown().optional(),
            StandardDeviation: z.unknown().optional(),
          })
          .nullish(),
        Measurements: z.array(measurement).nullish(),
      }),
    )
    .min(1),
})

type Benchmark = z.infer<typeof report>['Benchmarks'][number]

/** The benchmarks of BenchmarkDotNet: ns per operation of every iteration of the workload. */
export function readBenchmarkDotNet(document: unknown, path: string): Offer[] | undefined {
  const { success, data } = report.safeParse(document)
  if (!success) return undefined
  const counts = countNames(data.Benchmarks.map(({ FullName = '' }) => FullName))
  return data.Benchmarks.map((one) => {
    const { FullName = '', DisplayInfo, Statistics } = one
    // The same method in several jobs differs in its display only.
    const name = FullName !== '' && counts.get(FullName) === 1 ? FullName : DisplayInfo
    const values = Statistics?.OriginalValues ?? resultsOf(one)
    if (Statistics === null || (Statistics === undefined && values === undefined))
      return brokenOffer(name, path, `${quoted(name)} failed`)
    return exportedOffer({ name, values, unit: 'ns' }, path, {
      problem: `${path}: no values of ${quoted(name)}`,
      remedy: 'export with --exporters fulljson, and take the file that ends in -report-full.json',
      summary: { n: Statistics?.N, mean: Statistics?.Mean, sd: Statistics?.StandardDeviation },
    })
  })
}

/** The iterations that count: results of the workload, without overhead, pilots and warm-up. */
function resultsOf({ Measurements }: Benchmark): number[] | undefined {
  const results = (Measurements ?? []).filter(
    ({ IterationMode, IterationStage }) =>
      IterationStage === 'Result' && /^(?:Workload|Result)$/.test(IterationMode),
  )
  return results.length === 0
    ? undefined
    : results.map(({ Nanoseconds, Operations }) => Nanoseconds / Operations)
}
