import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { shortVersion } from '../../bundle/version.js'
import type { OptimizationConfig } from '../../config.js'
import { EngineError } from '../../errors.js'
import { type WorkerPool, workerPool } from '../worker-pool.js'
import { engineIdentity } from './engine-identity.js'
import { parseExactJson } from './exact-json.js'
import { type ModuleSource, readModuleSource } from './module-source.js'
import type { RangeJob } from './range-job.js'
import type { SharedFolder } from './shared-folder.js'

export interface WorkerSearchesOptions {
  readonly folder?: SharedFolder
  /** The only module that may run, if there is no folder. */
  readonly module?: string
  /** In place of the bundle of the module; only without a folder. */
  readonly bundle?: string
  readonly workers: number
  readonly config: OptimizationConfig
}

interface Kept {
  readonly pool: WorkerPool
  users: number
}

/** Pools without work that are kept for the next job. */
const MOST_IDLE = 2

/**
 * The pools of a worker, one for each search. Code runs only from the shared folder or the module
 * that the worker was started with, after its digest was compared.
 */
export class WorkerSearches {
  readonly #options: WorkerSearchesOptions
  readonly #pools = new Map<string, Promise<Kept>>()
  readonly #modules = new Map<string, Promise<string>>()
  readonly #bundles = new Map<string, Promise<string>>()
  #temporary: Promise<string> | undefined

  constructor(options: WorkerSearchesOptions) {
    this.#options = options
  }

  /**
   * Runs something with the pool of a job's search.
   *
   * @throws {EngineError} `input-invalid`: another engine or another strategy; `bundle-missing`,
   * `bundle-changed`, `bundle-corrupt`
   */
  async use<T>(job: RangeJob, work: (pool: WorkerPool) => Promise<T>): Promise<T> {
    const own = engineIdentity()
    if (job.engine !== own)
      throw new EngineError(
        'input-invalid',
        `the search runs on engine ${job.engine}, this worker on ${own}; install the same version of assay and of Node on both`,
      )
    const key = `${job.module.digest} ${job.bundle.version} ${job.options}`
    const kept = await this.#pool(key, job)
    kept.users++
    try {
      return await work(kept.pool)
    } finally {
      kept.users--
      await this.#closeIdle()
    }
  }

  /** Ends all threads, and removes what was copied. */
  async close(): Promise<void> {
    for (const pool of this.#pools.values()) await (await pool.catch(() => undefined))?.pool.close()
    const temporary = await this.#temporary
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true })
  }

  /** The pool used last comes last. */
  async #pool(key: string, job: RangeJob): Promise<Kept> {
    const pool = this.#pools.get(key) ?? this.#openPool(job)
    this.#pools.delete(key)
    this.#pools.set(key, pool)
    pool.catch(() => this.#pools.delete(key))
    return pool
  }

  async #openPool({ module, bundle, options }: RangeJob): Promise<Kept> {
    const { folder, workers, config } = this.#options
    const file = await once(this.#modules, module.digest, () => this.#moduleFile(module))
    const directory =
      folder === undefined
        ? this.#options.bundle
        : await once(this.#bundles, bundle.version, () => folder.bundle(bundle))
    const pool = workerPool({
      module: file,
      ...(options !== '' && { options: parseExactJson(options) }),
      ...(directory !== undefined && { bundle: directory }),
      workers,
      config,
    })
    return { pool, users: 0 }
  }

  async #moduleFile(wanted: RangeJob['module']): Promise<string> {
    const { folder, module } = this.#options
    if (folder !== undefined) return this.#copyOf(await folder.module(wanted))
    const own = await readModuleSource(module!)
    if (own.digest === wanted.digest) return module!
    throw new EngineError(
      'input-invalid',
      `search module ${module} is not the one that is searched, ${wanted.entry} (digest ${shortVersion(own.digest)}, not ${shortVersion(wanted.digest)}); copy the module of the search here`,
      { details: { file: module! } },
    )
  }

  /** Copies what was checked to a folder of this process, so that nothing else is run. */
  async #copyOf({ entry, digest, files }: ModuleSource): Promise<string> {
    this.#temporary ??= mkdtemp(join(tmpdir(), 'assay-worker-'))
    const folder = join(await this.#temporary, digest)
    for (const [name, bytes] of files) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), bytes)
    }
    return join(folder, entry)
  }

  async #closeIdle(): Promise<void> {
    const idle: string[] = []
    for (const [key, pool] of this.#pools) if ((await pool).users === 0) idle.push(key)
    for (const key of idle.slice(0, -MOST_IDLE)) {
      const pool = this.#pools.get(key)
      this.#pools.delete(key)
      await (await pool)?.pool.close()
    }
  }
}

/** A value that is made once, unless making it fails. */
async function once(
  made: Map<string, Promise<string>>,
  key: string,
  make: () => Promise<string>,
): Promise<string> {
  const value = made.get(key) ?? make()
  made.set(key, value)
  value.catch(() => made.delete(key))
  return value
}
