import { z } from 'zod'
import { defined } from '../../evidence/defined.js'
import { brokenOffer, exportedOffer } from '../exported-offer.js'
import { looseNumbers } from '../loose-json.js'
import { quoted } from '../number-text.js'
import type { Offer } from '../series.js'

/** Tinybench, and so vitest bench, sorts its samples. */
export const SORTED = 'tinybench stores its samples sorted, so pairs cannot be recovered'

const statistics = z.looseObject({ samples: looseNumbers.optional() })
/** `latency.samples` since version 3, `samples` before; since version 6 `state`. */
const outcome = z.looseObject({
  latency: statistics.optional(),
  samples: looseNumbers.optional(),
  state: z.string().optional(),
  error: z.unknown().optional(),
})
const task = outcome.extend({ name: z.string().optional(), result: outcome.optional() })
const tasks = z.array(task).min(1)

type Task = z.infer<typeof task>

/** Fields that tinybench writes beside the samples; without one, their unit is unknown. */
const MARKS = ['latency', 'state', 'hz', 'period', 'rme', 'moe', 'totalTime', 'p99', 'runs']
/** States of version 6 in which a task measured nothing. */
const UNFINISHED = ['errored', 'aborted', 'not-started', 'started']

/**
 * Results of tinybench, or tasks of its older versions, saved as JSON: ms. An array of names and
 * samples that another program wrote is read too, but its unit is unknown. Undefined for other
 * documents.
 */
export function readTinybench(document: unknown, path: string): Offer[] | undefined {
  const wrapped = z
    .looseObject({ results: z.unknown().optional(), tasks: z.unknown().optional() })
    .safeParse(document)
  const list = Array.isArray(document)
    ? document
    : wrapped.success
      ? (wrapped.data.tasks ?? wrapped.data.results)
      : undefined
  const { success, data } = tasks.safeParse(list)
  if (!success || !data.every(isTask) || data.some(isOfAutocannon)) return undefined
  const ofTinybench = data.some((one) =>
    MARKS.some((mark) => mark in one || (one.result !== undefined && mark in one.result)),
  )
  return data.map((one, index) => toOffer(one, index, ofTinybench, path))
}

function isTask({ latency, samples, result, state }: Task): boolean {
  return (latency ?? samples ?? result ?? state) !== undefined
}

/** Whether a result comes from autocannon; its `latency` is a histogram of ms without samples. */
function isOfAutocannon(one: Task): boolean {
  return 'requests' in one || (one.latency !== undefined && 'average' in one.latency)
}

function toOffer(one: Task, index: number, ofTinybench: boolean, path: string): Offer {
  const { name: given = '', latency, samples, result } = one
  const name = given === '' ? String(index + 1) : given
  const called = given === '' ? `task ${index + 1}` : quoted(given)
  const values = latency?.samples ?? samples ?? result?.latency?.samples ?? result?.samples
  const failure = failureOf(one)
  if (failure !== undefined && (values === undefined || values.length === 0))
    return brokenOffer(name, path, `${called} ${failure}`)
  const summary = latency ?? result?.latency
  return exportedOffer(
    {
      name,
      values,
      ...(ofTinybench ? { unit: 'ms', unpairable: SORTED } : { needsUnit: true }),
      ...defined({ failed: failure === undefined ? undefined : `${called} ${failure}` }),
    },
    path,
    {
      problem: `${path}: no samples of ${called}`,
      remedy: 'make the Bench with retainSamples: true',
      summary: { n: summary?.samplesCount, mean: summary?.mean, sd: summary?.sd },
    },
  )
}

function failureOf(one: Task): string | undefined {
  const { state = one.result?.state, error = one.result?.error } = one
  if (error !== undefined && error !== null) return `failed${messageOf(error)}`
  return state !== undefined && UNFINISHED.includes(state) ? `did not finish (${state})` : undefined
}

function messageOf(error: unknown): string {
  const text =
    typeof error === 'string'
      ? error
      : typeof error === 'object' && error !== null && 'message' in error
        ? String(error.message)
        : ''
  return text === '' ? ' with an error' : ` with ${quoted(text)}`
}
