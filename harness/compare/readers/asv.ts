import { z } from 'zod'
import { defined } from '../../evidence/defined.js'
import { brokenOffer, exportedOffer } from '../exported-offer.js'
import { isLooseNumbers } from '../loose-json.js'
import { quoted } from '../number-text.js'
import type { Offer } from '../series.js'
import type { Unit } from '../unit.js'

/** asv, `results/MACHINE/COMMIT-ENVIRONMENT.json`, version 2: a row of cells per benchmark. */
const asv = z.looseObject({
  result_columns: z.array(z.string()),
  results: z.record(z.string(), z.array(z.unknown())),
  commit_hash: z.string(),
})
const parameters = z.array(z.array(z.string())).catch([])
const perCombination = z.array(z.unknown()).catch([])

/** The first word of a benchmark's name gives the measured quantity. */
const UNITS: Readonly<Record<string, Unit>> = { time: 's', timeraw: 's', mem: 'B', peakmem: 'B' }

/**
 * The benchmarks of asv, one for each combination of parameters, with the samples that `asv run
 * --record-samples` stores. Undefined for other documents.
 */
export function readAsv(document: unknown, path: string): Offer[] | undefined {
  const { success, data } = asv.safeParse(document)
  if (!success) return undefined
  const column = (row: readonly unknown[], name: string) => row[data.result_columns.indexOf(name)]
  return Object.entries(data.results).flatMap(([benchmark, row]) => {
    const combinations = product(parameters.parse(column(row, 'params') ?? []))
    const results = perCombination.parse(column(row, 'result'))
    const samples = perCombination.parse(column(row, 'samples'))
    return combinations.map((combination, index) => {
      const name = combination.length === 0 ? benchmark : `${benchmark}(${combination.join(', ')})`
      return toOffer(name, results[index], samples[index], path)
    })
  })
}

/** @param result the median, or null if the benchmark failed  @param samples of asv, if any */
function toOffer(name: string, result: unknown, samples: unknown, path: string): Offer {
  if (result === null) return brokenOffer(name, path, `${quoted(name)} failed`)
  const values = isLooseNumbers(samples) ? samples : undefined
  const [, kind = ''] = /(?:^|\.)([a-z]+)_[^.]*$/.exec(name.replace(/\(.*$/s, '')) ?? []
  const unit = UNITS[kind]
  return exportedOffer(
    { name, values, ...(unit === undefined ? { needsUnit: true } : {}), ...defined({ unit }) },
    path,
    {
      problem: `${path}: no samples of ${quoted(name)}, only their median and quartiles`,
      remedy: 'run asv with --record-samples',
    },
  )
}

/** Every combination of the parameters, the last one varying fastest, as asv orders them. */
function product(values: readonly (readonly string[])[]): string[][] {
  return values.reduce<string[][]>(
    (combinations, choices) =>
      combinations.flatMap((combination) => choices.map((choice) => [...combination, choice])),
    [[]],
  )
}
