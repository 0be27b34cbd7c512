import { z } from 'zod'
import { InputError } from '../errors.js'
import { defined } from '../evidence/defined.js'
import { type LooseNumber, toNumbers } from './loose-json.js'
import { checkRange, quoted } from './number-text.js'
import type { Offer, Series, Summary } from './series.js'

/** The summary that an export without samples must contain instead. */
const summarized = z.object({ n: z.int().min(2), mean: z.number(), sd: z.number().nonnegative() })

/** One benchmark of an export. */
export interface Exported
  extends Pick<Series, 'unit' | 'higherIsBetter' | 'needsUnit' | 'unpairable' | 'failed'> {
  readonly name: string
  readonly values: readonly LooseNumber[] | undefined
}

/** What to report or use if an export contains no values. */
export interface Fallback {
  readonly problem: string
  /** How to get the values. */
  readonly remedy: string
  /** The summary of the values, not checked. */
  readonly summary?: { readonly [Key in 'n' | 'mean' | 'sd']: unknown }
}

/**
 * The offer of one benchmark of an export: its values, or else their summary.
 *
 * @param path as the user gave it, for messages
 */
export function exportedOffer(
  { name, values, ...facts }: Exported,
  path: string,
  fallback: Fallback,
): Offer {
  return {
    name,
    read: () => ({
      ...(values === undefined || values.length === 0
        ? { values: [], summary: summaryOf(name, path, fallback) }
        : { values: toNumbers(values, `${path}, ${quoted(name)}`) }),
      ...defined(facts),
    }),
  }
}

/** How often each name occurs. */
export function countNames(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

/** The offer of a benchmark that failed and left no values. */
export function brokenOffer(name: string, path: string, problem: string): Offer {
  const broken = `${path}: ${problem}`
  return {
    name,
    broken,
    read: () => {
      throw new InputError(`${broken}; correct it and measure again, or choose another`)
    },
  }
}

/** @throws {InputError} the export holds neither values nor their summary */
function summaryOf(name: string, path: string, { problem, remedy, summary }: Fallback): Summary {
  const { success, data } = summarized.safeParse(summary)
  if (!success) throw new InputError(`${problem}; ${remedy}`)
  for (const key of ['mean', 'sd'] as const)
    checkRange(data[key], () => `${path}, ${quoted(name)}, ${key}`)
  return {
    ...data,
    missing: `this needs the samples, and the file holds only their number, mean and standard deviation; ${remedy}`,
  }
}
