import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Redis } from 'ioredis'
import { sha256 } from '../../bundle/version.js'
import { EngineError } from '../../errors.js'
import { exactJson, parseExactJson } from './exact-json.js'
import { keyOf } from './range-job.js'
import type { SharedFolder } from './shared-folder.js'

/** Where workers put the results of a range, and the coordinator takes them. */
export interface ResultStore {
  put(id: string, bytes: Uint8Array): Promise<void>
  /** Undefined if there are none. */
  get(id: string): Promise<Uint8Array | undefined>
  remove(id: string): Promise<void>
}

/** Redis keeps everything in memory: results in it are few and short-lived. */
const MOST_BYTES = 32 * 2 ** 20
const KEPT_S = 3600

const compress = promisify(gzip)
const expand = promisify(gunzip)

/** Keeps results in Redis for an hour. */
export function redisResults(redis: Redis, queue: string): ResultStore {
  const key = (id: string) => keyOf(queue, 'result', id)
  return {
    async put(id, bytes) {
      if (bytes.length > MOST_BYTES)
        throw new EngineError(
          'input-invalid',
          `the results of a range take ${bytes.length} bytes, more than the ${MOST_BYTES} that go through Redis; give the search and the workers a shared folder`,
        )
      await redis.set(key(id), Buffer.from(bytes), 'EX', KEPT_S)
    },
    async get(id) {
      return (await redis.getBuffer(key(id))) ?? undefined
    },
    async remove(id) {
      await redis.del(key(id))
    },
  }
}

/** Keeps results as files. */
export function folderResults(folder: SharedFolder): ResultStore {
  return {
    put: (id, bytes) => folder.writeResult(id, bytes),
    get: (id) => folder.readResult(id),
    remove: (id) => folder.removeResult(id),
  }
}

/** Results as bytes, and their digest. */
export async function packResults(
  results: readonly unknown[],
): Promise<{ readonly bytes: Uint8Array; readonly sha256: string }> {
  const bytes = await compress(exactJson(results), { level: 1 })
  return { bytes, sha256: sha256(bytes) }
}

/**
 * The results again.
 *
 * @returns undefined if the bytes have another digest
 */
export async function unpackResults(
  bytes: Uint8Array,
  digest: string,
): Promise<readonly unknown[] | undefined> {
  if (sha256(bytes) !== digest) return undefined
  return parseExactJson((await expand(bytes)).toString('utf8')) as unknown[]
}
