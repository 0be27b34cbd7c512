/** Work of a batch: long against the cost of a message, short against a search. */
const BATCH_MS = 50
/** A batch has at most this many times the tasks of the largest before it. */
const GROWTH = 8
const MOST_TASKS = 20_000
/** The weight of the newest batch in the estimate. */
const NEWEST = 0.5

/**
 * Chooses how many tasks a batch has, from the time that the tasks of earlier batches took: about
 * 50 ms of work, unless another time is given. Near the end of a search batches get smaller, so
 * that the workers end together.
 */
export class BatchSize {
  readonly #batchMs: number
  #taskMs: number | undefined
  #largest = 1

  /** @param batchMs  work of a batch, ms */
  constructor(batchMs = BATCH_MS) {
    this.#batchMs = batchMs
  }

  /** Time that a task is expected to take, ms; undefined before the first. */
  get taskMs(): number | undefined {
    return this.#taskMs
  }

  /** Number of tasks of the next batch. @param left  tasks not yet given out, at least 1 */
  next(left: number, workers: number): number {
    if (this.#taskMs === undefined) return 1
    const wanted = Math.round(this.#batchMs / Math.max(this.#taskMs, this.#batchMs / MOST_TASKS))
    const share = Math.ceil(left / (2 * workers))
    return Math.max(1, Math.min(wanted, share, GROWTH * this.#largest, MOST_TASKS))
  }

  /** @param busyMs  time that a batch of `tasks` tasks took */
  ran(tasks: number, busyMs: number): void {
    if (tasks === 0) return
    const each = busyMs / tasks
    this.#taskMs = this.#taskMs === undefined ? each : (1 - NEWEST) * this.#taskMs + NEWEST * each
    this.#largest = Math.max(this.#largest, tasks)
  }

  /** Whether tasks are so short that a worker should have a batch waiting. */
  get isWorthQueueing(): boolean {
    return this.#taskMs !== undefined && this.#taskMs < this.#batchMs
  }
}
