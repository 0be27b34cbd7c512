import { EngineError } from '../../errors.js'
import type { BatchSize } from '../batch-size.js'
import { type CarriedError, revive } from '../carried-error.js'
import type { Batch, TaskRun } from '../task-run.js'
import { exactJson, parseExactJson } from './exact-json.js'
import type { JobEnd, QueueLink } from './queue-link.js'
import { jobId, type RangeJob, type RangeOutcome } from './range-job.js'
import { unavailable } from './redis-connection.js'
import { type ResultStore, unpackResults } from './result-store.js'

/** What a coordinator has done. */
export interface QueueStatistics {
  /** Ranges of trials whose results have come in. */
  readonly jobs: number
  readonly tasks: number
  /** Ranges that had to be run again, because Redis or a worker lost them. */
  readonly lost: number
  /** Time in which workers ran the tasks, ms. */
  readonly busyMs: number
  /** Worker processes connected when last counted. */
  readonly workers: number
}

/** What the runs of a coordinator share. */
export interface QueuedRunSetting {
  readonly link: QueueLink
  readonly store: ResultStore
  readonly size: BatchSize
  /** A range has at most as many tasks. */
  readonly mostTasks: number
  /** How long Redis or workers may be away, ms. */
  readonly patienceMs: number
  readonly done: { -readonly [Figure in keyof QueueStatistics]: QueueStatistics[Figure] }
}

interface Range {
  readonly batch: Batch
  /** Whether it is in the queue. */
  isAdded: boolean
  /** Whether its end is being dealt with. */
  isEnding: boolean
}

/** Jobs in the queue for each worker: one that runs, one that it has taken, one that waits. */
const JOBS_PER_WORKER = 3
const FEWEST_JOBS = 4
/** Work of the shortest range of a search that is longer than that, ms. */
const SHORTEST_MS = 100
/** How often the connection, the workers and jobs without news are looked at, ms. */
const LOOK_MS = 1000
/** A range is lost at most as often; then something loses all of them. */
const MOST_LOSSES = 20

/**
 * One run of tasks through the queue: keeps it filled up to a bound, takes the results of each
 * range once, and adds a range again if Redis has lost it. BullMQ itself gives a range to another
 * worker if the first has ended.
 */
export class QueuedRun {
  readonly #setting: QueuedRunSetting
  readonly #run: TaskRun
  readonly #template: Omit<RangeJob, 'first' | 'tasks'>
  /** Number of tasks of the run. */
  readonly #tasks: number
  readonly #ranges = new Map<string, Range>()
  readonly #losses = new Map<string, number>()
  #isFilling = false
  #isLooking = false
  #readyAt = performance.now()
  #workersAt = performance.now()

  constructor(
    setting: QueuedRunSetting,
    run: TaskRun,
    template: Omit<RangeJob, 'first' | 'tasks'>,
  ) {
    this.#setting = setting
    this.#run = run
    this.#template = template
    this.#tasks = run.left
  }

  /** Runs all tasks. @throws as `RedisQueue.trials` */
  async finish(signal: AbortSignal | undefined): Promise<readonly unknown[]> {
    const run = this.#run
    const onAbort = () => run.abort(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    const stopListening = this.#setting.link.onEnd((end) => this.#guard(this.#onEnd(end)))
    const timer = setInterval(() => this.#guard(this.#look()), LOOK_MS)
    this.#guard(this.#begin())
    try {
      return await run.finished
    } finally {
      signal?.removeEventListener('abort', onAbort)
      stopListening()
      clearInterval(timer)
      this.#withdraw(0)
    }
  }

  async #begin(): Promise<void> {
    await this.#countWorkers()
    await this.#fill()
  }

  /** An error of this program or of Redis ends the run. */
  #guard(work: Promise<void>): void {
    work.catch((error: unknown) => this.#run.abort(error))
  }

  async #fill(): Promise<void> {
    if (this.#isFilling) return
    this.#isFilling = true
    try {
      while (this.#ranges.size < this.#bound && this.#run.left > 0) await this.#addNext()
    } finally {
      this.#isFilling = false
    }
  }

  get #bound(): number {
    return Math.max(FEWEST_JOBS, JOBS_PER_WORKER * this.#setting.done.workers)
  }

  async #addNext(): Promise<void> {
    const { mostTasks, link } = this.#setting
    const batch = this.#run.take(Math.min(mostTasks, this.#rangeSize()))!
    const job = { ...this.#template, first: batch.first, tasks: exactJson(batch.tasks) }
    const id = jobId(job)
    const range = { batch, isAdded: false, isEnding: false }
    this.#ranges.set(id, range)
    await link.add(id, job)
    range.isAdded = true
    if (this.#run.isSettled) this.#withdraw(0)
  }

  /** Near the end ranges get smaller, but not so small that their jobs cost more than they do. */
  #rangeSize(): number {
    const { size, done } = this.#setting
    const workers = Math.max(1, done.workers)
    const wanted = size.next(this.#run.left, workers)
    if (size.taskMs === undefined) return wanted
    const share = Math.ceil(this.#tasks / (2 * workers))
    return Math.max(wanted, Math.min(share, Math.round(SHORTEST_MS / size.taskMs)))
  }

  async #onEnd({ id, outcome, reason }: JobEnd): Promise<void> {
    const range = this.#ranges.get(id)
    if (range === undefined || range.isEnding || this.#run.isSettled) return
    range.isEnding = true
    if (outcome !== undefined)
      await this.#onOutcome(id, range, parseExactJson(outcome) as RangeOutcome)
    else this.#run.abort(failure(range.batch, reason ?? 'no reason was given'))
  }

  async #onOutcome(id: string, range: Range, outcome: RangeOutcome): Promise<void> {
    if (outcome.kind === 'refused') {
      this.#run.abort(revive(outcome.error))
      return
    }
    const results = outcome.kind === 'done' ? await this.#resultsOf(id, outcome.sha256) : undefined
    if (results === undefined || outcome.kind !== 'done') return this.#addAgain(id, range)
    this.#ranges.delete(id)
    this.#forget(id)
    this.#count(results.length, outcome.busyMs)
    const { batch } = range
    const failed = outcome.failed && globalFailure(outcome.failed, batch.first)
    this.#run.done(batch, {
      kind: 'done',
      results,
      busyMs: outcome.busyMs,
      ...(failed && { failed }),
    })
    if (failed !== undefined) this.#withdraw(failed.index)
    await this.#fill()
  }

  async #resultsOf(id: string, digest: string): Promise<readonly unknown[] | undefined> {
    const bytes = await this.#setting.store.get(id)
    return bytes && unpackResults(bytes, digest)
  }

  #count(tasks: number, busyMs: number): void {
    const { done, size } = this.#setting
    done.jobs++
    done.tasks += tasks
    done.busyMs += busyMs
    size.ran(tasks, busyMs)
  }

  async #addAgain(id: string, { batch }: Range): Promise<void> {
    const { link, done } = this.#setting
    const losses = (this.#losses.get(id) ?? 0) + 1
    this.#losses.set(id, losses)
    done.lost++
    if (losses > MOST_LOSSES) {
      this.#run.abort(unavailable(link.address, `it lost ${trialsOf(batch)} ${losses} times`))
      return
    }
    this.#ranges.delete(id)
    this.#run.giveBack(batch)
    await this.#fill()
  }

  /** Looks at what no event reports: Redis or all workers gone, jobs that Redis has lost. */
  async #look(): Promise<void> {
    const { link, patienceMs } = this.#setting
    const now = performance.now()
    if (link.isReady) this.#readyAt = now
    else if (now - this.#readyAt > patienceMs)
      this.#run.abort(unavailable(link.address, `it was away for ${seconds(patienceMs)} s`))
    if (!link.isReady || this.#isLooking) return
    this.#isLooking = true
    try {
      await this.#countWorkers()
      for (const id of [...this.#ranges.keys()]) await this.#lookAt(id)
    } finally {
      this.#isLooking = false
    }
  }

  async #lookAt(id: string): Promise<void> {
    const { link } = this.#setting
    const range = this.#ranges.get(id)
    if (range === undefined || !range.isAdded || range.isEnding) return
    const place = await link.placeOf(id)
    if (place === 'under way' || range.isEnding) return
    const end = place === 'gone' ? undefined : await link.endOf(id)
    if (end !== undefined) await this.#onEnd(end)
    else if (!range.isEnding && this.#ranges.get(id) === range) {
      range.isEnding = true
      await this.#addAgain(id, range)
    }
  }

  async #countWorkers(): Promise<void> {
    const { link, done, patienceMs } = this.#setting
    const now = performance.now()
    done.workers = await link.workers()
    if (done.workers > 0) this.#workersAt = now
    if (now - this.#workersAt <= patienceMs) return
    this.#run.abort(
      new EngineError(
        'queue-unavailable',
        `no worker was connected to Redis at ${link.address} for ${seconds(patienceMs)} s; start one: assay worker --redis ${link.address}`,
      ),
    )
  }

  /** Withdraws ranges whose first task has this number or a later one. */
  #withdraw(from: number): void {
    for (const [id, { batch, isAdded }] of this.#ranges) {
      if (batch.first < from || !isAdded) continue
      if (this.#run.isSettled) this.#ranges.delete(id)
      void this.#setting.link.cancel(id).catch(() => undefined)
    }
  }

  /** What is left of a range in Redis is removed; should that fail, it ends by its age. */
  #forget(id: string): void {
    const { link, store } = this.#setting
    void link.remove(id).catch(() => undefined)
    void store.remove(id).catch(() => undefined)
  }
}

type Failed = { readonly index: number; readonly error: CarriedError }

/** The failure with the number of its trial in the search. */
function globalFailure({ index, error }: Failed, first: number): Failed {
  const trial = first + index
  const { trial: _, ...fields } = error.fields
  if (fields.code !== 'worker-crashed') return { index: trial, error: { ...error, fields } }
  const message = error.message.replace(/^trial \d+/, `trial ${trial}`)
  return { index: trial, error: { ...error, message, fields: { ...fields, details: { trial } } } }
}

function failure(batch: Batch, reason: string): EngineError {
  const isStalled = /stalled/.test(reason)
  return new EngineError(
    'worker-crashed',
    isStalled
      ? `${trialsOf(batch)} ended their worker process again and again; correct the strategy, or give the worker more memory`
      : `a worker failed at ${trialsOf(batch)}: ${reason}; correct the worker`,
    { details: { first: batch.first, tasks: batch.tasks.length } },
  )
}

function trialsOf({ first, tasks }: Batch): string {
  return `trials ${first} to ${first + tasks.length - 1}`
}

function seconds(ms: number): number {
  return Math.round(ms / 1000)
}
