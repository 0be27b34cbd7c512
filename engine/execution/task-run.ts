import { EngineError } from '../errors.js'
import type { TrialTask } from '../search/grid.js'
import { namedValues } from '../search/parameter-space.js'
import { type CarriedError, revive } from './carried-error.js'
import type { BatchDone, Wanted } from './worker-messages.js'

/** Consecutive tasks of a run. */
export interface Batch {
  readonly run: TaskRun
  /** The number of its first task. */
  readonly first: number
  readonly tasks: readonly TrialTask[]
}

/** The task of a search that failed, as a field of its error. */
export interface FailedTrial extends TrialTask {
  /** Its position in the search, from 0. */
  readonly index: number
}

/** A worker that ends during a task is replaced and its batch run again, once for each task. */
const CRASHES = 2

/**
 * The tasks of one call of an executor, on their way through the workers: which are left to be
 * given out, which are under way, and what became of the others. A batch whose worker crashed is
 * given out again. If tasks fail, the error is that of the first of them, as if they had run one
 * after the other: those before it are completed, those after it are not begun.
 */
export class TaskRun {
  readonly wanted: Wanted
  /** The number of the shared bundle, if there is one. */
  readonly bundle: number | undefined
  /** In shared memory, for workers: tasks from this number on are not to be run any more. */
  readonly stop = new Int32Array(new SharedArrayBuffer(4))
  /** Ends with the results in the order of the tasks, or the error of the first that failed. */
  readonly finished: Promise<readonly unknown[]>
  readonly #tasks: readonly TrialTask[]
  readonly #results: unknown[]
  readonly #onResults: ((first: number, results: readonly unknown[]) => void) | undefined
  readonly #crashes = new Map<number, number>()
  readonly #underWay = new Set<Batch>()
  #again: Batch[] = []
  #next = 0
  #error: unknown
  #settle!: { resolve(results: readonly unknown[]): void; reject(error: unknown): void }
  #isSettled = false

  /**
   * @param onResults  called once for each task, in whatever order they finish, with consecutive
   * results and the number of the first
   */
  constructor(
    tasks: readonly TrialTask[],
    wanted: Wanted,
    bundle?: number,
    onResults?: (first: number, results: readonly unknown[]) => void,
  ) {
    this.#tasks = tasks
    this.#results = new Array(tasks.length)
    this.#onResults = onResults
    this.wanted = wanted
    this.bundle = bundle
    this.stop[0] = tasks.length
    this.finished = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
  }

  /** Number of tasks that are left to be given out. */
  get left(): number {
    if (this.#isSettled) return 0
    const again = this.#again.reduce((sum, { tasks }) => sum + tasks.length, 0)
    return again + Math.max(0, this.stop[0]! - this.#next)
  }

  get isSettled(): boolean {
    return this.#isSettled
  }

  /** The next batch of at most `size` tasks; one that is run again keeps its size. */
  take(size: number): Batch | undefined {
    if (this.left === 0) return undefined
    const batch = this.#again.shift() ?? this.#cut(size)
    this.#underWay.add(batch)
    return batch
  }

  /** A worker has run a batch. */
  done(batch: Batch, { results, failed }: BatchDone): void {
    this.#underWay.delete(batch)
    if (this.#isSettled) return
    for (const [i, result] of results.entries()) this.#results[batch.first + i] = result
    if (failed !== undefined) this.#fail(failed.index, this.#errorOf(failed.index, failed.error))
    if (results.length > 0) this.#report(batch.first, results)
    this.#settleIfDone()
  }

  /** A worker ended before it had begun a batch. */
  giveBack(batch: Batch): void {
    this.#underWay.delete(batch)
    this.#again.push(batch)
    this.#again.sort((a, b) => a.first - b.first)
    this.#settleIfDone()
  }

  /**
   * A worker ended while it ran a task of a batch.
   *
   * @param cause  in words, for the message
   */
  crashed(batch: Batch, index: number, cause: string): void {
    const crashes = (this.#crashes.get(index) ?? 0) + 1
    this.#crashes.set(index, crashes)
    if (crashes >= CRASHES) this.#fail(index, this.#crashOf(index, cause))
    this.giveBack(batch)
  }

  /** Ends the run at once; its workers stop after the task that they are running. */
  abort(reason: unknown): void {
    if (this.#isSettled) return
    Atomics.store(this.stop, 0, 0)
    this.#isSettled = true
    this.#again = []
    this.#settle.reject(reason)
  }

  #cut(size: number): Batch {
    const first = this.#next
    this.#next = Math.min(first + size, this.stop[0]!)
    return { run: this, first, tasks: this.#tasks.slice(first, this.#next) }
  }

  #report(first: number, results: readonly unknown[]): void {
    try {
      this.#onResults?.(first, results)
    } catch (error) {
      this.abort(error)
    }
  }

  #fail(index: number, error: unknown): void {
    if (index >= Atomics.load(this.stop, 0)) return
    Atomics.store(this.stop, 0, index)
    this.#error = error
  }

  #settleIfDone(): void {
    if (this.#isSettled) return
    const end = this.stop[0]!
    this.#again = this.#again.filter(({ first }) => first < end)
    const isWaiting = [...this.#underWay].some(({ first }) => first < end)
    if (isWaiting || this.left > 0) return
    this.#isSettled = true
    if (end < this.#tasks.length) this.#settle.reject(this.#error)
    else this.#settle.resolve(this.#results)
  }

  #errorOf(index: number, carried: CarriedError): Error {
    const trial: FailedTrial = { index, ...this.#tasks[index]! }
    const error = revive(carried)
    return Object.hasOwn(error, 'trial') ? error : Object.assign(error, { trial })
  }

  #crashOf(index: number, cause: string): EngineError {
    const trial: FailedTrial = { index, ...this.#tasks[index]! }
    const error = new EngineError(
      'worker-crashed',
      `trial ${index} (${taskText(trial)}) ended its worker ${CRASHES} times: ${cause}; correct the strategy, or leave this trial out`,
      { details: { trial: index } },
    )
    return Object.assign(error, { trial })
  }
}

/** A task for messages: `fast=5, slow=20, sessions 10 to 99`. */
function taskText({ parameters, range, fidelity }: TrialTask): string {
  const point = namedValues(parameters)
  if (range !== undefined) point.push(`sessions ${range.start} to ${range.end - 1}`)
  if (fidelity !== undefined) point.push(`${(100 * fidelity).toFixed(1)} % of the sessions`)
  return point.join(', ')
}
