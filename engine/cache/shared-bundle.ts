import { closable } from '../bundle/plain-source.js'
import type { OpenBundle } from '../ports.js'

export interface SharedBundleEvents {
  /** Called when the bundle has been closed, that is, when it is retired and has no users left. */
  onClose(): void
  /**
   * Called when a read failed. An open bundle keeps the failed promise, so the read can never
   * succeed.
   */
  onFault(): void
}

/**
 * One opened bundle and the number of its users. Each user closes its own lease. The bundle itself
 * is closed once it is retired and has no users.
 */
export class SharedBundle {
  readonly #events: SharedBundleEvents
  #users = 0
  #retired = false
  #closed = false

  constructor(
    /** The bundle itself, which only this class closes. */
    readonly bundle: OpenBundle,
    events: SharedBundleEvents,
  ) {
    this.#events = events
  }

  /**
   * Adds a user, which counts until `release` is called or its lease is closed. Returns false if
   * the bundle is already closed.
   */
  hold(): boolean {
    if (this.#closed) return false
    this.#users++
    return true
  }

  /** Removes a user that does not have a lease. */
  release(): void {
    this.#users--
    this.#closeIfUnused()
  }

  /** Closes the bundle, now or when its last user leaves. */
  retire(): void {
    this.#retired = true
    this.#closeIfUnused()
  }

  /**
   * A lease of the bundle for a user added by `hold`. Closing the lease removes the user. Using a
   * closed lease is an error; closing it again does nothing.
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
