import type { Queue, QueueEvents } from 'bullmq'
import type { Redis } from 'ioredis'
import { keyOf, PREFIX, type RangeJob } from './range-job.js'
import { connectRedis, loadQueuePackages, shownAddress } from './redis-connection.js'

/** How a job ended, as BullMQ reports it. */
export interface JobEnd {
  readonly id: string
  /** What its worker returned; absent if no worker ran it to its end. */
  readonly outcome?: string
  /** Why no worker did. */
  readonly reason?: string
}

/** Where a job is; `gone` after Redis has lost it. */
export type JobPlace = 'completed' | 'failed' | 'gone' | 'under way'

/** A job of which nothing is left to be read is removed after this time, s. */
const KEPT_S = 3600
/** The stream of events holds only ends of jobs, which are short. */
const EVENTS = 2000
/** A job whose worker could not reach Redis is tried again. */
const ATTEMPTS = 3
const CANCELLED_S = 600
const CLOSING_MS = 2000

/** The queue as the coordinator sees it. */
export class QueueLink {
  /** Without the password. */
  readonly address: string
  readonly redis: Redis
  readonly #name: string
  readonly #queue: Queue
  readonly #events: QueueEvents
  readonly #listeners = new Set<(end: JobEnd) => void>()

  private constructor(url: string, name: string, redis: Redis, queue: Queue, events: QueueEvents) {
    this.address = shownAddress(url)
    this.redis = redis
    this.#name = name
    this.#queue = queue
    this.#events = events
    // The run that waits sees that the connection is gone; see `isReady`.
    queue.on('error', () => undefined)
    events.on('error', () => undefined)
    events.on('completed', ({ jobId, returnvalue }) =>
      this.#emit({ id: jobId, outcome: returnvalue as unknown as string }),
    )
    events.on('failed', ({ jobId, failedReason }) =>
      this.#emit({ id: jobId, reason: failedReason }),
    )
  }

  /** @throws {EngineError} `input-invalid`: no BullMQ; `queue-unavailable` */
  static async open(url: string, name: string, patienceMs: number): Promise<QueueLink> {
    const packages = await loadQueuePackages()
    const redis = await connectRedis(packages, url, patienceMs)
    const [seconds] = await redis.time()
    const { Queue, QueueEvents } = packages.bullmq
    const queue = new Queue(name, {
      connection: redis,
      prefix: PREFIX,
      streams: { events: { maxLen: EVENTS } },
    })
    const events = new QueueEvents(name, {
      connection: redis.duplicate(),
      prefix: PREFIX,
      lastEventId: `${Number(seconds) * 1000}-0`,
    })
    const link = new QueueLink(url, name, redis, queue, events)
    await Promise.all([queue.waitUntilReady(), events.waitUntilReady()])
    return link
  }

  /** Whether Redis can be reached at this moment. */
  get isReady(): boolean {
    return this.redis.status === 'ready'
  }

  /** @returns ends the listening */
  onEnd(listener: (end: JobEnd) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Adds a job. One with the same id that has ended is replaced, one under way is left. */
  async add(id: string, job: RangeJob): Promise<void> {
    await this.redis.del(keyOf(this.#name, 'cancelled', id))
    const place = await this.placeOf(id)
    if (place === 'failed' || place === 'completed') await this.#queue.remove(id)
    await this.#queue.add('range', job, {
      jobId: id,
      attempts: ATTEMPTS,
      backoff: { type: 'fixed', delay: 200 },
      removeOnComplete: { age: KEPT_S },
      removeOnFail: { age: KEPT_S },
    })
  }

  async placeOf(id: string): Promise<JobPlace> {
    const state = await this.#queue.getJobState(id)
    if (state === 'completed' || state === 'failed') return state
    return state === 'unknown' ? 'gone' : 'under way'
  }

  /** How a job ended; undefined if Redis has lost it. */
  async endOf(id: string): Promise<JobEnd | undefined> {
    const job = await this.#queue.getJob(id)
    if (job?.returnvalue) return { id, outcome: job.returnvalue as string }
    return job?.failedReason ? { id, reason: job.failedReason } : undefined
  }

  /** Removes a job that has ended. */
  async remove(id: string): Promise<void> {
    await this.#queue.remove(id)
  }

  /** Withdraws a job: a worker that runs it stops, one that gets it does not begin. */
  async cancel(id: string): Promise<void> {
    await this.redis.set(keyOf(this.#name, 'cancelled', id), '1', 'EX', CANCELLED_S)
    // A job that is being run is locked and cannot be removed.
    await this.#queue.remove(id).catch(() => undefined)
  }

  /** Number of worker processes that are connected. */
  async workers(): Promise<number> {
    return this.#queue.getWorkersCount()
  }

  async close(): Promise<void> {
    const closing = Promise.allSettled([this.#events.close(), this.#queue.close()])
    // Without Redis they would wait for it.
    const late = new Promise((resolve) => setTimeout(resolve, CLOSING_MS).unref())
    await Promise.race([closing, late])
    this.redis.disconnect()
  }

  #emit(end: JobEnd): void {
    for (const listener of this.#listeners) listener(end)
  }
}
