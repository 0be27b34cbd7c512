/** Values in the first piece of memory; each further piece is twice as large. */
const FIRST_VALUES = 512
const MOST_VALUES = 16_384

/**
 * Makes the windows that a strategy gets. They are copies: a strategy may sort or overwrite a
 * window, and later windows must not change by that. The copies are cut one after the other from a
 * piece of memory, because an allocation for each would cost twice as much as the copy.
 *
 * A piece contains only windows of one asset in one backtest, so even its unused end cannot reveal
 * a later bar.
 */
export class WindowCopies {
  #piece = new Float64Array(0)
  #used = 0
  #next = FIRST_VALUES

  /** @param values  the values to copy; they are not changed */
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
 * A column whose `buffer` is a copy with only its own values, so that writing to it does not reach
 * another window. Otherwise it behaves like a `Float64Array`, including its name.
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

// The results of `slice` and `map` are plain `Float64Array`s, and tests of equality compare
// constructors.
Object.defineProperty(WindowColumn.prototype, 'constructor', { value: Float64Array })
