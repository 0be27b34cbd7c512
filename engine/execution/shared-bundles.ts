import { plainBundleSource } from '../bundle/plain-source.js'
import { type SharedBundleData, shareBundle } from '../cache/shared-columns.js'
import type { BundleSource, OpenBundle } from '../ports.js'

/** A bundle in shared memory, as one run of tasks uses it from its first task to its last. */
export interface SharedLease {
  /** Different for each version. */
  readonly number: number
  readonly data: SharedBundleData
  /** The run has ended. */
  release(): void
}

interface Kept {
  readonly number: number
  readonly bundle: OpenBundle
  readonly data: SharedBundleData
  users: number
}

/**
 * The bundle of a pool in shared memory. It is decoded once, and again only if its directory holds
 * something else when a run begins. A run that is under way keeps the version with which it began.
 */
export class SharedBundles {
  readonly #source: BundleSource
  readonly #onForget: (number: number) => void
  #kept: Kept | undefined
  #opening: Promise<Kept> | undefined
  #numbers = 0

  /** @param onForget  called when no run uses an outdated version any more */
  constructor(onForget: (number: number) => void, source: BundleSource = plainBundleSource()) {
    this.#onForget = onForget
    this.#source = source
  }

  /**
   * The current version of the bundle.
   *
   * @throws {EngineError} errors of opening and reading the bundle
   */
  async lease(directory: string): Promise<SharedLease> {
    this.#opening ??= this.#current(directory).finally(() => {
      this.#opening = undefined
    })
    const kept = await this.#opening
    kept.users++
    return { number: kept.number, data: kept.data, release: () => this.#release(kept) }
  }

  /** Drops the bundle; the next lease decodes it again. */
  clear(): void {
    const kept = this.#kept
    this.#kept = undefined
    if (kept !== undefined) this.#forgetUnused(kept)
  }

  async #current(directory: string): Promise<Kept> {
    if (this.#kept !== undefined && (await this.#kept.bundle.isCurrent())) return this.#kept
    this.clear()
    const bundle = await this.#source.open(directory)
    try {
      const data = await shareBundle(bundle)
      this.#kept = { number: ++this.#numbers, bundle, data, users: 0 }
      return this.#kept
    } finally {
      bundle.close()
    }
  }

  #release(kept: Kept): void {
    kept.users--
    this.#forgetUnused(kept)
  }

  #forgetUnused(kept: Kept): void {
    if (kept.users === 0 && this.#kept !== kept) this.#onForget(kept.number)
  }
}
