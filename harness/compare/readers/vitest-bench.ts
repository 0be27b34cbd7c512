import { z } from 'zod'
import { packageFile } from '../../system/package-root.js'
import { countNames, exportedOffer } from '../exported-offer.js'
import { looseNumbers } from '../loose-json.js'
import { quoted } from '../number-text.js'
import type { Offer } from '../series.js'
import { SORTED } from './tinybench.js'

/**
 * `vitest bench --outputJson`: ms. Vitest 4 always leaves the samples out; other programs that
 * write this shape keep them.
 */
const vitestBench = z.looseObject({
  files: z.array(
    z.looseObject({
      groups: z.array(
        z.looseObject({
          fullName: z.string(),
          benchmarks: z.array(
            z.looseObject({
              name: z.string(),
              samples: looseNumbers.optional(),
              sampleCount: z.unknown().optional(),
              mean: z.unknown().optional(),
              sd: z.unknown().optional(),
            }),
          ),
        }),
      ),
    }),
  ),
})

/** The benchmarks of `vitest bench --outputJson`, in ms; undefined for other documents. */
export function readVitestBench(document: unknown, path: string): Offer[] | undefined {
  const { success, data } = vitestBench.safeParse(document)
  if (!success) return undefined
  const all = data.files.flatMap(({ groups }) =>
    groups.flatMap(({ fullName, benchmarks }) => benchmarks.map((one) => ({ fullName, ...one }))),
  )
  const counts = countNames(all.map(({ name }) => name))
  return all.map(({ fullName, name, samples, sampleCount, mean, sd }) => {
    const unique = counts.get(name) === 1
    return exportedOffer(
      {
        name: unique ? name : `${fullName} > ${name}`,
        values: samples,
        unit: 'ms',
        unpairable: SORTED,
      },
      path,
      {
        problem: `${path}: no samples of ${quoted(name)}`,
        remedy: `vitest leaves them out of --outputJson: let a reporter write them, see ${packageFile('docs/compare.md')}`,
        summary: { n: sampleCount, mean, sd },
      },
    )
  })
}
