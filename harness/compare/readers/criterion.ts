import { z } from 'zod'
import { brokenOffer, exportedOffer } from '../exported-offer.js'
import type { Offer } from '../series.js'

/** criterion.rs, `sample.json`: iterations, and ns of all of them together. */
const criterion = z.looseObject({
  iters: z.array(z.number().positive()),
  times: z.array(z.number()),
})

/** The ns per iteration of criterion's `sample.json`; undefined for other documents. */
export function readCriterion(document: unknown, path: string): Offer[] | undefined {
  const { success, data } = criterion.safeParse(document)
  if (!success) return undefined
  const { iters, times } = data
  if (iters.length !== times.length)
    return [brokenOffer('1', path, `${iters.length} iterations and ${times.length} times`)]
  const values = times.map((time, index) => time / iters[index]!)
  return [
    exportedOffer({ name: '1', values, unit: 'ns' }, path, {
      problem: `${path}: no samples`,
      remedy: 'run the benchmark again',
    }),
  ]
}
