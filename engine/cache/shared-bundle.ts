import { closable } from '../bundle/plain-source.js'
import type { OpenBundle } from '../ports.js'

export interface SharedBundleEvents {
  /** The bundle was retired, its last user has closed it, and now it is closed. */
  onClose(): void
  /** A read failed. An open bundle keeps the failed promise, so it will never succeed. */
  onFault(): void
}

/**
 * One opened bundle and the number of its users. Each user has a lease and closes that; the bundle
 * itself is closed once it is retired and has no users.
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
   * Adds a user, who stays until `release` is called or its lease is closed. Returns false if the
   * bundle is already closed.
   */
  hold(): boolean {
    if (this.#closed) return false
    this.#users++
    return true
  }

  /** Removes a user that has no lease. */
  release(): void {
    this.#users--
    this.#closeIfUnused()
  }

  /** Closes the bundle now, or with its last user. */
  retire(): void {
    this.#retired = true
    this.#closeIfUnused()
  }

  /**
   * The bundle for a user that holds it. Closing the lease removes the user; using it afterwards is
   * an error, and closing it again does nothing.
   *
   * @param directory  the path by which this user opened it
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
