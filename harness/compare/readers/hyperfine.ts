import { z } from 'zod'
import { defined } from '../../evidence/defined.js'
import { countNames, exportedOffer } from '../exported-offer.js'
import { looseNumbers } from '../loose-json.js'
import { quoted } from '../number-text.js'
import type { Offer } from '../series.js'

/** hyperfine 1.x, `--export-json`: seconds. */
const hyperfine = z.looseObject({
  results: z.array(
    z.looseObject({
      command: z.string(),
      parameters: z.record(z.string(), z.unknown()).optional(),
      times: looseNumbers.optional(),
      exit_codes: z.array(z.number().nullable()).optional(),
    }),
  ),
})

type Result = z.infer<typeof hyperfine>['results'][number]

/** The commands of `hyperfine --export-json`, in seconds; undefined for other documents. */
export function readHyperfine(document: unknown, path: string): Offer[] | undefined {
  const { success, data } = hyperfine.safeParse(document)
  if (!success) return undefined
  const counts = countNames(data.results.map(({ command }) => command))
  const names = data.results.map((result) => nameOf(result, counts))
  return data.results.map(({ times, exit_codes: codes = [] }, index) => {
    const name = names[index]!
    return exportedOffer(
      { name, values: times, unit: 's', ...defined({ failed: failureOf(name, codes) }) },
      path,
      {
        problem: `${path}: no times for ${quoted(name)}`,
        remedy: 'export with hyperfine --export-json',
      },
    )
  })
}

/** The command, with its parameters if several results have the same one. */
function nameOf({ command, parameters }: Result, counts: ReadonlyMap<string, number>): string {
  const given = Object.entries(parameters ?? {}).map(([key, value]) => `${key}=${String(value)}`)
  return given.length === 0 || counts.get(command) === 1
    ? command
    : `${command} (${given.join(', ')})`
}

/** @param codes one per run; null: killed by a signal */
function failureOf(name: string, codes: readonly (number | null)[]): string | undefined {
  const failed = codes.filter((code) => code !== 0)
  if (failed.length === 0) return undefined
  const kinds = [...new Set(failed.map((code) => (code === null ? 'a signal' : String(code))))]
  return `${quoted(name)} failed in ${failed.length} of ${codes.length} runs (exit codes ${kinds.join(', ')}), so its times do not measure its work; correct the command and measure again`
}
