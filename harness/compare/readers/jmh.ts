import { z } from 'zod'
import { defined } from '../../evidence/defined.js'
import { countNames, exportedOffer } from '../exported-offer.js'
import { looseNumbers } from '../loose-json.js'
import { quoted } from '../number-text.js'
import type { Offer } from '../series.js'
import { isRate, unitOfName } from '../unit.js'

const bins = z.array(z.array(z.number()).min(2))
/** JMH, `-rf json`: scores of iterations, by fork; in mode `sample` histograms instead. */
const jmh = z
  .array(
    z.looseObject({
      benchmark: z.string(),
      mode: z.string(),
      params: z.record(z.string(), z.string()).optional(),
      primaryMetric: z.looseObject({
        scoreUnit: z.string(),
        rawData: z.array(looseNumbers).optional(),
        rawDataHistogram: z.array(z.array(bins)).optional(),
      }),
    }),
  )
  .min(1)

type Result = z.infer<typeof jmh>[number]

/**
 * The benchmarks of JMH: the score of every iteration of all forks, in the unit of the score. In
 * mode `sample`, the mean of every iteration. For a rate (`ops/s`), higher is better. Undefined
 * for other documents.
 */
export function readJmh(document: unknown, path: string): Offer[] | undefined {
  const { success, data } = jmh.safeParse(document)
  if (!success) return undefined
  const counts = countNames(data.map(nameOf))
  return data.map((result) => {
    const { scoreUnit, rawData, rawDataHistogram } = result.primaryMetric
    const unique = counts.get(nameOf(result)) === 1
    const name = unique ? nameOf(result) : `${nameOf(result)} [${result.mode}]`
    const unit = unitOfName(`score ${scoreUnit}`) ?? scoreUnit
    const values = rawDataHistogram?.flat().map(meanOfBins) ?? rawData?.flat()
    const offer = exportedOffer(
      { name, values, unit, ...defined({ higherIsBetter: isRate(unit) || undefined }) },
      path,
      { problem: `${path}: no raw data of ${quoted(name)}`, remedy: 'run JMH with -rf json' },
    )
    return { ...offer, aliases: [name.replace(/^(?:[\w$]+\.)+(?=[\w$]+\.[\w$]+)/, '')] }
  })
}

function nameOf({ benchmark, params = {} }: Result): string {
  const given = Object.entries(params).map(([key, value]) => `${key}=${value}`)
  return given.length === 0 ? benchmark : `${benchmark} (${given.join(', ')})`
}

/** @param histogram pairs of a value and how often it occurred */
function meanOfBins(histogram: readonly (readonly number[])[]): number {
  let [sum, count] = [0, 0]
  for (const [value = Number.NaN, times = 0] of histogram) {
    sum += value * times
    count += times
  }
  return sum / count
}
