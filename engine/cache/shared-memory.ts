/**
 * Counts memory that entries of a cache share, such as the column behind many views. It counts
 * once, from the time of its first holder until its last holder releases it.
 */
export class SharedMemory {
  readonly #holders = new Map<object, number>()
  readonly #bytesOf: (held: object) => number
  #bytes = 0

  /** @param bytesOf  bytes of an object; they must not change while the object is held */
  constructor(bytesOf: (held: object) => number) {
    this.#bytesOf = bytesOf
  }

  /** Bytes of all held objects. */
  get bytes(): number {
    return this.#bytes
  }

  /** Bytes of these objects, whether or not other holders have them, too. */
  bytesOf(held: readonly object[]): number {
    const distinct = held.length > 1 ? [...new Set(held)] : held
    return distinct.reduce((sum, one) => sum + this.#bytesOf(one), 0)
  }

  hold(held: readonly object[]): void {
    for (const one of held) {
      const holders = this.#holders.get(one) ?? 0
      if (holders === 0) this.#bytes += this.#bytesOf(one)
      this.#holders.set(one, holders + 1)
    }
  }

  /** Undoes one `hold` of the same objects. */
  release(held: readonly object[]): void {
    for (const one of held) {
      const holders = this.#holders.get(one) ?? 0
      if (holders > 1) {
        this.#holders.set(one, holders - 1)
        continue
      }
      this.#holders.delete(one)
      this.#bytes -= this.#bytesOf(one)
    }
  }

  clear(): void {
    this.#holders.clear()
    this.#bytes = 0
  }
}
