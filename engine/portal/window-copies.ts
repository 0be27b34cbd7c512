/** Values in the first piece of memory; each further piece is twice as large. */
const FIRST_VALUES = 512
const MOST_VALUES = 16_384

/**
 * Makes the windows that a strategy gets: copies, since a strategy may sort or overwrite what it
 * was given, and no later window may show that. They are cut one after the other from a piece of
 * memory, because an allocation for each costs twice as much as the copy.
 *
 * A piece holds nothing but windows of the same asset and backtest, so even its unused end cannot
 * show a later bar.
 */
export class WindowCopies {
  #piece = new Float64Array(0)
  #used = 0
  #next = FIRST_VALUES

  /** @param values  left as they are */
  of(values: Float64Array): Float64Array {
    const { length } = values
    if (this.#used + length > this.#piece.length) this.#renew(length)
    const from = this.#used
    this.#used += length
    this.#piece.set(values, from)
    return new WindowColumn(this.#piece.buffer, from * Float64Array.BYTES_PER_ELEMENT, length)
  }

  #renew(atLeast: number): void {
    this.#piece = new Float64Array(Math.max(this.#next, atLeast))
    this.#used = 0
    this.#next = Math.min(2 * this.#next, MOST_VALUES)
  }
}

/**
 * A column whose `buffer` holds its own values and nothing else: a copy, so that writing to it
 * reaches no other window. In all else it is a `Float64Array`, and calls itself one.
 */
class WindowColumn extends Float64Array {
  override get buffer(): ArrayBuffer {
    const { buffer } = new Float64Array(this)
    return buffer
  }

  override get byteOffset(): number {
    return 0
  }
}

// What is made of a column (`slice`, `map`) is a plain array, and equality compares constructors.
Object.defineProperty(WindowColumn.prototype, 'constructor', { value: Float64Array })
