import { z } from 'zod'
import { defined } from '../../evidence/defined.js'
import { exportedOffer } from '../exported-offer.js'
import { looseNumbers } from '../loose-json.js'
import { quoted } from '../number-text.js'
import type { Offer } from '../series.js'
import type { Unit } from '../unit.js'

const metadata = z.looseObject({ name: z.string().optional(), unit: z.string().optional() })
/** pyperf, `-o`: runs are processes. The first ones calibrate and have no values. */
const pyperf = z.looseObject({
  benchmarks: z
    .array(
      z.looseObject({
        metadata: metadata.optional(),
        runs: z.array(z.looseObject({ values: looseNumbers.optional() })),
      }),
    )
    .min(1)
    .refine((all) => all.some(({ runs }) => runs.some(({ values }) => values !== undefined))),
  metadata: metadata.optional(),
})

const UNITS: Readonly<Record<string, Unit>> = { second: 's', byte: 'B' }

/** The benchmarks of pyperf: the values of all processes. Undefined for other documents. */
export function readPyperf(document: unknown, path: string): Offer[] | undefined {
  const { success, data } = pyperf.safeParse(document)
  if (!success) return undefined
  return data.benchmarks.map(({ metadata: own, runs }, index) => {
    const name = own?.name ?? data.metadata?.name ?? String(index + 1)
    const unit = UNITS[own?.unit ?? data.metadata?.unit ?? 'second']
    const values = runs.flatMap((run) => run.values ?? [])
    return exportedOffer({ name, values, ...defined({ unit }) }, path, {
      problem: `${path}: no values of ${quoted(name)}`,
      remedy: 'run it to its end',
    })
  })
}
