import type { InspectorNotification, NodeWorker, Session } from 'node:inspector'
import { Worker } from 'node:worker_threads'
import type { Post } from './inspector-post.js'

/** The worker threads of this process, reached through the inspector. */
export interface WorkerSessions {
  /**
   * The answers of all running workers, and of those that were terminated since the last call. A
   * worker that ends meanwhile, or does not answer in time, gives no answer.
   */
  collect(): Promise<unknown[]>
  /** The ids of workers that ended and had not answered, since the beginning. */
  readonly lost: readonly number[]
  /** The ids of the workers that run. */
  running(): number[]
  /** Leaves the workers alone. */
  release(): void
}

/** What is done with workers. */
export interface WorkerVisits {
  /** If it fails, the worker has ended. */
  readonly onAttach: (post: Post) => Promise<void>
  /** Takes the result of a worker; undefined if it has none. */
  readonly ask: (post: Post, threadId: number) => Promise<unknown>
}

/**
 * A worker that waits for another thread does not answer. Any other answers within milliseconds:
 * the inspector interrupts it.
 */
const ANSWER_MS = 2000

interface Attached {
  readonly threadId: number
  readonly post: Post
  /** Resolves when the worker has ended, because it then never answers. */
  readonly gone: Promise<undefined>
  readonly end: () => void
  hasAnswered: boolean
}

interface Answer {
  readonly id?: number
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly message: string }
}

/**
 * Attaches to every worker while it runs. Pausing it at its start would deadlock a main thread that
 * blocks until the worker answers. Until `release`, a call of `terminate` asks the worker for its
 * result before it ends.
 *
 * @param session of the main thread
 */
export function watchWorkers(
  session: Session,
  main: Post,
  { onAttach, ask }: WorkerVisits,
): WorkerSessions {
  const alive = new Map<string, Attached>()
  const lost: number[] = []
  const early: unknown[] = []
  const answerOf = async (worker: Attached): Promise<unknown> => {
    const answer = await Promise.race([
      ask(worker.post, worker.threadId).catch(() => undefined),
      worker.gone,
      late(),
    ])
    if (answer !== undefined) worker.hasAnswered = true
    return answer
  }
  const attach = attacher(session, main)
  session.on(
    'NodeWorker.attachedToWorker',
    ({ params }: InspectorNotification<NodeWorker.AttachedToWorkerEventDataType>) => {
      const worker = attach(params)
      alive.set(params.sessionId, worker)
      onAttach(worker.post).catch(() => {})
    },
  )
  session.on('NodeWorker.detachedFromWorker', ({ params }) => {
    const worker = alive.get(params.sessionId)
    worker?.end()
    alive.delete(params.sessionId)
    if (worker?.hasAnswered === false) lost.push(worker.threadId)
  })
  const release = beforeTermination(async (threadId) => {
    const worker = [...alive.values()].find((one) => one.threadId === threadId)
    const answer = worker && !worker.hasAnswered ? await answerOf(worker) : undefined
    if (answer !== undefined) early.push(answer)
  })
  return {
    async collect() {
      const waiting = [...alive.values()].filter(({ hasAnswered }) => !hasAnswered)
      const answers = [...early.splice(0), ...(await Promise.all(waiting.map(answerOf)))]
      for (const worker of alive.values()) worker.hasAnswered = false
      return answers.filter((answer) => answer !== undefined)
    },
    lost,
    running: () => [...alive.values()].map(({ threadId }) => threadId),
    release,
  }
}

/** Makes the channel to a worker that was attached. */
function attacher(session: Session, main: Post) {
  const waiting = new Map<string, (message: Answer) => void>()
  let next = 0
  session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
    const message = JSON.parse(params.message) as Answer
    const key = `${params.sessionId} ${message.id}`
    waiting.get(key)?.(message)
    waiting.delete(key)
  })
  return ({ sessionId, workerInfo }: NodeWorker.AttachedToWorkerEventDataType): Attached => {
    const post: Post = (method, params) =>
      new Promise((resolve, reject) => {
        const id = ++next
        waiting.set(`${sessionId} ${id}`, ({ result, error }) =>
          error === undefined
            ? resolve(result ?? {})
            : reject(new Error(`${method}: ${error.message}`)),
        )
        const message = JSON.stringify({ id, method, params })
        main('NodeWorker.sendMessageToWorker', { sessionId, message }).catch(reject)
      })
    let end = () => {}
    const gone = new Promise<undefined>((resolve) => {
      end = () => resolve(undefined)
    })
    return { threadId: threadIdOf(workerInfo), post, gone, end, hasAnswered: false }
  }
}

/**
 * The inspector numbers workers in the order in which it attaches to them, which is not always that
 * in which they started. Their titles begin with the id of the thread: `[worker 3] name`.
 */
function threadIdOf({ title, workerId }: NodeWorker.WorkerInfo): number {
  return Number(/^\[worker (\d+)\]/.exec(title)?.[1] ?? workerId)
}

/** Calls a visitor before every termination of a worker. @returns undoes that */
function beforeTermination(visit: (threadId: number) => Promise<void>): () => void {
  const terminate = Worker.prototype.terminate
  Worker.prototype.terminate = async function (this: Worker) {
    await visit(this.threadId)
    return await terminate.call(this)
  }
  return () => {
    Worker.prototype.terminate = terminate
  }
}

function late(): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ANSWER_MS).unref()
  })
}
