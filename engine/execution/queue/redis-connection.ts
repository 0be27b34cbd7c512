import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { EngineError, messageOf } from '../../errors.js'

/** The packages of the queue, which are only loaded where a queue is used. */
export interface QueuePackages {
  readonly bullmq: typeof import('bullmq')
  readonly Redis: typeof Redis
}

/** Longest pause between two attempts to connect, ms. */
const LONGEST_PAUSE_MS = 1000

/**
 * Loads BullMQ and its client of Redis.
 *
 * @throws {EngineError} `input-invalid`: one is not installed
 */
export async function loadQueuePackages(): Promise<QueuePackages> {
  try {
    const [bullmq, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')])
    return { bullmq, Redis }
  } catch (cause) {
    throw new EngineError(
      'input-invalid',
      `searches on several machines need BullMQ, which cannot be loaded (${messageOf(cause).split('\n')[0]}); install it: npm install bullmq ioredis`,
      { cause },
    )
  }
}

/**
 * The address of a Redis without its password, for messages.
 *
 * @throws {EngineError} `input-invalid`: not an address of Redis; the message does not repeat it
 */
export function shownAddress(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed !== undefined && /^rediss?:$/.test(parsed.protocol) && parsed.hostname !== '')
    return `${parsed.protocol}//${parsed.host}${parsed.pathname === '/' ? '' : parsed.pathname}`
  throw new EngineError(
    'input-invalid',
    'the address of Redis is not a URL; write redis://host:6379, or rediss:// for TLS',
  )
}

/**
 * Connects to Redis. The connection then comes back by itself for as long as it is open.
 *
 * @param patienceMs  for how long to try
 * @throws {EngineError} `queue-unavailable`: Redis does not answer, or refuses the password
 */
export async function connectRedis(
  { Redis }: Pick<QueuePackages, 'Redis'>,
  url: string,
  patienceMs: number,
): Promise<Redis> {
  const address = shownAddress(url)
  const deadline = performance.now() + patienceMs
  for (let wait = 50; ; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
    const redis = new Redis(url, {
      lazyConnect: true,
      maxRetriesPerRequest: null,
      retryStrategy: (times) => Math.min(50 * times, LONGEST_PAUSE_MS),
    })
    let fault: unknown
    redis.on('error', (error: unknown) => {
      fault = error
    })
    try {
      await redis.connect()
      await redis.ping()
      return redis
    } catch (error) {
      redis.disconnect()
      fault ??= error
      if (isRefusal(fault) || performance.now() + wait > deadline)
        throw unavailable(address, messageOf(fault), fault)
      await pause(wait)
    }
  }
}

/** Whether Redis answered, and would answer the same again. */
function isRefusal(fault: unknown): boolean {
  return /^(?:WRONGPASS|NOAUTH|NOPERM|ERR )/.test(messageOf(fault))
}

/** An error of a Redis that does not answer. @param fault  in words */
export function unavailable(address: string, fault: string, cause?: unknown): EngineError {
  return new EngineError(
    'queue-unavailable',
    `Redis at ${address} cannot be used (${fault || 'no answer'}); start it, or correct the address or the password`,
    cause === undefined ? {} : { cause },
  )
}
