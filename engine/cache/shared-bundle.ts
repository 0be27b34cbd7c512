import { closable } from '../bundle/plain-source.js'
import type { OpenBundle } from '../ports.js'

/** Told what happens to a shared bundle. */
export interface SharedBundleEvents {
  /** Nobody uses it any more and nobody will: it was closed. */
  onClose(): void
  /** Reading it failed, for good: what an open bundle could not read once it never reads. */
  onFault(): void
}

/**
 * One opened bundle and how many use it. Each user has a lease and closes that; the bundle itself
 * is closed when it is retired and the last user has gone, whichever comes later.
 */
export class SharedBundle {
  readonly #events: SharedBundleEvents
  #users = 0
  #retired = false
  #closed = false

  constructor(
    /** The bundle itself; only this class closes it. */
    readonly bundle: OpenBundle,
    events: SharedBundleEvents,
  ) {
    this.#events = events
  }

  /**
   * Counts one more user, to be let go by `release` or by closing a lease; false where it is closed
   * already.
   */
  hold(): boolean {
    if (this.#closed) return false
    this.#users++
    return true
  }

  release(): void {
    this.#users--
    this.#closeIfUnused()
  }

  /** Hands it out to nobody else: it is closed as soon as nobody uses it. */
  retire(): void {
    this.#retired = true
    this.#closeIfUnused()
  }

  /**
   * The bundle for a user who holds it, under the name that user knows it by. Closing the lease
   * lets go; using it afterwards is an error, and closing it again does nothing.
   */
  lease(directory: string): OpenBundle {
    const { bundle } = this
    const watched = <T>(reading: Promise<T>): Promise<T> =>
      reading.catch((error: unknown) => {
        this.#events.onFault()
        throw error
      })
    const lease = closable(
      { ...bundle, directory },
      () => watched(bundle.table()),
      () => watched(bundle.adjustments()),
    )
    let held = true
    return {
      ...lease,
      close: () => {
        lease.close()
        if (held) this.release()
        held = false
      },
    }
  }

  #closeIfUnused(): void {
    if (!this.#retired || this.#users > 0 || this.#closed) return
    this.#closed = true
    this.bundle.close()
    this.#events.onClose()
  }
}
