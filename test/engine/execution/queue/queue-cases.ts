import { onTestFinished } from 'vitest'
import {
  type QueueWorker,
  type QueueWorkerOptions,
  queueWorker,
  type RedisQueue,
  type RedisQueueOptions,
  redisQueue,
} from '../../../../engine/index.js'
import { MODULE, SHARED } from '../pool-cases.js'

let queues = 0

/** A name that no other test uses on the same Redis. */
export function freshQueue(): string {
  return `test-${++queues}`
}

/** The coordinator of `pool-search.mjs`, closed when the test ends. */
export function coordinatorOf(
  search: Readonly<Record<string, unknown>>,
  options: Pick<RedisQueueOptions, 'url'> & Partial<RedisQueueOptions>,
): RedisQueue {
  const queue = redisQueue({ module: MODULE, options: search, ...options })
  onTestFinished(() => queue.close())
  return queue
}

/** A worker in this process, with one thread, closed when the test ends. */
export async function workerOf(options: QueueWorkerOptions): Promise<QueueWorker> {
  const worker = await queueWorker({
    workers: 1,
    config: SHARED,
    ...(options.folder === undefined && { module: MODULE }),
    ...options,
  })
  onTestFinished(() => worker.close())
  return worker
}
