import { sha256 } from '../../bundle/version.js'
import { EngineError } from '../../errors.js'
import type { BundleIdentity } from '../../simulation/result.js'
import type { CarriedError } from '../carried-error.js'
import type { Wanted } from '../worker-messages.js'

/**
 * A range of the tasks of a search, as a job of a queue: plain JSON. It names the strategy by the
 * digest of its source and the data by their version; it never carries either.
 */
export interface RangeJob {
  /** See `engine-identity.ts`. */
  readonly engine: string
  readonly module: ModuleIdentity
  readonly bundle: BundleIdentity
  /** Exact JSON of the options of the search module; empty if it has none. */
  readonly options: string
  readonly wanted: Wanted
  /** The number of its first task in the search. */
  readonly first: number
  /** Exact JSON of its tasks. */
  readonly tasks: string
}

/** Which source a search runs. */
export interface ModuleIdentity {
  /** Its path below the folder that its files have in common, such as `mine.search.mjs`. */
  readonly entry: string
  /** SHA-256 over all of its files, 64 hexadecimal digits. */
  readonly digest: string
}

/** What became of a job; its results are in a `ResultStore` under the id of the job. */
export type RangeOutcome =
  | {
      readonly kind: 'done'
      /** SHA-256 of the stored results. */
      readonly sha256: string
      /** Time in which this worker ran the tasks, ms. */
      readonly busyMs: number
      /** The first task that failed, by its place in the range; there are results up to it. */
      readonly failed?: { readonly index: number; readonly error: CarriedError }
    }
  /** The worker cannot run this search at all. */
  | { readonly kind: 'refused'; readonly error: CarriedError }
  /** The coordinator did not want it any more. */
  | { readonly kind: 'cancelled' }

/** Prefix of every key in Redis. */
export const PREFIX = 'assay'
const DEFAULT_QUEUE = 'search'

/**
 * The id of a job: a digest of everything that its results depend on. Equal jobs are one job, so
 * that adding it twice, or after a failure, cannot run or count it twice.
 */
export function jobId(job: RangeJob): string {
  return `r${sha256(JSON.stringify(job))}`
}

/** Names a key of Redis that belongs to a job. */
export function keyOf(queue: string, kind: 'result' | 'cancelled', id: string): string {
  return `${PREFIX}:${queue}:${kind}:${id}`
}

/**
 * A checked name of a queue.
 *
 * @throws {EngineError} `input-invalid`
 */
export function queueName(name: string = DEFAULT_QUEUE): string {
  if (/^[A-Za-z0-9_-]{1,60}$/.test(name)) return name
  throw new EngineError(
    'input-invalid',
    `a queue named '${name.slice(0, 80)}'; use at most 60 letters, digits, - and _`,
  )
}
